"""AWS Config: the configuration recorder of a region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown

ALL, SOME, ALL_BUT = "ALL_SUPPORTED_RESOURCE_TYPES", "INCLUSION_BY_RESOURCE_TYPES", "EXCLUSION_BY_RESOURCE_TYPES"
_STRATEGY = kinds.one_of(ALL, SOME, ALL_BUT)


@dataclass(frozen=True, slots=True)
class Recorder:
    """The customer managed recorder: `exists` is false where a region has none.

    `types` are those that `strategy` includes or leaves out. `iam` says whether IAM's types are among all of them.
    """

    exists: bool
    role: str = ""
    strategy: str | Unknown = ALL
    types: frozenset[str] = frozenset()
    iam: bool = False
    name: str = ""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeConfigurationRecorders; recorders of other services are left out.

        https://docs.aws.amazon.com/config/latest/APIReference/API_RecordingGroup.html
        """
        own = [each for each in response["ConfigurationRecorders"] if not each.get("servicePrincipal")]
        if not own:
            return cls(exists=False)
        group = own[0].get("recordingGroup") or {}
        everything = group.get("allSupported") is True
        strategy = (group.get("recordingStrategy") or {}).get("useOnly") or (ALL if everything else SOME)
        left_out = (group.get("exclusionByResourceTypes") or {}).get("resourceTypes")
        return cls(
            exists=True,
            role=kinds.text(own[0].get("roleARN")),
            strategy=_STRATEGY(strategy, "recordingStrategy"),
            types=frozenset(kinds.texts(left_out if strategy == ALL_BUT else group.get("resourceTypes"))),
            iam=group.get("includeGlobalResourceTypes") is True,
            name=kinds.text(own[0].get("name")),
        )

    def misses(self, wanted: frozenset[str]) -> frozenset[str] | Unknown:
        """Return the types that it does not record."""
        if isinstance(self.strategy, Unknown):
            return self.strategy
        if self.strategy == ALL:
            return frozenset()
        return wanted & self.types if self.strategy == ALL_BUT else wanted - self.types


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """Whether the customer managed recorder records, and the error of its last delivery, empty where there is none."""

    recording: bool | Unknown
    error: str

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeConfigurationRecorderStatus; without a recorder there is no status.

        https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorderStatus.html
        """
        own = [each for each in response["ConfigurationRecordersStatus"] if not each.get("servicePrincipal")]
        if not own:
            return cls(recording=False, error="")
        failed = str(own[0].get("lastStatus")).upper() == "FAILURE"
        return cls(
            recording=kinds.flag(own[0].get("recording"), "recording", "whether the recorder records"),
            error=kinds.text(own[0].get("lastErrorCode") or "an unknown error") if failed else "",
        )
