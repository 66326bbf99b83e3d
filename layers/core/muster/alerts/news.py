"""The news for one audience: what a digest is written from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.lifecycle.events import FindingEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A suppression of muster.yaml that people have to hear of: it ends soon, it has ended, or it matches nothing.

    `state` is ending, ended or stale; `until` is its last day (YYYY-MM-DD); `count` is how many failures it accepts.
    `resource` is its pattern of ARNs or its tags, as muster.yaml has them.
    """

    state: str
    check_id: str
    resource: str
    owner: str
    reason: str
    ticket: str
    until: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """All that one audience has to hear of one scan, or of changes between scans.

    `audience` is the name of the route. `counts` has how many events of each kind there are (by the values of
    `Event`), `events` the worst of them, worst first. At a first look (`baseline`) there are no events but `worst`, the
    worst failing findings as records of report.json. `failing` counts all failing findings of the scan by severity;
    it is empty for changes between scans. `incomplete` names what was not scanned, with the reason. `report` is the
    s3:// address of the report, empty where there is none. `owner_tag` is the tag that names the owner in `worst`.
    """

    audience: str
    stack: str
    region: str
    partition: str
    scan_id: str
    at: datetime
    events: tuple[FindingEvent, ...] = ()
    counts: Mapping[str, int]
    baseline: bool = False
    worst: tuple[Mapping[str, Any], ...] = ()
    accounts: int = 1
    scanned: int = 0
    failing_resources: int = 0
    failing: Mapping[str, int]
    unread: int = 0
    incomplete: tuple[tuple[str, str], ...] = ()
    incomplete_shards: int = 0
    shards: int = 0
    damaged: tuple[str, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()
    owed: bool = False
    report: str = ""
    owner_tag: str = "Owner"
