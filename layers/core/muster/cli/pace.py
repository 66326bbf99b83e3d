"""How far a scan has come and how long it takes still: the forecast of each part, corrected by the parts that ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ALMOST = 0.95
"""The share of a part at most that counts as done while it runs."""
_SURE = 2
"""Seconds after which there is something to correct the forecast by."""


@dataclass(slots=True)
class Pace:
    """The parts of a scan: what each is expected to take, in any unit, and which are alike (of one service).

    Times are seconds of one clock. `at_a_time` is how many parts run side by side.
    """

    expected: Mapping[str, float]
    kinds: Mapping[str, str]
    at_a_time: int
    _begun: dict[str, float] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)
    _first: float | None = None
    _share: float = 0.0

    @property
    def ended(self) -> int:
        """The number of parts that have ended."""
        return len(self._took)

    def begin(self, part: str, now: float) -> None:
        """Note that a part begins."""
        self._first = now if self._first is None else self._first
        self._begun[part] = now

    def end(self, part: str, now: float) -> None:
        """Note that a part has ended."""
        self._took[part] = now - self._begun.pop(part, now)

    def share(self, now: float) -> float:
        """Return the share of the work that is done, 0 to 1; it never goes back."""
        if not self.expected:
            return 1.0
        predicted = self._predicted()
        done = sum(self._took.values()) if self._took else 0.0
        running = sum(min(now - at, predicted[part] * _ALMOST) for part, at in self._begun.items())
        total = done + sum(predicted.values())
        share = (done + running) / total if total else self.ended / len(self.expected)
        self._share = 1.0 if self.ended == len(self.expected) else max(self._share, min(share, 0.99))
        return self._share

    def left(self, now: float) -> float | None:
        """Return the seconds that are left; None while nothing can be said."""
        if not self._took or self._first is None or now - self._first < _SURE:
            return None
        predicted = self._predicted()
        left = [max(seconds - (now - self._begun.get(part, now)), 0.0) for part, seconds in predicted.items()]
        if not left:
            return 0.0
        # The longest part ends last, whatever runs beside it.
        return max(sum(left) / min(self.at_a_time, len(left)), *left)

    def _predicted(self) -> dict[str, float]:
        """Return the seconds of each part that has not ended: of parts that are alike what the ended ones took."""
        alike: dict[str, list[float]] = {}
        for part, seconds in self._took.items():
            alike.setdefault(self.kinds.get(part, part), []).append(seconds)
        done = sum(self.expected[part] for part in self._took)
        rate = sum(self._took.values()) / done if done else 1.0
        found: dict[str, float] = {}
        for part, expected in self.expected.items():
            if part not in self._took:
                same = alike.get(self.kinds.get(part, part))
                found[part] = sum(same) / len(same) if same else expected * rate
        return found
