"""Handling changes: named resources are checked again. Decision 34 says how this and full scans stay apart."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from muster.catalog import changes
from muster.catalog.catalog import Catalog
from muster.configuration.suppression import Suppressions
from muster.errors import EventError, MusterError
from muster.model.arn import Arn, Named
from muster.model.finding import Finding
from muster.scanning.named_scan import Seen
from muster.scanning.prepare import scan_id
from muster.sdk.session import Clients
from muster.stack.changing.looking import Looks, Scope, look
from muster.stack.changing.memory import Memory
from muster.stack.changing.messages import Message, leave, messages_of, set_aside
from muster.stack.documents.request import Environment
from muster.stack.planning.configured import configuration_of, regions_of, rules_of
from muster.storage.bucket import Bucket
from muster.storage.traffic import Traffic
from muster.targets.clients import Role, Sessions
from muster.targets.regions import ALL, sdk_regions

_DELIVERIES = 3
"""How often a resource that could not be read is looked at; the next scan says why it could not."""
_RESERVE = 45.0
"""Seconds that remain for settling after the last look was begun."""


@dataclass(frozen=True, slots=True)
class AccountLook:
    """What was seen of resources of one account at a time: the findings of each that was judged, and those absent.

    `owner_tag` is the key of the tag that names a resource's owner; `suppressions` are those of the configuration.
    """

    account_id: str
    scan_id: str
    at: datetime
    owner_tag: str
    suppressions: Suppressions
    judged: Mapping[Named, Sequence[Finding]]
    absent: tuple[Named, ...]


Settle = Callable[[AccountLook, Callable[[], float]], None]
"""Compares a look with the account's state and writes the events. It raises a `MusterError` where that failed."""


