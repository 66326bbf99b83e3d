"""Sides of a pair made of plain answers of AWS, for the examples of comparisons.

```python
source = source_of(BUCKET, "orders", {"versioning": {"Status": "Enabled"}})
target = target_of(BUCKET, "orders-eu", {"versioning": UNREAD}, key=snapshot_of(KEY, KEY_ARN, {"key": {…}}))
status, reason = judged(target_bucket_versioned, source, target, pair_of(BucketItem("orders", "orders-eu")))
```

A section that is not named was not read, as in a scan: a comparison that needs it is INSUFFICIENT_DATA.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from muster.migration.comparison import Comparison
from muster.migration.file import BucketItem, FunctionItem, Item, LogGroupItem, MigrationFile, Place, TableItem
from muster.migration.judging import SERVICE
from muster.migration.relatives import BUCKET, FUNCTION, KEY, LOG_GROUP, ROLE, TABLE
from muster.migration.sides import Pair, Side, Source, Target
from muster.model.arn import Arn
from muster.model.finding import GLOBAL, REGION, Resource, Unavailable
from muster.model.rule import Rule
from muster.scanning.evaluate import evaluate
from muster.snapshots.snapshot import Snapshot

ACCOUNT_ID, OTHER_ACCOUNT = "123456789012", "111122223333"
SOURCE_REGION, TARGET_REGION = "us-east-1", "eu-west-1"
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)

FILE = MigrationFile(
    batch="wave-1",
    environment="prod",
    source=Place(SOURCE_REGION),
    target=Place(TARGET_REGION),
    suffix="-eu",
)

UNREAD = Unavailable("service:Action", "AccessDenied")
"""Stands for the answer of a section, or for another resource, that could not be read."""

Sections = Mapping[str, Mapping[str, Any] | Unavailable | None]
"""Answers of AWS by section; None where the resource has none of it."""

_ARNS = {
    BUCKET: "arn:aws:s3:::{name}",
    TABLE: "arn:aws:dynamodb:{region}:{account}:table/{name}",
    FUNCTION: "arn:aws:lambda:{region}:{account}:function:{name}",
    LOG_GROUP: "arn:aws:logs:{region}:{account}:log-group:{name}",
    KEY: "arn:aws:kms:{region}:{account}:key/{name}",
    ROLE: "arn:aws:iam::{account}:role/{name}",
}
_KINDS: Mapping[type[Item], str] = {
    BucketItem: "buckets",
    TableItem: "tables",
    FunctionItem: "functions",
    LogGroupItem: "log_groups",
}

S = TypeVar("S", bound=Side)


def resource_of(resource_type: str, name: str, region: str = TARGET_REGION, account_id: str = ACCOUNT_ID) -> Resource:
    """Return a resource by its name, or by its ARN."""
    arn = Arn.parse(name)
    if arn:
        where = arn.region or (GLOBAL if resource_type == ROLE else region)
        return Resource(resource_type, arn.name, arn.account or account_id, where, arn.partition, name)
    form = _ARNS.get(resource_type)
    return Resource(
        resource_type,
        name,
        account_id,
        GLOBAL if resource_type == ROLE else region,
        arn=form.format(name=name, region=region, account=account_id) if form else None,
    )


def snapshot_of(
    resource_type: str,
    name: str,
    sections: Sections | None = None,
    *,
    region: str = TARGET_REGION,
    account_id: str = ACCOUNT_ID,
) -> Snapshot:
    """Return the snapshot of a resource; without sections AWS says that it does not exist."""
    resource = resource_of(resource_type, name, region, account_id)
    return Snapshot(resource, sections or {}, exists=sections is not None)


def source_of(
    resource_type: str,
    name: str,
    sections: Sections | None = None,
    *,
    region: Sections | None = None,
    account_id: str = ACCOUNT_ID,
    **others: Snapshot | Unavailable | None,
) -> Source:
    """Return the source, its region's sections (alarms, dashboards) and, by their names, the others."""
    return _side(Source, (resource_type, name, SOURCE_REGION, account_id), sections, region, others)


def target_of(
    resource_type: str,
    name: str,
    sections: Sections | None = None,
    *,
    region: Sections | None = None,
    account_id: str = ACCOUNT_ID,
    **others: Snapshot | Unavailable | None,
) -> Target:
    """Return the target, as `source_of` returns the source."""
    return _side(Target, (resource_type, name, TARGET_REGION, account_id), sections, region, others)


def pair_of(item: Item, **file: Any) -> Pair:
    """Return the pair of an item; `file` are fields of the migration file that differ from FILE."""
    return Pair(replace(FILE, **{_KINDS[type(item)]: (item,), **file}), item)


def judged(comparison: Comparison, source: Source, target: Target, pair: Pair) -> tuple[str, str]:
    """Return the status and the reason of a comparison, INSUFFICIENT_DATA included."""
    rule = Rule(comparison.check, comparison.resource_type, SERVICE, variant=pair.file.batch)
    finding = evaluate(rule, target.resource, {Source: source, Target: target, Pair: pair}, AT)
    return finding.status.value, finding.reason


def _side(
    made: type[S],
    named: tuple[str, str, str, str],
    sections: Sections | None,
    region: Sections | None,
    others: Mapping[str, Snapshot | Unavailable | None],
) -> S:
    resource_type, name, where, account_id = named
    own = snapshot_of(resource_type, name, sections, region=where, account_id=account_id)
    around = snapshot_of(REGION, where, region or {}, region=where, account_id=account_id)
    return made(own, replace(around, exists=True), others)
