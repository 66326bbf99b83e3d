"""The user's configuration, as frozen values that survive a round trip through plain JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.catalog.custom import CustomCheck
from muster.configuration.alerts import Alerts
from muster.configuration.compliance_tags import ComplianceTags
from muster.configuration.tags import Tags
from muster.model.finding import Suppression
from muster.model.json_values import freeze_items, to_json


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that are scanned: ids, units of the organization or `all`; nothing means the one Muster runs in.

    With `tags`, only those that carry all of them. `role` is assumed in every account but its own.
    """

    include: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    external_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the accounts as the file spells them."""
        return {name: value for name in self.__slots__ if (value := to_json(getattr(self, name)))}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Accounts":
        """Read the accounts as the file spells them."""
        return cls(**{**document, "include": tuple(document.get("include", ()))})


@dataclass(frozen=True, slots=True)
class Exclude:
    """Resources that are not scanned: any of these is enough. `arns` and the values of `tags` are globs."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the exclusions as the file spells them."""
        return {name: to_json(getattr(self, name)) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SuppressionRule:
    """Accepted failures of a check: those whose resource matches all that is given here.

    `resource` is a glob of the ARN, or None; the values of `tag` are globs; `account` is an account id, or None. `key`
    names the entry: entries of equal content have the same key, in whatever order the file has their fields.
    """

    check: str
    suppression: Suppression
    resource: str | None = None
    tag: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    key: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Compute the key once: it is looked up for every suppressed finding."""
        text = json.dumps(self.to_json(), sort_keys=True)
        object.__setattr__(self, "key", hashlib.sha256(text.encode()).hexdigest()[:16])

    @property
    def where(self) -> str:
        """The resources of the entry in words, as the file spells them."""
        tags = ", ".join(f"{key}={value}" for key, value in self.tag.items())
        account = f"account {self.account}" if self.account else ""
        return ", ".join(each for each in (self.resource, tags, account) if each)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the file spells it."""
        accepted = self.suppression
        entry: dict[str, Any] = {"check": self.check, "reason": accepted.reason, "owner": accepted.owner}
        entry |= {"ticket": accepted.ticket} if accepted.ticket else {}
        entry |= {"expires": accepted.expires}
        entry |= {"resource": self.resource} if self.resource is not None else {}
        entry |= {"tag": dict(self.tag)} if self.tag else {}
        return entry | ({"account": self.account} if self.account is not None else {})

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "SuppressionRule":
        """Read an entry as the file spells it."""
        accepted = Suppression(
            reason=entry["reason"], owner=entry["owner"], expires=entry["expires"], ticket=entry.get("ticket", "")
        )
        return cls(entry["check"], accepted, entry.get("resource"), dict(entry.get("tag", {})), entry.get("account"))


@dataclass(frozen=True, slots=True)
class Configuration:
    """The content of muster.yaml; without arguments, that of an empty file.

    `metrics` turns on the checks of the packs that read data which CloudWatch charges for.
    """

    packs: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    exclude_checks: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    tags: Tags = field(default_factory=Tags)
    regions: tuple[str, ...] = ()
    exclude: Exclude = field(default_factory=Exclude)
    suppressions: tuple[SuppressionRule, ...] = ()
    account_names: Mapping[str, str] = field(default_factory=dict)
    accounts: Accounts = field(default_factory=Accounts)
    custom_checks: tuple[CustomCheck, ...] = ()
    alerts: Alerts = field(default_factory=Alerts)
    compliance_tags: ComplianceTags = field(default_factory=ComplianceTags)
    metrics: bool = False

    def settings_for(self, check: str, resource_type: str, given: Mapping[str, object]) -> Mapping[str, object]:
        """Return a check's settings for a resource type; `given` are those of the check and of the pack.

        Later is stronger: `given`, `tags`, `settings`, the tags of the one type. One file never has a setting both in
        `settings` and in `tags`; the stack's own parameter comes in as tags.
        """
        for_all, for_type = self.tags.settings_of(check, resource_type, given)
        merged = {**given, **for_all, **self.settings.get(check, {}), **for_type}
        return dict(freeze_items(merged))

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain JSON, in the shape of muster.yaml with nothing left out."""
        return {name: _spelled(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Configuration":
        """Read what `to_json` wrote, or a document that the schema has found valid."""
        exclude, regions = document.get("exclude", {}), document.get("regions", ())
        return cls(
            packs=tuple(document.get("packs", ())),
            checks=tuple(document.get("checks", ())),
            exclude_checks=tuple(document.get("exclude_checks", ())),
            settings={name: dict(freeze_items(values)) for name, values in document.get("settings", {}).items()},
            tags=Tags.from_json(document.get("tags", {})),
            regions=(regions,) if isinstance(regions, str) else tuple(regions),
            exclude=Exclude(
                accounts=tuple(exclude.get("accounts", ())),
                regions=tuple(exclude.get("regions", ())),
                arns=tuple(exclude.get("arns", ())),
                tags=dict(exclude.get("tags", {})),
            ),
            suppressions=tuple(SuppressionRule.from_json(entry) for entry in document.get("suppressions", ())),
            account_names=dict(document.get("account_names", {})),
            accounts=Accounts.from_json(document.get("accounts", {})),
            custom_checks=tuple(CustomCheck.from_json(entry) for entry in document.get("custom_checks", ())),
            alerts=Alerts.from_json(document.get("alerts", {})),
            compliance_tags=ComplianceTags.from_json(document.get("compliance_tags", {})),
            metrics=document.get("metrics", False),
        )


def _spelled(value: object) -> Any:
    if isinstance(value, tuple):
        return [_spelled(entry) for entry in value]
    if isinstance(value, Tags | Exclude | SuppressionRule | Accounts | CustomCheck | Alerts | ComplianceTags):
        return value.to_json()
    return to_json(value)
