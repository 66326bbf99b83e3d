"""The keys of the bucket; each key follows from the scan, shard and attempt: a retry writes it again."""

import hashlib
import re
from datetime import date

from muster.errors import EventError

CONFIGURATION = "config/muster.yaml"
"""The configuration of the stack, where its parameter names no other key."""
MIGRATION_FILES = "config/migrations/"
"""The prefix of migration files; the user writes them."""
SCANS = "scans/"
"""The prefix of plans, summaries and reports."""
_AUDIT = "audit/"
"""The prefix of what the stream of the event table leaves: an object for each event, and files for Athena by day."""
AUDITED = f"{_AUDIT}findings/"
"""The prefix of the audit objects, one for each event."""
HELD_ALERTS = "alerts/held/"
"""The prefix of news that quiet hours hold back."""
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:+@=-]*")
"""What one part of a key may be: nothing that leads to another folder, and no character that has to be escaped."""
_PART = re.compile(r"(?P<shard>.+?)(-[0-9a-f]{8})?-\d{4,}\.parquet")


def plan(scan_id: str) -> str:
    """Return the key of what a scan fixed before it began."""
    return f"{SCANS}{_named(scan_id)}/plan.json"


def work(scan_id: str) -> str:
    """Return the prefix of all that a scan needs only until it has ended or was resumed; it expires before reports do.

    A lifecycle rule of S3 tells objects apart by the beginning of their keys only.
    """
    return f"work/{_named(scan_id)}/"


def batches(scan_id: str, attempt: str = "") -> str:
    """Return the key of the work list; a scan that is resumed has another one for each attempt."""
    return f"{every_batches(scan_id)}{_suffix(attempt)}.json"


def every_batches(scan_id: str) -> str:
    """Return the prefix of the work lists of all attempts at a scan."""
    return f"{work(scan_id)}batches"


def part(scan_id: str, shard_id: str, number: int, attempt: str = "") -> str:
    """Return the key of one page of a shard's findings, not yet published; no attempt writes over another's."""
    return f"{parts(scan_id)}{_named(shard_id)}{_suffix(attempt)}-{number:04d}.parquet"


def shard_of(part_key: str) -> str:
    """Return the id of the shard that a part is of, nothing where the key is not that of a part."""
    found = _PART.fullmatch(part_key.rpartition("/")[2])
    return found["shard"] if found else ""


def progress(scan_id: str, shard_id: str, replaces: str = "") -> str:
    """Return the key of how far a shard has come that was not done in one go.

    `replaces` names the commit that was not whole and is to be replaced, where there is one.
    """
    return f"{work(scan_id)}progress/{_named(shard_id)}{_suffix(replaces)}.json"


def commit(scan_id: str, shard_id: str) -> str:
    """Return the key of the word that a shard is done, with its counts and the parts it wrote."""
    return f"{commits(scan_id)}{_named(shard_id)}.json"


def commits(scan_id: str, account_id: str = "") -> str:
    """Return the prefix of all commits of a scan, or of those of an account."""
    return f"{work(scan_id)}commits/{f'{_named(account_id)}.' if account_id else ''}"


def accounts(scan_id: str) -> str:
    """Return the prefix of the results of a scan's accounts."""
    return f"{work(scan_id)}accounts/"


def account(scan_id: str, account_id: str) -> str:
    """Return the key of the result of an account: its counts, the worst of its findings, what changed."""
    return f"{accounts(scan_id)}{_named(account_id)}.json.gz"


def failures(scan_id: str) -> str:
    """Return the prefix of what the state machine notes of batches that failed for good."""
    return f"{work(scan_id)}failures/"


def settling(scan_id: str, account_id: str, name: str) -> str:
    """Return the key of what a function that settles a large account leaves to the next one."""
    return f"{work(scan_id)}settling/{_named(account_id)}/{_named(name)}.json.gz"


def outbox(scan_id: str, account_id: str, digest: str) -> str:
    """Return the key of the events of an account that a state has; `digest` is that of the events."""
    return f"{outboxes(scan_id, account_id)}{_named(digest)}.jsonl.gz"


def outboxes(scan_id: str, account_id: str) -> str:
    """Return the prefix of the outboxes of an account in a scan."""
    return f"{work(scan_id)}events/{_named(account_id)}/"


def flushed(outbox: str) -> str:
    """Return the key of how many events of an outbox are in the event store."""
    return f"{outbox.removesuffix('.jsonl.gz')}.json"


def failure(scan_id: str, name: str) -> str:
    """Return the key of what the state machine notes of a batch that failed for good, or of an account."""
    return f"{failures(scan_id)}{_named(name)}.json"


def parts(scan_id: str, account_id: str = "") -> str:
    """Return the prefix of all parts of a scan, or of those of an account."""
    return f"{work(scan_id)}parts/{f'{_named(account_id)}.' if account_id else ''}"


def name_in(key: str) -> str:
    """Return the shard of a commit's key, the account of a result's, or the batch of a failure's."""
    return key.rpartition("/")[2].removesuffix(".gz").removesuffix(".json")


