"""KMS: a key's kind and state, its rotation and its policy, and the keys that are AWS's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
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
_USAGES = ("ENCAPSULATE_DECAPSULATE", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "SIGN_VERIFY")

_AWS = "alias/aws/"
_NO_MULTI_REGION = kinds.silent("MultiRegion")
_LEAVING = ("PendingDeletion", "PendingReplicaDeletion")


@dataclass(frozen=True, slots=True)
class AwsManagedKeys:
    """The ids of the keys that AWS made for its services, by their aliases: at most one a service and region."""

    ids: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListAliases, all pages joined; only AWS can create aliases with this prefix.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
        """
        return cls(
            frozenset(
                str(item["TargetKeyId"])
                for item in response.get("Aliases") or ()
                if str(item.get("AliasName") or "").startswith(_AWS) and item.get("TargetKeyId")
            )
        )


def _word(*words: str) -> kinds.Kind[str | Unknown]:
    def kind(value: object, name: str, _question: str = "") -> str | Unknown:
        if value in words:
            return str(value)
        return Unknown(f"AWS returned a {name} of the key that Muster does not know: {value!r}")

    return kind


def _spec(response: Answer) -> str | Unknown:
    metadata = response.get("KeyMetadata") or {}
    return kinds.stated(metadata.get("KeySpec") or metadata.get("CustomerMasterKeySpec"), "spec", "the key's spec")


def _primary(response: Answer) -> str:
    regions = (response.get("KeyMetadata") or {}).get("MultiRegionConfiguration") or {}
    if regions.get("MultiRegionKeyType") != "REPLICA":
        return ""
    return str((regions.get("PrimaryKey") or {}).get("Region") or "another region")


def _multi_region(response: Answer) -> bool | Unknown:
    """Return what AWS says, or what the ID of the key says: the IDs of all multi-Region keys begin with `mrk-`."""
    metadata = response.get("KeyMetadata") or {}
    answer, key = metadata.get("MultiRegion"), str(metadata.get("KeyId") or "")
    return key.startswith("mrk-") if key and answer is None else kinds.flag(answer, "MultiRegion")


@facet
class Key(Parsed):
    """A key of DescribeKey: `spec` is its material, `primary` the region that it is a replica of, `deletion` when."""

    manager: str | Unknown = read("KeyMetadata.KeyManager", _word("AWS", "CUSTOMER"), name="manager")
    state: str | Unknown = read("KeyMetadata.KeyState", _word(*STATES), name="state")
    origin: str | Unknown = read("KeyMetadata.Origin", _word(*ORIGINS), name="origin")
    spec: str | Unknown = computed(_spec)
    primary: str = computed(_primary)
    deletion: datetime | None = read("KeyMetadata.DeletionDate", kinds.as_is)
    waits: int | None = read("KeyMetadata.PendingDeletionWindowInDays", kinds.as_is)
    multi_region: bool | Unknown = computed(
        _multi_region, "KeyMetadata.MultiRegion", "KeyMetadata.KeyId", default=_NO_MULTI_REGION
    )

    @property
    def leaving(self) -> bool:
        """Whether it is scheduled for deletion, at once or when its replicas are gone."""
        return self.state in _LEAVING

    @property
    def rotatable(self) -> bool:
        """Whether it is known to be a key that KMS can rotate by itself and whose rotation is read.

        https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
        """
        kind = (self.manager, self.spec, self.origin)
        return kind == ("CUSTOMER", SYMMETRIC, "AWS_KMS") and not self.primary and not self.leaving


@facet
class KeyRotation(Parsed):
    """GetKeyRotationStatus: whether KMS rotates the key by itself, and every how many days."""

    enabled: bool | Unknown = read("KeyRotationEnabled", kinds.flag, "whether the key is rotated")
    period: int | Unknown = read("RotationPeriodInDays", kinds.number, "the rotation period of the key")


def _policy(text: object, name: str, question: str = "") -> Policy | Unknown:
    return policy_of(text, "the key") if text else kinds.silent(name, question)


@facet
class KeyPolicy(Parsed):
    """GetKeyPolicy: the key's policy; every key has one."""

    policy: Policy | Unknown = read("Policy", _policy, "the key's policy")


@facet
class KeyUse(Parsed):
    """What DescribeKey says that a key is for: its ARN and id, its usage, and its material as `Key` has it."""

    arn: str = read("KeyMetadata.Arn", kinds.required)
    id: str = read("KeyMetadata.KeyId", kinds.text)
    usage: str | Unknown = read("KeyMetadata.KeyUsage", _word(*_USAGES), name="usage")
