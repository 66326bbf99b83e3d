"""Counts of what was done about the resources of a scan."""

from collections import Counter
from dataclasses import dataclass, field

from muster.tagging.decision import Action
from muster.tagging.tagger import Outcome


@dataclass(slots=True)
class TagTally:
    """How many resources had each outcome; `stopped` says why not all were looked at, nothing where all were."""

    actions: Counter[Action] = field(default_factory=Counter)
    stopped: str = ""

    def count(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.actions[outcome.action] += 1

    @property
    def resources(self) -> int:
        """How many resources were looked at."""
        return self.actions.total()

    @property
    def written(self) -> int:
        """How many tags were written, taken off included."""
        return sum(number for action, number in self.actions.items() if action.writes)

    @property
    def failed(self) -> bool:
        """Whether a tag could not be read or written, or not all resources were looked at."""
        return bool(self.stopped) or any(number for action, number in self.actions.items() if action.failed)

    def to_json(self) -> dict[str, int]:
        """Return the counts by action, those of none included."""
        return {action.value: self.actions[action] for action in Action}
