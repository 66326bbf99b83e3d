"""The JSON objects that the functions read back from the report bucket: their forms, and what to do with a damaged one.

Whoever wrote to the bucket by hand, a disk that failed under a copy, or another version of Muster may have left an
object that is no JSON, lacks a key, or has another version. Each is named with the way out; none is half believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import Damaged
from muster.model.finding import Severity
from muster.reports.tally import STATUSES
from muster.stack.documents.forms import Form, anything, count, each, keyed, listed, maybe, moment, number, text, truth
from muster.storage.bucket import Bucket

Json = dict[str, Any]

_TEXT, _TEXTS = text(), listed(text())
ACCOUNT = text(r"\d{12}", "an account id of 12 digits")
REGION = text(r"[a-z0-9]+(-[a-z0-9]+)*", "the name of a region")
SERVICE = text(r"[a-z0-9]+(-[a-z0-9]+)*", "the name of a service")
ATTEMPT = text(r"([0-9a-f]{8})?", "the name of an attempt, 8 hexadecimal digits or nothing")
SCAN = text(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}", "the id of a scan like 20261121T060000Z-c22b102a")
SHARD: Form = keyed(
    {
        "account_id": ACCOUNT,
        "region": REGION,
        "service": SERVICE,
        "endpoint_region": REGION,
        "scope": listed(REGION),
    },
    {
        "partition": text(r"aws(-[a-z0-9]+)*", "the name of a partition"),
        "resource_type": text(r"[A-Za-z0-9:]*", "a resource type like AWS::EC2::Instance"),
    },
)
BATCH: Form = keyed(
    {"batch": text(r"[0-9a-z-]+", "the name of a batch"), "shards": listed(SHARD)}, {"attempt": ATTEMPT}
)
_COUNTS: Form = each(count)
_COVERAGE: Form = keyed(
    {
        **dict.fromkeys(("account_id", "region", "service", "api", "reason"), _TEXT),
        **dict.fromkeys(("calls", "items", "retries", "denials", "errors", "out_of_scope"), count),
        "seconds": number,
    }
)
_TALLY: Form = keyed(
    {
        "checks": listed(keyed({"check_id": _TEXT, "region": _TEXT}, dict.fromkeys(STATUSES, count))),
        "scanned": count,
        "failing": count,
    }
)
_SEVERITY = text("|".join(Severity), "a severity")
_CHANGE: Form = keyed({"check_id": _TEXT, "resource_id": _TEXT, "severity": _SEVERITY})
_TOLD: Form = keyed({"count": count, "worst": listed(_CHANGE)})
_CHANGES: Form = keyed({"baseline": truth, "events": each(_TOLD)}, {"lost": _TEXT})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its name, its form, the version it has (None: it has no key `version`) and the way out."""

    name: str
    form: Form
    way_out: str
    version: int | None = None


