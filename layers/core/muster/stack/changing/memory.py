"""When this process looked at resources last: events from before that need no look of their own. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.model.arn import Named

_MARGIN = timedelta(seconds=20)
"""How long AWS may show a resource as it was before a change: a look that began later than that has seen the change."""
_REMEMBERED = 20_000


@dataclass(slots=True)
class Memory:
    """When each resource was looked at last by this process: events before that are done."""

    _at: OrderedDict[Named, datetime] = field(default_factory=OrderedDict)

    def seen(self, named: Named, changed_at: datetime) -> bool:
        """Whether a look began so long after a change that it has seen it."""
        at = self._at.get(named)
        return at is not None and changed_at < at - _MARGIN

    def note(self, names: Iterable[Named], at: datetime) -> None:
        """Remember a look; the oldest are forgotten."""
        for named in names:
            self._at[named] = at
            self._at.move_to_end(named)
        while len(self._at) > _REMEMBERED:
            self._at.popitem(last=False)
