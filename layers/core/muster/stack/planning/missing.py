"""What is missing of a scan that is resumed: shards to scan again, and accounts to settle."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from muster.errors import Damaged
from muster.model.shard import Shard
from muster.stack.documents import objects
from muster.stack.documents.commit import Commit
from muster.stack.documents.notes import Incomplete
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.work import AccountItem, WorkList
from muster.stack.summarizing.accounts import readable_results
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import each


def missing(bucket: Bucket, plan: PlanDocument, work: WorkList) -> Mapping[str, Sequence[Shard]]:
    """Return the shards to scan again, by account; an account that only has to be settled has none.

    An account with a readable result lacks the shards that its result calls incomplete; it is left out where there are
    none. Any other account lacks the shards without a commit, and those that an earlier summary calls incomplete.
    """
    results = {
        result.account_id: {item.shard for item in result.incomplete} for result in readable_results(bucket, plan)
    }
    unsettled = [item for item in work.accounts if item.account_id not in results]
    done = _done(bucket, plan.scan.scan_id, unsettled)
    found: dict[str, Sequence[Shard]] = {}
    for item in work.accounts:
        shards = [shard for batch in item.batches for shard in batch.shards]
        if item.account_id not in results:
            found[item.account_id] = [shard for shard in shards if shard.id not in done]
        elif incomplete := results[item.account_id]:
            found[item.account_id] = [shard for shard in shards if shard.id in incomplete]
    return found


def _done(bucket: Bucket, scan_id: str, accounts: Collection[AccountItem]) -> set[str]:
    """Return the shards of accounts that are committed and that no earlier summary calls incomplete.

    Where its list cannot be read, the commits themselves say so.
    """
    if not accounts:
        return set()
    committed = {
        keys.name_in(key): key
        for of_account in each(accounts, lambda item: list(bucket.keys(keys.commits(scan_id, item.account_id))))
        for key, _ in of_account
    }
    problems: list[str] = []
    names = objects.or_none(bucket, keys.incomplete(scan_id), Incomplete, problems)
    if problems:
        return committed.keys() - set(_not_whole(bucket, committed.values()))
    return committed.keys() - (set(names.shards) if names else set())


def _not_whole(bucket: Bucket, commits: Collection[str]) -> Iterator[str]:
    """Yield the shards whose commits say that they were not scanned to their end, or that cannot be read."""

    def whole(key: str) -> bool:
        try:
            commit = objects.content(bucket, key, Commit)
        except Damaged:
            return False
        return commit is not None and commit.complete

    return (keys.name_in(key) for key, seen in zip(commits, each(commits, whole), strict=True) if not seen)
