"""Validate the migrations of the bucket: write a report for each, and send what changed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from muster.errors import ConfigurationError, EventError, MusterError, Transient
from muster.migration.file import MigrationFile
from muster.migration.files.parsing import parse
from muster.migration.report.report import Parity
from muster.migration.running import validate
from muster.sdk.errors import READ_ERRORS, code_of, message_of
from muster.sdk.redaction import safe
from muster.sdk.session import Caller, Clients, caller
from muster.stack.documents import objects
from muster.stack.documents.fields import Malformed, record, text
from muster.stack.documents.request import Environment
from muster.stack.migrations import news
from muster.stack.migrations.state import MigrationState, WrongFile, compared
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import Traffic

_EXTENSIONS = (".yaml", ".yml", ".json")
_LEAST = 60.0
"""Seconds that a validation needs at least; with less it is not begun."""
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """The event: the batch to validate, or all."""

    batch: Annotated[str, text(r"[A-Za-z0-9._-]{0,64}", "the name of a batch")] = ""


@dataclass(slots=True)
class Done:
    """What an invocation did: the parity of each batch, wrong files with their mistakes, and what failed."""

    parity: dict[str, Parity] = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    sent: int = 0
    all_batches: bool = True

    @property
    def without_parity(self) -> int:
        """The number of migrations whose target does not match or may not match."""
        return len(self.wrong) + sum(each is not Parity.YES for each in self.parity.values())

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the function."""
        return {
            "batches": {
                name: {"parity": each.value, "report": self.reports[name]} for name, each in self.parity.items()
            },
            "wrong_files": dict(self.wrong),
            "messages_sent": self.sent,
        }


def event_of(event: object) -> Event:
    """Read the event: `{}` for all migrations, or `{"batch": "wave-1"}`.

    Raises:
        EventError: it is something else.
    """
    try:
        if not isinstance(event, Mapping):
            raise Malformed("the event is not an object")
        return record(Event)(event, "")
    except Malformed as error:
        raise EventError(f'validate_migration is invoked with {{}} or {{"batch": "wave-1"}}: {error}') from error


def validate_migrations(
    event: object,
    environment: Environment,
    clients: Clients,
    left: Callable[[], float],
    traffic: Traffic | None = None,
) -> Done:
    """Validate the migrations that an event names; one that fails does not stop the others.

    Raises:
        EventError: the event is none of this function, or names a batch that no file has.
        Transient: a validation failed, or there was no time for it; a retry may succeed. The others are done.
    """
    batch = event_of(event).batch
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    done = Done(all_batches=not batch)
    files = _files(bucket, done)
    if batch and batch not in {file.batch for _, file in files}:
        raise EventError(f"no file under s3://{environment.bucket}/{keys.MIGRATION_FILES} has the batch {batch}")
    run = _Run(environment, clients, bucket, caller(clients, environment.region), left, done)
    chosen = [each for each in files if batch in ("", each[1].batch)]
    wrong = [] if batch else [*done.wrong]
    run.validate(chosen)
    run.report_files([*(name for name, _ in chosen), *wrong])
    return done


def _files(bucket: Bucket, done: Done) -> list[tuple[str, MigrationFile]]:
    """Return the migration files by their names; those that are wrong are noted with their mistakes."""
    found: list[tuple[str, MigrationFile]] = []
    batches: dict[str, str] = {}
    for key, _ in bucket.keys(keys.MIGRATION_FILES):
        name = key.removeprefix(keys.MIGRATION_FILES)
        raw = bucket.get_bytes(key) if name.endswith(_EXTENSIONS) else None
        if raw is None:
            continue
        try:
            file = parse(raw[0], name)
        except ConfigurationError as error:
            done.wrong[name] = str(error)
            continue
        if file.batch in batches:
            done.wrong[name] = f"{name}: the batch {file.batch} is that of {batches[file.batch]} already"
            continue
        batches[file.batch] = name
        found.append((name, file))
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    environment: Environment
    clients: Clients
    bucket: Bucket
    caller: Caller
    left: Callable[[], float]
    done: Done

    def validate(self, files: Sequence[tuple[str, MigrationFile]]) -> None:
        """Validate each, the one first that was validated longest ago."""
        last = {file.batch: self._last(file.batch) for _, file in files}
        for name, file in sorted(files, key=lambda each: _at(last[each[1].batch])):
            if self.left() < _LEAST:
                self.done.failures.append(f"{file.batch}: there was no time left to validate it")
                continue
            try:
                self._one(name, file, last[file.batch])
            except ConfigurationError as error:
                self.done.wrong[name] = f"{name}: {error}"
            except MusterError as error:
                self.done.failures.append(f"{file.batch}: {error}")

    def report_files(self, names: Sequence[str]) -> None:
        """Send a message about each file that cannot be used, once for the same mistakes until they are mended."""
        for name in names:
            try:
                self._note(name)
            except MusterError as error:
                self.done.failures.append(f"{name}: {error}")

    def _one(self, name: str, file: MigrationFile, last: MigrationState | None) -> None:
        report = validate(file, name, self.clients, self.caller, left=self.left)
        key = keys.migration_report(file.batch, f"{report.started_at:%Y-%m-%dT%H-%M-%SZ}")
        self.bucket.put_json(key, report.to_json())
        change, state = compared(report, key, last)
        self.done.parity[file.batch], self.done.reports[file.batch] = change.after, key
        if change.worth_a_message:
            address = f"s3://{self.bucket.name}/{key}"
            self._publish(news.subject(report, change), news.message(report, change, address))
        # Last: a message that could not be sent is sent by the next validation.
        self.bucket.put_json(keys.migration_state(file.batch), state.to_json())

    def _note(self, name: str) -> None:
        reason = self.done.wrong.get(name, "")
        key = keys.migration_file_state(hashlib.sha256(name.encode()).hexdigest()[:16])
        last = objects.or_none(self.bucket, key, WrongFile, []) or WrongFile()
        if last.reason != reason:
            if reason:
                self._publish(*news.wrong_file(name, reason))
            self.bucket.put_json(key, WrongFile(reason).to_json())

    def _last(self, batch: str) -> MigrationState | None:
        return objects.or_none(self.bucket, keys.migration_state(batch), MigrationState, [])

    def _publish(self, subject: str, message: str) -> None:
        topic = self.environment.topic_arn
        try:
            self.clients.get("sns", self.environment.region).publish(TopicArn=topic, Subject=subject, Message=message)
        except READ_ERRORS as error:
            raise Transient(
                f"{topic} did not take the message ({code_of(error)}): {safe(message_of(error))}"
            ) from error
        self.done.sent += 1


def _at(state: MigrationState | None) -> datetime:
    return state.validated_at if state else _FIRST
