"""What a scan has to sum up: the results of its shards, and what stands for shards that left none that can be read."""

import contextlib
import json
import tempfile
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from muster.catalog import catalog
from muster.catalog.catalog import Catalog
from muster.catalog.custom import extended
from muster.configuration import Configuration
from muster.configuration.selection import rules_from_json
from muster.errors import ConfigurationError, Damaged
from muster.model.finding import GLOBAL, TARGET, Finding, Unavailable
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.tally import Tally
from muster.scanning.describe import target_of
from muster.scanning.evaluate import unlisted
from muster.scanning.scope import annotate
from muster.stack.documents import objects
from muster.stack.documents.objects import COMMIT, Kind
from muster.stack.shards.commit import unfinished
from muster.stack.shards.progress import Progress
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from muster.targets.sharding import in_order

Json = dict[str, Any]

_LAST_PART = 9_999_999
"""The number of the part with the findings on what was not scanned: no page of a shard has it."""
_EVERYTHING = "*"
_SIDE_BY_SIDE = 8
_STRANGE = (AttributeError, KeyError, IndexError, TypeError, ValueError)
"""What reading rules and configuration raises where they are not as this version of Muster writes them."""


def commits_of(
    bucket: Bucket, scan_id: str, damaged: MutableMapping[str, str] | None = None, kind: Kind = COMMIT
) -> list[Json]:
    """Return the commits of a scan that can be read; why the others cannot is noted in `damaged`, by shard."""
    names = [key for key, _ in bucket.keys(keys.commits(scan_id))]

    def read(key: str) -> Json | None:
        shard = key.rpartition("/")[2].removesuffix(".json")
        try:
            found = objects.content(bucket, key, kind)
            if found is not None and kind is COMMIT:
                _own(bucket, key, found, scan_id, shard)
        except Damaged as error:
            if damaged is not None:
                damaged[shard] = str(error)
            return None
        return found

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return [commit for commit in pool.map(read, names) if commit is not None]


def _own(bucket: Bucket, key: str, commit: Json, scan_id: str, shard: str) -> None:
    """Refuse the result of another shard or scan under a key, or one that names parts of others.

    Raises:
        Damaged: it is.
    """
    prefix = keys.parts(scan_id)
    own = all(part.startswith(prefix) and keys.shard_of(part) == shard for part in commit["parts"])
    if (commit.get("scan_id", scan_id), commit["shard"]) != (scan_id, shard) or not own:
        told = f"s3://{bucket.name}/{key} is damaged ({COMMIT.name}): it is that of another shard or scan"
        raise Damaged(f"{told}: {COMMIT.way_out}")


def unfinished_shards(  # noqa: PLR0913 - what was planned, and what became of it
    bucket: Bucket,
    plan: Json,
    header: ScanHeader,
    attempt: str,
    commits: Sequence[Json],
    damaged: Mapping[str, str],
    load: Callable[[], Catalog] = catalog.load,
) -> list[Json]:
    """Return, for the shards without a commit that can be read, what they had found and why they went no further.

    Each has a finding on its target for every rule of what was not scanned, as for a listing that failed. To the commit
    of a shard that was not seen whole, and that this attempt could not look at again, the reason is added.
    """
    committed = {commit["shard"]: commit for commit in commits}
    planned, found = _planned(bucket, plan, header, attempt, damaged)
    reasons = _reasons(bucket, header.scan_id)
    unread = _Unread(bucket, plan, header, attempt, load)
    for shard, batch in planned:
        reason = damaged.get(shard.id) or reasons.get(batch, "it never ended, and left no word of why")
        standing = committed.get(shard.id)
        if standing is None:
            progress = _progress(bucket, header.scan_id, shard, damaged)
            unread.add(shard, progress, reason)
            found.append(unfinished(shard, progress, header, reason, plan["severities"]))
        elif not standing["complete"] and standing["attempt"] != attempt:
            also = f"looking again failed: {reason}"
            standing["reasons"].extend(() if also in standing["reasons"] else (also,))
    return found


def _planned(
    bucket: Bucket, plan: Json, header: ScanHeader, attempt: str, damaged: Mapping[str, str]
) -> tuple[list[tuple[Shard, str]], list[Json]]:
    """Return the shards of an attempt with their batches, and what stands for a work list that cannot be read."""
    lists = [keys.batches(header.scan_id, attempt)]
    try:
        planned = [*_listed(bucket, lists[0])]
        if attempt and damaged.keys() - {shard.id for shard, _ in planned}:
            known = {shard.id for shard, _ in planned}
            whole = _listed(bucket, keys.batches(header.scan_id))
            planned += [(shard, batch) for shard, batch in whole if shard.id in damaged.keys() - known]
    except Damaged as error:
        nobody = Shard(plan["scan"].get("account_id", ""), GLOBAL, _EVERYTHING, "", ())
        return [], [unfinished(nobody, Progress(""), header, str(error), plan["severities"])]
    return planned, []


