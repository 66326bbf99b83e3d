"""Checks of SES."""

from muster.facets.management.ses import ConfigurationSet
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP SES.3",))
def ses_sending_tls_required(options: ConfigurationSet) -> Verdict:
    """SES configuration sets should require TLS.

    Problem: mail may be sent without TLS
    Why: Otherwise SES sends mail in plain text to servers that do not offer TLS. An attacker on the network path can
      hide the offer and read the mail.
    Fix: If the configuration set has a pool of dedicated IP addresses, name it with --sending-pool-name. `aws sesv2
      put-configuration-set-delivery-options --configuration-set-name NAME --tls-policy REQUIRE` SES then returns mail
      to servers without TLS.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ses-sending-tls-required.html
    """
    if known(options.tls) == "REQUIRE":
        return compliant("TLS is required")
    return non_compliant("TLS is optional")
