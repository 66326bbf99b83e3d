"""The contributor insights of a table and of its indexes as properties. Pure."""

from typing import Any

from muster.properties.consuming import Part

_ON = frozenset({"ENABLED", "ENABLING"})
_OFF = frozenset({"DISABLED", "DISABLING"})
_FOLLOWS = ("TableName", "ContributorInsightsRuleList", "LastUpdateDateTime", "FailureException")


class Insights:
    """Contributor insights by index; the empty name is the table's own."""

    def __init__(self, part: Part) -> None:
        """Take what was read of the table and of each index apart."""
        self._found: dict[str, dict[str, Any]] = {}
        for each in part.parts("ContributorInsights"):
            each.drop(*_FOLLOWS)
            name = str(each.take("IndexName") or "")
            status, mode = each.take("ContributorInsightsStatus"), each.take("ContributorInsightsMode")
            if status in _ON:
                self._found[name] = {"Enabled": True} | ({"Mode": mode} if mode else {})
            elif status not in (*_OFF, None):
                each.obstacle(f"contributor insights are {status}", "ContributorInsightsStatus")

    def of(self, index: str) -> dict[str, Any]:
        """Return the specification of an index; empty where it is off."""
        return self._found.get(index, {})
