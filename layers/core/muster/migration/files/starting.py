"""A first migration file, written from what a region holds."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from muster.migration.access import Access
from muster.migration.files.naming import KINDS, Naming, target_mistakes
from muster.migration.files.schema import EXPIRY_DAYS
from muster.model.finding import Unavailable
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.cloudwatch.logs import log_groups
from muster.readers.dynamodb.tables import tables
from muster.readers.lambda_.functions import functions
from muster.readers.s3.buckets import buckets
from muster.sdk.failures import Failure, read

LISTERS: Mapping[str, Lister] = {
    "buckets": buckets, "tables": tables, "functions": functions, "log_groups": log_groups,
}  # fmt: skip
"""The listers of what can be migrated, by the keys of a migration file."""
_PLACEHOLDER = "TARGET-REGION"


@dataclass(frozen=True, slots=True)
class Found:
    """The names of one kind in a region, sorted, and why the listing is not whole."""

    names: tuple[str, ...]
    gap: Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a first file says; `target_region` is empty where the user has yet to choose one."""

    batch: str
    environment: str
    region: str
    target_region: str = ""
    found: Mapping[str, Found] = field(default_factory=dict)


def find(access: Access) -> Mapping[str, Found]:
    """List what a region holds, all pages of it; what cannot be listed is named with the reason."""
    return {kind: _found(access, lister) for kind, lister in LISTERS.items()}


def _found(access: Access, lister: Lister) -> Found:
    shard = Shard(access.account_id, access.region, "migration", access.region, (access.region,), access.partition)
    names: list[str] = []
    token: str | None = None
    while True:
        page = read(lambda at=token: _page(access, lister, shard, at), lister.permissions, lister.resource_type)  # type: ignore[misc]
        if isinstance(page, Failure):
            return Found(tuple(sorted(names)), page.unavailable)
        resources, token = page
        names += resources
        if not token:
            return Found(tuple(sorted(names)))


def _page(access: Access, lister: Lister, shard: Shard, token: str | None) -> tuple[list[str], str | None]:
    page = lister.function(access.clients.get(lister.client, access.region), shard, token)
    # The listing of buckets has those of all regions.
    return [each.resource.id for each in page.items if each.resource.region == access.region], page.then


def drafted(draft: Draft) -> str:
    """Return the file: what was found, with a comment on each key."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    target = draft.target_region or _PLACEHOLDER
    fill = "" if draft.target_region else "  # the region that you migrate to, like eu-west-1"
    yield "# A migration to another region. 'muster migration validate' compares the target with the source,"
    yield "# 'muster migration template' writes a CloudFormation template that makes the target."
    yield "# Every key is described in docs/migration.md. Delete what you do not migrate."
    yield f"batch: {_scalar(draft.batch)}  # the tag MigrationBatch of every target"
    yield f"environment: {_scalar(draft.environment)}  # the tag Environment of every target"
    yield "source:"
    yield f"  region: {_scalar(draft.region)}"
    yield "target:"
    yield f"  region: {_scalar(target)}{fill}"
    yield '  # account: "111122223333"   # if the target is another account,'
    yield "  # role: MigrationReader     # with the role to assume there"
    yield "# suffix: eu                  # the end of every target's name; without it, the target region"
    yield "# naming: '{name}-{suffix}'   # also {batch}, {source_region} and {target_region}"
    yield f"expiry_days: {EXPIRY_DAYS}  # objects in target buckets expire after this many days"
    yield "# notify: team@example.com    # alarms of the target send mail there"
    yield "# capacity: {read: 1, write: 1}   # target capacity = source times factor, rounded up"
    naming = Naming({}, {"suffix": target, "batch": draft.batch})
    for kind, found in draft.found.items():
        yield ""
        if found.gap:
            yield f"# This list is not complete: {' '.join(found.gap.reason.split())}"
        yield from _items(kind, found.names, naming)


def _items(kind: str, names: Sequence[str], naming: Naming) -> Iterator[str]:
    yield f"{kind}:" if names else f"{kind}: []"
    if kind == "tables" and names:
        yield "  # A table may have factors of its own, and so may its indexes:"
        yield "  # - name: orders"
        yield "  #   capacity: {read: 1.5, write: 2}"
        yield "  #   indexes: {by-user: {read: 1.2}}"
        yield "  #   maximum: {read: 4000, write: 4000}   # of an on-demand table, in request units"
    for name in names:
        if [*target_mistakes(kind, naming.target(kind, name))]:
            yield f"  - name: {_scalar(name)}  # the rule gives a name that AWS does not allow"
            yield f"    target: {_scalar(_short(kind, name, naming))}"
        else:
            yield f"  - {_scalar(name)}"


def _short(kind: str, name: str, naming: Naming) -> str:
    """Return a name for the target that AWS allows: its beginning, and a part that no other name has."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    plain = name.lower().replace("_", "-").strip("-.") if kind == "buckets" else name
    room = KINDS[kind].longest - len(naming.target(kind, "")) - len(digest) - 1
    return naming.target(kind, f"{plain[:room].rstrip('-.')}-{digest}")


def _scalar(text: str) -> str:
    """Return a string as YAML: in quotes where YAML would take it for something else."""
    import yaml  # noqa: PLC0415 - only this command writes YAML

    written: str = yaml.safe_dump(text, width=10_000, allow_unicode=True)
    return written.removesuffix("...\n").strip()
