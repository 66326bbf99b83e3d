"""Transfer Family: protocols of servers, and logs of connectors."""

import pytest

from muster.checks.transfer.transfer import transfer_connector_logging_enabled, transfer_family_server_no_ftp
from muster.facets.transfer.transfer import TransferConnector, TransferServer
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT


@pytest.mark.parametrize(
    ("protocols", "status", "reason"),
    [
        (["SFTP"], C, "Protocols are SFTP"),
        (["FTPS", "AS2"], C, "Protocols are FTPS, AS2"),
        (["FTP"], N, "FTP is one of the protocols"),
        (["SFTP", "FTP"], N, "FTP is one of the protocols"),
        (["NEW", "FTP"], N, "FTP is one of the protocols"),
    ],
)
def test_a_server_does_not_use_ftp(protocols: list[str], status: Status, reason: str) -> None:
    found = transfer_family_server_no_ftp(TransferServer.parse({"Server": {"Protocols": protocols}}))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize("protocols", [pytest.param([], id="none"), pytest.param(["SFTP", "NEW"], id="a new one")])
def test_protocols_that_are_not_known_are_no_verdict(protocols: list[str]) -> None:
    with pytest.raises(UnknownField):
        transfer_family_server_no_ftp(TransferServer.parse({"Server": {"Protocols": protocols}}))


def test_a_connector_writes_a_log() -> None:
    role = "arn:aws:iam::123456789012:role/logs"
    found = transfer_connector_logging_enabled(TransferConnector.parse({"Connector": {"LoggingRole": role}}))
    assert (found.status, found.reason) == (C, f"Connector writes its log with role {role}")
    found = transfer_connector_logging_enabled(TransferConnector.parse({"Connector": {"Url": "sftp://a.example"}}))
    assert (found.status, found.reason) == (N, "Connector has no logging role")
