"""The check of IAM Access Analyzer in each region."""

from muster.facets.iam.access_analyzer import Analyzers
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant, not_applicable
from muster.model.text import listed

_EXTERNAL = ("ACCOUNT", "ORGANIZATION")
"""The types of analyzers that find access from outside; those of unused and of internal access are others."""
_SHOWN = 4
_VALUES = {"analyzer_type": "ACCOUNT"}
"""The fix makes an analyzer of the account; the word alone would stand for the account's id."""


@check(severity=Severity.HIGH, controls=("Security Hub IAM.28",))
def iam_external_access_analyzer_enabled(analyzers: Analyzers, *, organization_analyzer: bool = False) -> Verdict:
    """Each region should have an IAM Access Analyzer for external access.

    An active analyzer of type ACCOUNT or ORGANIZATION is needed. Analyzers of unused or internal access do not count.
    A member account cannot see the analyzer of its organization: if there is one in every region, set
    `organization_analyzer` to true, and the check does not apply.

    Problem: no analyzer for external access
    Why: The analyzer finds resources that other accounts or everyone can use, as soon as a policy changes.
    Fix: `aws accessanalyzer create-analyzer --analyzer-name external-access --type ANALYZER-TYPE`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-external-access-analyzer-enabled.html
    """
    external = [each for each in analyzers.items if each.type in _EXTERNAL]
    if active := [each.name for each in external if each.status == "ACTIVE"]:
        return compliant(f"Active analyzer: {listed(active, _SHOWN)}")
    if organization_analyzer:
        return not_applicable("The organization has an analyzer (setting organization_analyzer)")
    if external:
        states = [f"{each.name} is {each.status}{f' ({each.reason})' if each.reason else ''}" for each in external]
        return non_compliant(f"No analyzer for external access is active: {listed(states, _SHOWN)}", **_VALUES)
    return non_compliant("No analyzer for external access in this region", **_VALUES)
