"""What KMS answers about a key: its kind and state, its rotation, its policy; and which keys are AWS's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.model.finding import Unknown

STATES = (
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
)
ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
SYMMETRIC = "SYMMETRIC_DEFAULT"

_AWS = "alias/aws/"
_LEAVING = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True, slots=True)
class AwsManagedKeys:
    """The ids of the keys that AWS made for its services, told by their aliases: at most one a service and region."""

    ids: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListAliases, all pages joined; the name is reserved, nobody else can take it.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
        """
        said = response.get("Aliases") or ()
        return cls(
            frozenset(
                str(item["TargetKeyId"])
                for item in said
                if str(item.get("AliasName") or "").startswith(_AWS) and item.get("TargetKeyId")
            )
        )


@dataclass(frozen=True, slots=True)
class Key:
    """A key: `spec` is of which material it is made, `primary` the region that it is a replica of, `deletion` when."""

    manager: str | Unknown
    state: str | Unknown
    origin: str | Unknown
    spec: str | Unknown
    primary: str
    deletion: datetime | None
    waits: int | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeKey."""
        said = response.get("KeyMetadata") or {}
        regions = said.get("MultiRegionConfiguration") or {}
        replica = regions.get("MultiRegionKeyType") == "REPLICA"
        return cls(
            manager=_word("manager", said.get("KeyManager"), ("AWS", "CUSTOMER")),
            state=_word("state", said.get("KeyState"), STATES),
            origin=_word("origin", said.get("Origin"), ORIGINS),
            spec=said.get("KeySpec") or said.get("CustomerMasterKeySpec") or Unknown("AWS did not say the key's spec"),
            primary=str((regions.get("PrimaryKey") or {}).get("Region") or "another region") if replica else "",
            deletion=said.get("DeletionDate"),
            waits=said.get("PendingDeletionWindowInDays"),
        )

    @property
    def leaving(self) -> bool:
        """Whether it is scheduled for deletion, at once or when its replicas are gone."""
        return self.state in _LEAVING

    @property
    def rotatable(self) -> bool:
        """Whether it is known to be a key that KMS can rotate by itself and that is asked about here.

        https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
        """
        kind = (self.manager, self.spec, self.origin)
        return kind == ("CUSTOMER", SYMMETRIC, "AWS_KMS") and not self.primary and not self.leaving


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """Whether KMS rotates the key by itself, and every how many days."""

    enabled: bool | Unknown
    period: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetKeyRotationStatus."""
        enabled, period = response.get("KeyRotationEnabled"), response.get("RotationPeriodInDays")
        return cls(
            enabled if isinstance(enabled, bool) else Unknown("AWS did not say whether the key is rotated"),
            period if isinstance(period, int) else Unknown("AWS did not say how often the key is rotated"),
        )


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """The key's policy; every key has one."""

    policy: Policy | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetKeyPolicy."""
        text = response.get("Policy")
        return cls(policy_of(text, "the key") if text else Unknown("AWS did not say the key's policy"))


def _word(what: str, said: object, expected: tuple[str, ...]) -> str | Unknown:
    if said in expected:
        return str(said)
    return Unknown(f"AWS said of the key's {what} what Muster does not know: {said!r}")
