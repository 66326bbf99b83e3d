"""The knobs of the fake AWS, and the seeded draw that decides before an answer what goes wrong with it."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Knobs:
    """What can be set at the start and while the server runs; shares are between 0 and 1, nothing is on by default.

    Operations are named as `ec2:DescribeInstances` or `s3:GetBucketTagging`. Shares, bursts and the token bucket leave
    STS alone, and concern the operations in `only` where that names any.
    """

    latency_ms: float = 0
    throttle: float = 0
    burst_every_s: float = 0
    burst_for_s: float = 0
    rate: float = 0
    burst: float = 0
    error_5xx: float = 0
    reset: float = 0
    malformed: float = 0
    slow: float = 0
    slow_ms: float = 0
    expire_after: int = 0
    token_seconds: float = 0
    token_uses: int = 0
    refuse_tokens: int = 0
    only: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    region_down: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    blocked_regions: tuple[str, ...] = ()
    gone_buckets: tuple[str, ...] = ()
    fault_seed: int = 1

    def set(self, changes: dict[str, Any]) -> Self:
        """Return the knobs with some set anew.

        Raises:
            ValueError: there is no such knob, or it takes no such value.
        """
        known = {each.name: each.default for each in fields(self)}
        changed: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"there is no knob {name}; there are {', '.join(known)}")
            if isinstance(known[name], tuple):
                changed[name] = _texts(name, value)
            else:
                changed[name] = _number(name, value)
        return replace(self, **changed)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} takes a number")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    items = [] if isinstance(value, str) else list(value)
    if isinstance(value, str) or any(not isinstance(item, str) for item in items):
        raise TypeError(f"{name} takes a list of texts")
    return tuple(items)


class Fault(StrEnum):
    """What may go wrong with a call."""

    NONE = "none"
    DOWN = "region-down"
    OPTED_OUT = "opted-out"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    DENIED = "denied"
    THROTTLED = "throttled"
    BROKEN = "5xx"
    RESET = "reset"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the weather sees it."""

    service: str
    operation: str
    region: str
    key: str

    @property
    def api(self) -> str:
        """The operation with its service, as `ec2:DescribeInstances`."""
        return f"{self.service}:{self.operation}"


@dataclass(slots=True)
class _Tokens:
    left: float
    since: float


@dataclass(slots=True)
class Faults:
    """Decides on each call in the order of arrival, from a generator with a seed."""

    knobs: Knobs = field(default_factory=Knobs)
    clock: Callable[[], float] = time.monotonic
    _random: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - faults are no secret
    _began: float = 0
    _uses: Counter[str] = field(default_factory=Counter)
    _left: dict[str, _Tokens] = field(default_factory=dict)
    _presented: Counter[str] = field(default_factory=Counter)

    def set(self, knobs: Knobs) -> None:
        """Begin anew under other knobs."""
        self.knobs = knobs
        self._random = random.Random(knobs.fault_seed)  # noqa: S311
        self._began = self.clock()
        for kept in (self._uses, self._left, self._presented):
            kept.clear()

    def decide(self, call: Call) -> tuple[Fault, float]:
        """Return what goes wrong with a call, and how many seconds its answer takes."""
        knobs = self.knobs
        # All are drawn for every call, so that one knob does not shift what another one hits.
        throttle, broken, reset, malformed, slow = (self._random.random() for _ in range(5))
        concerned = call.service != "sts" and (not knobs.only or call.api in knobs.only)
        seconds = (knobs.slow_ms if concerned and slow < knobs.slow else knobs.latency_ms) / 1000
        refused = self._refused(call)
        if refused is not Fault.NONE or not concerned:
            return refused, seconds
        if throttle < knobs.throttle or self._burst() or self._drained(call):
            return Fault.THROTTLED, seconds
        drawn = ((broken, knobs.error_5xx, Fault.BROKEN), (reset, knobs.reset, Fault.RESET))
        for draw, share, fault in (*drawn, (malformed, knobs.malformed, Fault.MALFORMED)):
            if draw < share:
                return fault, seconds
        return Fault.NONE, seconds

    def garbled(self, body: bytes) -> bytes:
        """Return a body that no XML parser takes: cut off, or garbage."""
        cut = self._random.randrange(1, max(2, len(body) - 1))
        return body[:cut] if cut % 2 else b"<html><body>\x00 & upstream" + body[:64]

    def takes_token(self, token: str, age: float) -> bool:
        """Whether the token of a page is still good when it is shown."""
        knobs = self.knobs
        if knobs.refuse_tokens > 0:
            self.knobs = replace(knobs, refuse_tokens=knobs.refuse_tokens - 1)
            return False
        if knobs.token_uses:
            self._presented[token] += 1
        too_often = knobs.token_uses and self._presented[token] > knobs.token_uses
        return not too_often and not (knobs.token_seconds and age > knobs.token_seconds)

    def _refused(self, call: Call) -> Fault:
        """Return what is refused whatever the draw."""
        knobs = self.knobs
        if call.region in knobs.region_down:
            return Fault.DOWN
        if call.region in knobs.opted_out and call.service == "ec2":
            return Fault.OPTED_OUT
        if knobs.expire_after and call.operation != "AssumeRole":
            self._uses[call.key] += 1
            if self._uses[call.key] > knobs.expire_after:
                return Fault.EXPIRED
        if call.region in knobs.blocked_regions and call.service != "sts":
            return Fault.BLOCKED
        return Fault.DENIED if call.api in knobs.deny else Fault.NONE

    def _burst(self) -> bool:
        knobs = self.knobs
        return knobs.burst_every_s > 0 and (self.clock() - self._began) % knobs.burst_every_s < knobs.burst_for_s

    def _drained(self, call: Call) -> bool:
        """Whether the token bucket of the API, one per region, is empty; a call takes one token."""
        knobs = self.knobs
        if not knobs.rate:
            return False
        now, most = self.clock(), max(1.0, knobs.burst)
        tokens = self._left.setdefault(f"{call.region}/{call.api}", _Tokens(most, now))
        tokens.left = min(most, tokens.left + (now - tokens.since) * knobs.rate)
        tokens.since = now
        if tokens.left < 1:
            return True
        tokens.left -= 1
        return False