def incomplete(scan_id: str) -> str:
    """Return the key of the names of the shards that a scan has not seen whole."""
    return f"{SCANS}{_named(scan_id)}/incomplete.json"


def summary(scan_id: str) -> str:
    """Return the key of a scan's summary."""
    return f"{SCANS}{_named(scan_id)}/summary.json"


def summarized(key: str) -> str:
    """Return the scan of a summary's key, nothing where the key is not that of a summary."""
    scan_id = key.removeprefix(SCANS).partition("/")[0]
    return scan_id if key == f"{SCANS}{scan_id}/summary.json" else ""


def report(scan_id: str) -> str:
    """Return the key of a scan's report."""
    return f"{SCANS}{_named(scan_id)}/report.json"


def page(scan_id: str) -> str:
    """Return the key of a scan's report as a page."""
    return f"{SCANS}{_named(scan_id)}/report.html"


def latest_page() -> str:
    """Return the key of the page of the last recorded scan, which bookmarks and the dashboard name."""
    return "report.html"


def trend() -> str:
    """Return the key of the failures of the last recorded scans."""
    return "state/trend.json"


def tags(scan_id: str) -> str:
    """Return the key of what was done about the compliance tag after a scan."""
    return f"{SCANS}{_named(scan_id)}/tags.json"


def alert(scan_id: str) -> str:
    """Return the key of the alert as it was sent."""
    return f"{SCANS}{_named(scan_id)}/alert.json"


def migration_report(batch: str, time: str) -> str:
    """Return the key of a report of a migration; `time` is when the validation began."""
    return f"migrations/{_named(batch)}/{_named(time)}.json"


def migration_state(batch: str) -> str:
    """Return the key of what is remembered of a migration between validations."""
    return f"state/migrations/{_named(batch)}.json"


def migration_file_state(name: str) -> str:
    """Return the key of what is remembered of a migration file that was wrong; `name` is a digest of its name."""
    return f"state/migration-files/{_named(name)}.json"


def sizes() -> str:
    """Return the key of how many resources each shard had when it was last scanned whole."""
    return "state/sizes.json"


def first_scan() -> str:
    """Return the key of the record of the scan that sent the mail "first scan", with its time."""
    return "state/first-scan.json"


def last_alert() -> str:
    """Return the key of the record of the last alert: incomplete shards, and whether an alert is due."""
    return "state/last-alert.json"


def held_alert(route: str, identity: str) -> str:
    """Return the key of news of a route that quiet hours hold back."""
    return f"{HELD_ALERTS}{_named(route)}/{_named(identity)}.json"


def alert_page(route: str, identity: str) -> str:
    """Return the key of an alert as a page for a browser."""
    return f"alerts/pages/{_named(route)}/{_named(identity)}.html"


def parked_alert(route: str, identity: str, destination: str) -> str:
    """Return the key of the contents of a parked alert that are too large for a message."""
    place = hashlib.sha256(destination.encode()).hexdigest()[:8]
    return f"alerts/parked/{_named(route)}/{_named(identity)}-{place}.gz"


def state(account_id: str) -> str:
    """Return the key of what is remembered of an account between scans."""
    return f"state/{_named(account_id)}.json.gz"


def latest(account_id: str, number: int) -> str:
    """Return the key of a file of the table `latest`, which holds the last findings of an account."""
    return f"{every_latest(account_id)}{number:04d}.parquet"


def every_latest(account_id: str) -> str:
    """Return the prefix of all files of an account in the table `latest`."""
    return f"{files('latest')}{_named(account_id)}-"


def audit(finding_id: str, timestamp: int) -> str:
    """Return the key of the audit object of an event; `timestamp` is in milliseconds."""
    return f"{AUDITED}{_named(finding_id)}/{timestamp}.json"


def audit_of_day(day: date | str, name: str) -> str:
    """Return the key of a file of the table `audit`, under the day of its events."""
    return f"{_AUDIT}by-date/event_date={day}/{_named(name)}.json.gz"


def set_aside(name: str) -> str:
    """Return the key of a malformed record of the stream that is too large for a message."""
    return f"{_AUDIT}set-aside/{_named(name)}.json"


def table(name: str, scan_date: date | str, scan_id: str, number: int | None = None) -> str:
    """Return the key of a published file of a table, under its partition."""
    suffix = "" if number is None else f"-{number:04d}"
    return f"{partition(name, scan_date)}{_named(scan_id)}{suffix}.parquet"


def partition(name: str, scan_date: date | str) -> str:
    """Return the prefix of the files of a table for the scans of one day."""
    return f"{files(name)}scan_date={scan_date}/"


def files(name: str) -> str:
    """Return the prefix of all files of a table."""
    return f"{_named(name)}/"


def _suffix(part: str) -> str:
    return f"-{_named(part)}" if part else ""


def _named(part: str) -> str:
    """Return a part of a key.

    Raises:
        EventError: it would be another key: it is empty, holds a slash, or begins with a dot.
    """
    if not _NAME.fullmatch(part):
        raise EventError(f"{part[:80]!r} cannot be part of a key in the bucket")
    return part
