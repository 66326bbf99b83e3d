"""What a user may ask of the state machine, and what the functions know of their surroundings."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from muster.catalog.packs import DEFAULT
from muster.errors import ConfigurationError
from muster.model.arn import Arn
from muster.model.suggest import unknown
from muster.scanning.prepare import scan_id
from muster.stack.documents.events import planned
from muster.stack.limits import MAX_CONCURRENCY
from muster.storage import keys

_ACCOUNT = re.compile(r"\d{12}\Z")
_LISTS = ("packs", "checks", "accounts", "regions")
_KEYS = ("pack", *_LISTS, "record", "resume", "scheduled")
SCAN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class Environment:
    """The stack as a function sees it; read from the environment once, by the function's shell."""

    bucket: str
    region: str
    stack: str = ""
    config_key: str = keys.CONFIGURATION
    packs: tuple[str, ...] = DEFAULT
    required_tags: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    member_role: str = ""
    external_id: str = ""
    max_concurrency: int = MAX_CONCURRENCY
    topic_arn: str = ""
    queue_url: str = ""
    record_queue_url: str = ""
    delivery_table: str = ""
    alert_queue_url: str = ""
    alert_function: str = ""
    change_queue_url: str = ""
    change_dlq_url: str = ""
    database: str = ""
    workgroup: str = ""
    event_table: str = ""
    event_days: int = 365
    tagging_role: str = ""

    @classmethod
    def parse(cls, variables: Mapping[str, str], *needed: str) -> "Environment":
        """Read the variables that the template sets.

        Raises:
            ConfigurationError: one is missing that every function needs, or that is `needed`.
        """
        for name in ("MUSTER_BUCKET", "AWS_REGION", *needed):
            if not variables.get(name):
                raise ConfigurationError(
                    f"the environment variable {name} is not set; deploy the function by template.yaml"
                )
        return cls(
            bucket=variables["MUSTER_BUCKET"],
            region=variables["AWS_REGION"],
            stack=variables.get("MUSTER_STACK", ""),
            config_key=variables.get("MUSTER_CONFIG_KEY", keys.CONFIGURATION),
            packs=_words(variables.get("MUSTER_PACKS", "")) or DEFAULT,
            required_tags=_words(variables.get("MUSTER_REQUIRED_TAGS", "")),
            regions=_words(variables.get("MUSTER_REGIONS", "")),
            accounts=_words(variables.get("MUSTER_ACCOUNTS", "")),
            member_role=variables.get("MUSTER_MEMBER_ROLE", ""),
            external_id=variables.get("MUSTER_EXTERNAL_ID", ""),
            max_concurrency=int(variables.get("MUSTER_MAX_CONCURRENCY", MAX_CONCURRENCY)),
            topic_arn=variables.get("MUSTER_TOPIC_ARN", ""),
            queue_url=variables.get("MUSTER_QUEUE_URL", ""),
            record_queue_url=variables.get("MUSTER_RECORD_DLQ_URL", ""),
            delivery_table=variables.get("MUSTER_DELIVERY_TABLE", ""),
            alert_queue_url=variables.get("MUSTER_ALERT_QUEUE_URL", ""),
            alert_function=variables.get("MUSTER_ALERT_FUNCTION", ""),
            change_queue_url=variables.get("MUSTER_CHANGE_QUEUE_URL", ""),
            change_dlq_url=variables.get("MUSTER_CHANGE_DLQ_URL", ""),
            database=variables.get("MUSTER_DATABASE", ""),
            workgroup=variables.get("MUSTER_WORKGROUP", ""),
            event_table=variables.get("MUSTER_EVENT_TABLE", ""),
            event_days=int(variables.get("MUSTER_EVENT_DAYS", "365")),
            tagging_role=variables.get("MUSTER_TAGGING_ROLE", ""),
        )


@dataclass(frozen=True, slots=True)
class Request:
    """One execution: its input, its start and the place where it runs.

    `attempt` names the execution: a scan that is resumed has several, `resume` is the scan that goes on.
    """

    scan_id: str
    started_at: datetime
    account_id: str
    partition: str
    packs: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    record: bool = False
    scheduled: bool = False
    resume: str = ""
    attempt: str = ""

    @property
    def kind(self) -> str:
        """The origin of the scan: the schedule or a person."""
        return "scheduled" if self.scheduled else "manual"

    @property
    def whole(self) -> bool:
        """Whether everything is scanned that the stack is configured to scan."""
        return not (self.packs or self.checks or self.accounts or self.regions)

    @property
    def every_check(self) -> bool:
        """Whether every check runs that the stack is configured to run."""
        return not (self.packs or self.checks)

    @classmethod
    def parse(cls, event: object) -> "Request":
        """Read the event of the state machine's first state.

        Raises:
            EventError: it is not the event that the state machine sends.
            ConfigurationError: the execution's input holds something that is not understood.
        """
        sent = planned(event)
        arn = Arn.of(sent.execution)
        document = _checked(sent.input)
        started = sent.started_at.astimezone(UTC)
        digest = name_of(sent.execution)
        single = (str(document["pack"]),) if document.get("pack") else ()
        resume = str(document.get("resume", ""))
        return cls(
            scan_id=resume or scan_id(started, digest),
            started_at=started,
            account_id=arn.account,
            partition=arn.partition,
            packs=(*single, *document.get("packs", ())),
            checks=tuple(document.get("checks", ())),
            accounts=tuple(document.get("accounts", ())),
            regions=tuple(document.get("regions", ())),
            record=bool(document.get("record", False)),
            scheduled=bool(document.get("scheduled", False)),
            resume=resume,
            attempt=digest if resume else "",
        )


def name_of(execution: str) -> str:
    """Return the short name of an execution, by its ARN: a scan's id ends with that of the execution that began it."""
    return hashlib.sha256(execution.encode()).hexdigest()[:8]


def _checked(document: object) -> Mapping[str, Any]:
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise ConfigurationError('the execution\'s input is a JSON object, for example {"pack": "s3-compliance"}')
    for key in document:
        if key not in _KEYS:
            raise ConfigurationError(f"the execution's input: {unknown(str(key), 'a key', _KEYS)}")
    for key in _LISTS:
        value = document.get(key, [])
        _require(
            isinstance(value, list) and all(isinstance(item, str) and item for item in value),
            key,
            "a list of texts",
            value,
        )
    for key in ("record", "scheduled"):
        _require(isinstance(document.get(key, False), bool), key, "true or false", document.get(key))
    _require(isinstance(document.get("pack", ""), str), "pack", "a text", document.get("pack"))
    resume = document.get("resume", "")
    _require(resume == "" or (isinstance(resume, str) and bool(SCAN_ID.match(resume))), "resume", "a scan's id", resume)
    if resume and len(document) > 1:
        raise ConfigurationError(
            "the execution's input: resume takes no other key; the scan's plan has everything else"
        )
    for account in document.get("accounts", []):
        if not _ACCOUNT.match(account):
            raise ConfigurationError(f"the execution's input: {account!r} is not an account id of 12 digits")
    return document


def _require(fine: bool, key: str, wanted: str, value: object) -> None:
    if not fine:
        raise ConfigurationError(f"the execution's input: {key} is {wanted}, not {value!r}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
