"""The end of a scan for one account: its findings are published, compared with what is remembered, and summed up."""

import functools
import math
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from muster.catalog import catalog
from muster.catalog.catalog import Catalog
from muster.errors import Damaged, EventError, MusterError, Transient
from muster.lifecycle.event_store import EventStore
from muster.sdk.session import Clients
from muster.stack.documents import events, objects
from muster.stack.documents.account import AccountOutcome, AccountResult, Reported
from muster.stack.documents.events import AccountEvent
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.request import Environment
from muster.stack.settling.collect import collect
from muster.stack.settling.flushing import Flushing, open_store
from muster.stack.settling.publish import DamagedParts
from muster.stack.settling.settling import Settling
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict, scratch
from muster.storage.traffic import Traffic

_ROUNDS = 10
"""How often an account is settled again because another execution or scan settled it meanwhile."""


def settle_account(  # noqa: PLR0913 - the event, where it runs, and what the shell hands in
    event: object,
    environment: Environment,
    clients: Clients,
    left: Callable[[], float] = lambda: math.inf,
    load: Callable[[], Catalog] = catalog.load,
    traffic: Traffic | None = None,
) -> AccountOutcome:
    """Publish what the shards of an account committed, remember it, and write the account's result.

    Running it again writes the same objects again. When another execution settled the account meanwhile, it is done
    again from what is committed by now: the last one never leaves less than the one before. `left` says how many
    seconds remain: an account that cannot be settled in them keeps how far it came, and `left` of the answer is 1.
    What changed is written to the event store last. Without an `event_table`, it stays in the outboxes that the state
    names, for a function that has one.

    Raises:
        EventError: it is not the event that the state machine sends, or there is no such scan or account in it.
        Damaged: the plan of the scan cannot be read.
        Transient: others settle the account again and again, or the event store takes nothing now.
        Refused: the event store refuses the events for good.
        MusterError: the function's disk is full.
    """
    sent = events.account(event)
    account_id = sent.account.account_id
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    plan = _plan(bucket, sent)
    store = open_store(environment, clients)
    for _ in range(_ROUNDS):
        try:
            done = _settled(bucket, plan, sent, left, load, store)
        except Conflict:
            continue
        except (OSError, sqlite3.Error) as error:
            # Those of the network are Transient by now.
            raise MusterError(
                f"cannot settle the account {account_id} on the function's disk: {error}; "
                "if it is full, raise the EphemeralStorage of SettleAccountFunction in template.yaml"
            ) from error
        return AccountOutcome(sent.scan_id, account_id, left=int(not done))
    raise Transient(f"others settle the account {account_id} again and again")


def _plan(bucket: Bucket, event: AccountEvent) -> PlanDocument:
    plan = objects.content(bucket, keys.plan(event.scan_id), PlanDocument)
    account_id = event.account.account_id
    if plan is None:
        raise EventError(f"there is no scan {event.scan_id!r} in s3://{bucket.name}/{keys.SCANS}")
    of_batches = {shard.account_id for batch in event.account.batches for shard in batch.shards}
    if foreign := sorted({account_id, *of_batches} - {*plan.scan.accounts} | of_batches - {account_id}):
        raise EventError(f"the scan {event.scan_id} has no such account in its batches: {', '.join(foreign)}")
    return plan


def _settled(  # noqa: PLR0913 - where all of it is, how long it may take, and what the shell hands in
    bucket: Bucket,
    plan: PlanDocument,
    event: AccountEvent,
    left: Callable[[], float],
    load: Callable[[], Catalog],
    store: EventStore | None,
) -> bool:
    """Settle an account from what is committed now; False when the time was up before.

    Raises:
        Conflict: another function settled it meanwhile.
    """
    key = keys.account(event.scan_id, event.account.account_id)
    before, etag = _result_before(bucket, key)
    flushing = Flushing(bucket, store, event.scan_id, event.account.account_id, event.attempt)
    if etag and (rest := flushing.left_of(etag)):
        return flushing.flush(rest, etag, left)
    damaged: dict[str, str] = {}
    while True:
        collected = functools.partial(collect, bucket, plan, event, damaged, load)
        with scratch() as folder:
            settling = Settling(bucket, plan, event, collected, before, Path(folder))
            try:
                result = settling.result(left)
            except DamagedParts as error:
                if error.shards.keys() <= damaged.keys():
                    raise
                damaged |= error.shards
                continue
            finally:
                settling.close()
            if result is None:
                return False
            etag = bucket.put_json(key, result.to_json(), etag=etag)
            kept = settling.keeping
            return kept is None or flushing.flush(kept.outboxes, etag, left, kept.drafts)


def _result_before(bucket: Bucket, key: str) -> tuple[Mapping[str, Reported], str | None]:
    """Return which attempt reports each shard, as the account was settled before, and the ETag of that result."""
    try:
        found = objects.read(bucket, key, AccountResult)
    except Damaged as error:
        return {}, error.etag or None
    return (found[0].reported, found[1]) if found else ({}, None)