@dataclass(frozen=True, slots=True)
class Handled:
    """The outcome of a batch: the ids of the messages to deliver again, and counts for the log.

    `ignored` has a count for each reason, `set_aside` the id and reason of each message that was no event, `failures`
    a sentence for each thing that went wrong.
    """

    failed: tuple[str, ...]
    resources: int = 0
    looked_at: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)
    set_aside: tuple[tuple[str, str], ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def response(self) -> dict[str, list[dict[str, str]]]:
        """The answer that Lambda reads: the messages that are to be delivered again.

        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        """
        return {"batchItemFailures": [{"itemIdentifier": name} for name in self.failed]}


def handle_change(  # noqa: PLR0913 - the event, where it runs, and what the shell hands in
    event: object,
    environment: Environment,
    catalog: Catalog,
    clients: Clients,
    settle: Settle,
    memory: Memory,
    left: Callable[[], float],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    traffic: Traffic | None = None,
) -> Handled:
    """Check again the resources that a batch of events names, each once, and settle what was seen.

    A message that is no event goes to the dead-letter queue with its reason. A message stays in the queue where its
    resource could not be read or settled, and once more where a resource that was just made is not there yet.

    Raises:
        EventError: it is not what Lambda sends for a queue.
        ConfigurationError: the configuration of the stack is wrong.
    """
    queue = _queue(event)
    messages = messages_of(event, changes.load(), queue.partition)
    batch = _Batch(clients, environment, memory, now())
    batch.set_aside([message for message in messages if message.malformed])
    events = [message for message in messages if message.change]
    if not any(message.change and message.change.resources for message in events):
        return batch.handled(events)
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    scope = _scope(bucket, environment, catalog, queue.partition)
    wanted = batch.wanted(events, _Filter(scope, environment, queue.account))
    role = scope.configuration.accounts
    sessions = Sessions(
        clients, queue.account, Role(role.role, role.external_id, queue.partition), environment.region,
        batch.scan_id(messages),
    )  # fmt: skip
    looks = look(wanted, scope, sessions, batch.at, left, _RESERVE)
    suppressions = Suppressions(scope.configuration.suppressions, batch.at.date())
    names = scope.configuration.alerts.owner_tag, suppressions
    batch.settle(
        looks,
        lambda account_id, judged, absent: settle(
            AccountLook(account_id, batch.scan_id(messages), batch.at, *names, judged, absent), left
        ),
    )
    return batch.handled(events)


def _queue(event: object) -> Arn:
    """Return the ARN of the queue that the batch is of: its account is the stack's.

    Raises:
        EventError: there is none.
    """
    records = event.get("Records") if isinstance(event, Mapping) else None
    first = records[0] if isinstance(records, list) and records else None
    arn = Arn.parse(str(first.get("eventSourceARN"))) if isinstance(first, Mapping) else None
    if arn is None:
        raise EventError("the event has no record with an eventSourceARN: it is not what Lambda sends for a queue")
    return arn


def _scope(bucket: Bucket, environment: Environment, catalog: Catalog, partition: str) -> Scope:
    configuration = configuration_of(bucket, environment, catalog)
    names = regions_of(configuration, environment)
    regions = sdk_regions().get(partition, names) if ALL in names else names
    left = tuple(name for name in regions if name not in configuration.exclude.regions)
    rules = rules_of(configuration, environment, catalog)
    return Scope(catalog, configuration, rules, left, partition, environment.region)


@dataclass(frozen=True, slots=True)
class _Filter:
    """Says why a resource is none that the stack scans; empty where it is one."""

    scope: Scope
    environment: Environment
    own: str

    def __call__(self, named: Named) -> str:
        accounts = self.scope.configuration.accounts
        include = accounts.include or (self.own,)
        known = named.account_id in include or any(not each.isdigit() for each in include) or bool(accounts.tags)
        if not known or named.account_id in self.scope.configuration.exclude.accounts:
            return "its account is not scanned"
        if named.region and named.region not in self.scope.regions:
            return "its region is not scanned"
        return "" if named.resource_type in self.scope.types else "no selected check judges its type"

    def ours(self, actor: str) -> bool:
        """Whether a function of this stack, or the member role in its hands, made the call."""
        role = re.escape(self.scope.configuration.accounts.role.rpartition("/")[2])
        stack = re.escape(self.environment.stack)
        names = rf"muster-[a-z0-9-]+-{stack}/|{role}/muster-" if role else rf"muster-[a-z0-9-]+-{stack}/"
        return re.search(rf":assumed-role/(?:{names})", actor) is not None


class _Batch:
    """The messages of one invocation on their way: the latest of each resource speaks for all of it."""

    def __init__(self, clients: Clients, environment: Environment, memory: Memory, at: datetime) -> None:
        self.at = at
        self._clients, self._environment, self._memory = clients, environment, memory
        self._failed: dict[str, Message] = {}
        self._failures: list[str] = []
        self._ignored: Counter[str] = Counter()
        self._aside: list[tuple[str, str]] = []
        self._latest: dict[Named, Message] = {}
        self._looked_at = 0

    def scan_id(self, messages: Sequence[Message]) -> str:
        """Return the name of the look, as that of a scan: its time, and a digest of the messages."""
        digest = hashlib.sha256("".join(sorted(message.id for message in messages)).encode())
        return scan_id(self.at, digest.hexdigest()[:8])

    def set_aside(self, messages: Iterable[Message]) -> None:
        for message in messages:
            try:
                set_aside(message, self._environment.change_dlq_url, self._clients, self._environment.region)
            except MusterError as error:
                self._fail([message], str(error))
            else:
                self._aside.append((message.id, message.malformed))

    def wanted(self, messages: Iterable[Message], refuses: _Filter) -> tuple[Named, ...]:
        """Return the resources to look at: each once, but those that were looked at after their last change."""
        for message in messages:
            change = message.change
            if change is None or change.ignored:
                continue
            if refuses.ours(change.actor):
                self._ignored["Muster itself made the call"] += 1
                continue
            for named in change.resources:
                reason = refuses(named) or self._done(named, change.at)
                if reason:
                    self._ignored[reason] += 1
                elif self._later(named, change):
                    self._latest[named] = message
        return tuple(self._latest)

    def settle(
        self, looks: Looks, settle: Callable[[str, Mapping[Named, Sequence[Finding]], tuple[Named, ...]], None]
    ) -> None:
        """Settle what was seen, account by account, and let the rest be delivered again.

        `settle` takes the account, the findings of each resource that was judged, and those absent.
        """
        self._failures += looks.broken
        for account_id in dict.fromkeys(named.account_id for named in self._latest):
            of_account = [named for named in self._latest if named.account_id == account_id]
            seen = {named: self._outcome(named, looks.seen.get(named, Seen.UNREAD)) for named in of_account}
            judged = {named: looks.findings.get(named, ()) for named in of_account if seen[named] is Seen.JUDGED}
            absent = tuple(named for named in of_account if seen[named] is Seen.ABSENT)
            if not judged and not absent:
                continue
            try:
                settle(account_id, judged, absent)
            except MusterError as error:
                self._fail([self._latest[named] for named in (*judged, *absent)], f"{account_id}: {error}")
            else:
                self._looked_at += len(judged) + len(absent)
                self._memory.note((*judged, *absent), self.at)

    def handled(self, messages: Sequence[Message]) -> Handled:
        """Return the outcome; messages that stay in the queue come again soon."""
        for message in messages:
            if message.change and message.change.ignored:
                self._ignored[message.change.ignored] += 1
        leave(list(self._failed.values()), self._environment.change_queue_url, self._clients, self._environment.region)
        return Handled(
            tuple(self._failed), len(self._latest), self._looked_at, dict(self._ignored), tuple(self._aside),
            tuple(dict.fromkeys(self._failures)),
        )  # fmt: skip

    def _done(self, named: Named, changed_at: datetime) -> str:
        return "it was looked at after the change" if self._memory.seen(named, changed_at) else ""

    def _later(self, named: Named, change: changes.Change) -> bool:
        known = self._latest.get(named)
        return known is None or known.change is None or known.change.at <= change.at

    def _outcome(self, named: Named, seen: Seen) -> Seen | None:
        """Return how a resource is settled; None where it is not, and its message stays where that may help."""
        message = self._latest[named]
        if seen is Seen.ABSENT and message.change and message.change.created and message.deliveries < 2:  # noqa: PLR2004 - the first delivery
            self._fail([message], f"{named} is not there yet")
            return None
        if seen is Seen.UNREAD:
            if message.deliveries < _DELIVERIES:
                self._fail([message], f"{named} could not be read")
            else:
                self._failures.append(f"{named} could not be read in {_DELIVERIES} tries; the next scan reports why")
            return None
        return None if seen is Seen.EXCLUDED else seen

    def _fail(self, messages: Iterable[Message], reason: str) -> None:
        self._failed |= {message.id: message for message in messages}
        self._failures.append(reason)
