"""What the user configured, as frozen values that survive a round trip through plain JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muster.catalog.custom import CustomCheck
from muster.model.finding import Suppression
from muster.model.json_values import freeze_items, to_json


@dataclass(frozen=True, slots=True)
class TypeTags:
    """The tags that one resource type needs; None leaves what holds for all types."""

    required: tuple[str, ...] | None = None
    values: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags that resources need: settings of the check `required-tags`, in words of their own.

    A value of `values` is a tuple of allowed texts or a mapping with one key, `pattern`. None leaves the check's
    own setting.
    """

    required: tuple[str, ...] | None = None
    values: Mapping[str, object] | None = None
    resource_types: Mapping[str, TypeTags] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Which accounts are scanned: ids, units of the organization or `all`; nothing means the one Muster runs in.

    With `tags`, only those that carry all of them. `role` is assumed in every account but its own.
    """

    include: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    role: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Exclude:
    """What is not looked at: any of these is enough. `arns` and the values of `tags` are globs."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SuppressionRule:
    """Which failures of a check are accepted: those whose ARN and tags match all that is given here.

    `resource` is a glob of the ARN, or None; the values of `tag` are globs.
    """

    check: str
    suppression: Suppression
    resource: str | None = None
    tag: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the file spells it."""
        accepted = self.suppression
        entry: dict[str, Any] = {"check": self.check, "reason": accepted.reason, "owner": accepted.owner}
        entry |= {"ticket": accepted.ticket} if accepted.ticket else {}
        entry |= {"expires": accepted.expires}
        entry |= {"resource": self.resource} if self.resource is not None else {}
        return entry | ({"tag": dict(self.tag)} if self.tag else {})

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "SuppressionRule":
        """Read an entry as the file spells it."""
        accepted = Suppression(
            reason=entry["reason"], owner=entry["owner"], expires=entry["expires"], ticket=entry.get("ticket", "")
        )
        return cls(entry["check"], accepted, entry.get("resource"), dict(entry.get("tag", {})))


@dataclass(frozen=True, slots=True)
class Configuration:
    """What muster.yaml says; without arguments, what an empty file says."""

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

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as plain JSON, in the shape of muster.yaml with nothing left out."""
        return {
            "packs": list(self.packs),
            "checks": list(self.checks),
            "exclude_checks": list(self.exclude_checks),
            "settings": to_json(self.settings),
            "tags": {
                **_tags_to_json(self.tags),
                "resource_types": {name: _tags_to_json(tags) for name, tags in self.tags.resource_types.items()},
            },
            "regions": list(self.regions),
            "exclude": {
                "accounts": list(self.exclude.accounts),
                "regions": list(self.exclude.regions),
                "arns": list(self.exclude.arns),
                "tags": dict(self.exclude.tags),
            },
            "suppressions": [rule.to_json() for rule in self.suppressions],
            "account_names": dict(self.account_names),
            "accounts": _accounts_to_json(self.accounts),
            "custom_checks": [entry.to_json() for entry in self.custom_checks],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Configuration":
        """Read what `to_json` wrote, or a document that the schema has found valid."""
        tags, exclude = document.get("tags", {}), document.get("exclude", {})
        regions, accounts = document.get("regions", ()), document.get("accounts", {})
        return cls(
            packs=tuple(document.get("packs", ())),
            checks=tuple(document.get("checks", ())),
            exclude_checks=tuple(document.get("exclude_checks", ())),
            settings={name: dict(freeze_items(said)) for name, said in document.get("settings", {}).items()},
            tags=Tags(
                *_tags_from_json(tags),
                {name: TypeTags(*_tags_from_json(said)) for name, said in tags.get("resource_types", {}).items()},
            ),
            regions=(regions,) if isinstance(regions, str) else tuple(regions),
            exclude=Exclude(
                accounts=tuple(exclude.get("accounts", ())),
                regions=tuple(exclude.get("regions", ())),
                arns=tuple(exclude.get("arns", ())),
                tags=dict(exclude.get("tags", {})),
            ),
            suppressions=tuple(SuppressionRule.from_json(entry) for entry in document.get("suppressions", ())),
            account_names=dict(document.get("account_names", {})),
            accounts=Accounts(
                include=tuple(accounts.get("include", ())),
                tags=dict(accounts.get("tags", {})),
                role=accounts.get("role", ""),
                external_id=accounts.get("external_id", ""),
            ),
            custom_checks=tuple(CustomCheck.from_json(entry) for entry in document.get("custom_checks", ())),
        )


def _tags_to_json(tags: Tags | TypeTags) -> dict[str, Any]:
    said = {"required": tags.required, "values": tags.values}
    return {key: to_json(value) for key, value in said.items() if value is not None}


def _tags_from_json(said: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, Mapping[str, object] | None]:
    required, values = said.get("required"), said.get("values")
    return None if required is None else tuple(required), None if values is None else dict(freeze_items(values))


def _accounts_to_json(accounts: Accounts) -> dict[str, Any]:
    said = {
        "include": list(accounts.include),
        "tags": dict(accounts.tags),
        "role": accounts.role,
        "external_id": accounts.external_id,
    }
    return {key: value for key, value in said.items() if value}
