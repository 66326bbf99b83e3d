"""Checks of Macie."""

from muster.facets.security.macie import MacieDiscovery, MacieSession
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP Macie.1",))
def macie_status_check(session: MacieSession) -> Verdict:
    """Macie should be enabled in each region.

    Problem: Macie is not enabled
    Why: Macie reports buckets that are open to others, and those that hold personal data or credentials.
    Fix: `aws macie2 enable-macie` If it is paused: `aws macie2 update-macie-session --status ENABLED` In a member
      account of an organization, only the delegated administrator of Macie can change this.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/macie-status-check.html
    """
    status = known(session.status)
    if status == "ENABLED":
        return compliant("Macie is enabled")
    return non_compliant("Macie is paused" if status == "PAUSED" else "Macie is not enabled in this region")


@check(severity=Severity.HIGH, controls=("FSBP Macie.2",))
def macie_auto_sensitive_data_discovery_check(session: MacieSession, discovery: MacieDiscovery) -> Verdict:
    """Macie should discover sensitive data automatically.

    The check does not apply where Macie is off, or where another account administers it.

    Problem: automated data discovery is off
    Why: Macie samples objects every day and reports personal data in the wrong bucket, before a leak or an audit finds
      it.
    Fix: `aws macie2 update-automated-discovery-configuration --status ENABLED`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/macie-auto-sensitive-data-discovery-check.html
    """
    if known(session.status) != "ENABLED":
        return not_applicable("Macie is not enabled")
    if discovery.administrator:
        return not_applicable(f"Account {discovery.administrator} administers Macie")
    if known(discovery.status) != "ENABLED":
        return non_compliant("Automated sensitive data discovery is off")
    return compliant("Automated sensitive data discovery is on")