def _listed(bucket: Bucket, key: str) -> list[tuple[Shard, str]]:
    accounts = objects.content(bucket, key, objects.BATCHES) or []
    return [
        (Shard(**{**item, "scope": tuple(item["scope"])}), batch["batch"])
        for account in accounts
        for batch in account["batches"]
        for item in batch["shards"]
    ]


def _progress(bucket: Bucket, scan_id: str, shard: Shard, damaged: Mapping[str, str]) -> Progress:
    """Return how far a shard came; what a damaged object names is not believed."""
    if shard.id in damaged:
        return Progress("")
    return Progress.read(bucket, scan_id, shard.id)


def _reasons(bucket: Bucket, scan_id: str) -> dict[str, str]:
    """Return why batches failed for good, as the state machine noted it."""
    reasons = {}
    for key, _ in bucket.keys(keys.failures(scan_id)):
        batch = key.rpartition("/")[2].removesuffix(".json")
        try:
            note = _note(objects.content(bucket, key, objects.FAILURE))
            reasons[batch] = f"{note.get('Error', 'failed')}: {_cause(note.get('Cause', ''))}"
        except (Damaged, ValueError) as error:
            reasons[batch] = f"it failed, and the note of why cannot be read ({error})"
    return reasons


def _note(written: object) -> Json:
    """Read what the state machine noted: it may have written the object as a text within JSON."""
    found = json.loads(written) if isinstance(written, str) else written
    return found if isinstance(found, dict) else {}


def _cause(cause: object) -> str:
    """Return what a function's error says: Step Functions hands it over as a text that holds JSON."""
    with contextlib.suppress(ValueError):
        cause = json.loads(cause) if isinstance(cause, str) else cause
    text = str(cause.get("errorMessage", cause)) if isinstance(cause, Mapping) else str(cause)
    return text[:300]


class _Unread:
    """Writes findings on the target for the rules of shards that were not scanned to their end."""

    def __init__(
        self, bucket: Bucket, plan: Json, header: ScanHeader, attempt: str, load: Callable[[], Catalog]
    ) -> None:
        """Read the plan's rules when the first shard needs them."""
        self._bucket, self._plan, self._header, self._attempt, self._load = bucket, plan, header, attempt, load
        self._known: tuple[Catalog, Configuration, tuple[Rule, ...]] | None = None

    def add(self, shard: Shard, progress: Progress, reason: str) -> None:
        """Write the part of a shard and name it in its progress."""
        try:
            catalog, configuration, rules = self._known = self._known or self._read()
        except (ConfigurationError, *_STRANGE):
            # Another version of Muster wrote the plan: its checks cannot be named, but the shard still is.
            return
        left = in_order(shard, rules, catalog)
        if progress.cursor and progress.cursor.resource_type in (*left, TARGET):
            left = left[left.index(progress.cursor.resource_type) :] if progress.cursor.resource_type in left else []
        gap = Unavailable(None, f"the scan of {shard.service} in {shard.region} did not end: {reason}")
        found: list[Finding] = [
            unlisted(rule, target_of(shard, kind), gap, self._header.observed_at)
            for kind in left
            for rule in rules
            if rule.service == shard.service and rule.resource_type == kind
        ]
        if found:
            self._write(shard, progress, list(annotate(found, configuration, self._header.observed_at.date())))

    def _write(self, shard: Shard, progress: Progress, found: Sequence[Finding]) -> None:
        tally = Tally()
        for finding in found:
            tally.count(finding)
        key = keys.part(self._header.scan_id, shard.id, _LAST_PART, self._attempt)
        with tempfile.TemporaryDirectory(prefix="muster-") as folder:
            path = Path(folder) / "part.parquet"
            parquet.write(path, FINDINGS, (finding_row(each, self._header, shard.id) for each in found))
            self._bucket.upload(path, key)
        progress.add(TARGET, key, tally)

    def _read(self) -> tuple[Catalog, Configuration, tuple[Rule, ...]]:
        configuration = Configuration.from_json(self._plan["configuration"])
        catalog = extended(self._load(), configuration.custom_checks)
        return catalog, configuration, rules_from_json(catalog, self._plan["rules"])