_ANEW = "start a new scan; what this one found cannot be completed"
_HEADER = {"scan_id": SCAN, "scan_kind": _TEXT, "started_at": moment, "record": truth}
PLAN = Kind(
    "the plan of the scan",
    keyed(
        {
            "scan": keyed(
                {**_HEADER, "stack": _TEXT, "shards": count, **dict.fromkeys(("accounts", "regions", "packs"), _TEXTS)},
                {"damaged": _TEXTS, "accounts_excluded": each(_TEXT)},
            ),
            "severities": each(_SEVERITY),
        },
        {"foreseen": maybe(each(anything))},
    ),
    _ANEW,
    version=2,
)
WORK = Kind(
    "the plan of the scan",
    keyed(
        {
            "scan": keyed(
                {
                    **_HEADER,
                    "account_id": ACCOUNT,
                    "role": keyed(dict.fromkeys(("name", "external_id", "partition"), _TEXT)),
                },
                {"accounts": listed(ACCOUNT), "regions": listed(REGION)},
            ),
            "configuration": each(anything),
            "rules": listed(keyed({"check": _TEXT, "resource_type": _TEXT, "service": SERVICE})),
        }
    ),
    _ANEW,
    version=2,
)
"""What the functions that scan read of the plan."""
BATCHES = Kind("the work list of the scan", listed(keyed({"account_id": ACCOUNT, "batches": listed(BATCH)})), _ANEW)
SIZES = Kind(
    "what Muster remembers of the sizes of shards",
    each(keyed({"resources": count, "listed": _COUNTS})),
    "the next scan that is recorded writes it anew",
)
PROGRESS = Kind(
    "the progress of a shard",
    keyed(
        {
            "cursor": keyed({"resource_type": _TEXT, "token": maybe(_TEXT)}),
            "number": count,
            "types": each(keyed({"parts": _TEXTS, "tally": _TALLY})),
            "coverage": listed(_COVERAGE),
            "gaps": each(keyed({"permission": maybe(_TEXT), "reason": _TEXT})),
        }
    ),
    "the shard is scanned from its beginning",
    version=1,
)
COMMIT = Kind(
    "the result of a shard",
    keyed(
        {
            **dict.fromkeys(("attempt", "shard", "account_id", "region", "service"), _TEXT),
            **dict.fromkeys(("complete", "blocked"), truth),
            **dict.fromkeys(("reasons", "parts"), _TEXTS),
            "resources": keyed({"scanned": count, "non_compliant": count}),
            "checks": listed(
                keyed(
                    {
                        **dict.fromkeys(("check_id", "region"), _TEXT),
                        "severity": _SEVERITY,
                        "complete": truth,
                        **dict.fromkeys(STATUSES, count),
                    }
                )
            ),
            "coverage": listed(_COVERAGE),
            "changes": _CHANGES,
        },
        {"scan_id": _TEXT, "unlisted": _TEXTS},
    ),
    'the shard counts as not scanned; scan it with {"resume": SCAN_ID}',
    version=1,
)
NEWS = Kind("the result of a shard", keyed({"attempt": _TEXT, "changes": _CHANGES}), COMMIT.way_out, version=1)
"""What the alert reads of the result of a shard."""
FAILURE = Kind("the note of a batch that failed", anything, "see the execution of the state machine")
INCOMPLETE = Kind("the list of incomplete shards", _TEXTS, "it is made again from the results of the shards")
SUMMARY = Kind(
    "the summary of the scan",
    keyed(
        {
            **dict.fromkeys(("scan_id", "attempt", "report"), _TEXT),
            **dict.fromkeys(("record", "complete"), truth),
            **dict.fromkeys(("resources", "findings", "failing", "shards"), _COUNTS),
            "incomplete": listed(keyed({"shard": _TEXT, "reason": _TEXT})),
            "changes": keyed({"baseline": truth}),
        }
    ),
    'write it anew with {"resume": SCAN_ID}',
)
REPORT = Kind(
    "the report of the scan",
    keyed(
        {"findings": listed(each(anything))},
        {"changes": each(listed(_CHANGE)), "summary": keyed({"attempt": _TEXT})},
    ),
    'write it anew with {"resume": SCAN_ID}',
)
ALERT = Kind("the note of the alert that was sent", keyed({"attempt": _TEXT}), "the alert is sent again")
LAST_ALERT = Kind(
    "the note of the last alert",
    keyed({}, {"incomplete": _TEXTS, "damaged": _TEXTS, "owed": truth}),
    "it is written anew",
)
FIRST_SCAN = Kind("the note of the first scan", keyed({"scan_id": SCAN, "told_at": moment}), "it is written anew")


def read(bucket: Bucket, key: str, kind: Kind) -> tuple[Any, str] | None:
    """Return an object and its ETag, or None when there is none.

    Raises:
        Damaged: it is not as Muster wrote it; the message names the object, what is wrong, and the way out.
    """
    try:
        found = bucket.get_versioned(key)
    except Damaged as error:
        raise Damaged(f"{error} ({kind.name}): {kind.way_out}", error.etag) from error
    if found is None:
        return None
    value, etag = found
    if wrong := _wrong(value, kind):
        raise Damaged(f"s3://{bucket.name}/{key} is damaged ({kind.name}): {wrong}: {kind.way_out}", etag)
    return found


def content(bucket: Bucket, key: str, kind: Kind) -> Any | None:
    """Return an object, or None when there is none.

    Raises:
        Damaged: it is not as Muster wrote it.
    """
    found = read(bucket, key, kind)
    return found[0] if found else None


def or_none(bucket: Bucket, key: str, kind: Kind, damaged: list[str]) -> Any | None:
    """Return an object, or None when there is none or it is damaged; what is wrong is added to `damaged`."""
    try:
        return content(bucket, key, kind)
    except Damaged as error:
        damaged.append(str(error))
        return None


def _wrong(value: object, kind: Kind) -> str:
    if kind.version is not None and isinstance(value, Mapping):
        version = value.get("version", kind.version)
        if version != kind.version or isinstance(version, bool):
            return f"it has version {version!r}, and this version of Muster reads {kind.version}"
    return kind.form(value, "")
