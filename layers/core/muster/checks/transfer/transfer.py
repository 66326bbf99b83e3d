"""Checks of Transfer Family: protocols of servers, and logs of connectors."""

from muster.facets.transfer.transfer import TransferConnector, TransferServer
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant

_WITHOUT_PLAIN_TEXT = frozenset({"AS2", "FTPS", "SFTP"})


@check(severity=Severity.MEDIUM, controls=("FSBP Transfer.2",))
def transfer_family_server_no_ftp(server: TransferServer) -> Verdict:
    """Servers of Transfer Family should not use FTP.

    SFTP, FTPS and AS2 pass.

    Problem: server uses FTP
    Why: FTP sends user names, passwords and files in plain text.
    Fix: Name the protocols that the server keeps. `aws transfer update-server --server-id ID --protocols SFTP`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/transfer-family-server-no-ftp.html
    """
    protocols = known(server.protocols)
    if "FTP" in protocols:
        return non_compliant("FTP is one of the protocols")
    if new := [each for each in protocols if each not in _WITHOUT_PLAIN_TEXT]:
        return known(Unknown(f"AWS returned an unknown protocol: {new[0]!r}"))
    return compliant(f"Protocols are {', '.join(protocols)}")


@check(severity=Severity.MEDIUM, controls=("FSBP Transfer.3",))
def transfer_connector_logging_enabled(connector: TransferConnector) -> Verdict:
    """Connectors of Transfer Family should write a log.

    Problem: logging is off
    Why: Without a log you cannot prove which files were sent to a partner, or find out why one did not arrive.
    Fix: `aws transfer update-connector --connector-id ID --logging-role ROLE-ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/transfer-connector-logging-enabled.html
    """
    if connector.logging_role:
        return compliant(f"Connector writes its log with role {connector.logging_role}")
    return non_compliant("Connector has no logging role")
