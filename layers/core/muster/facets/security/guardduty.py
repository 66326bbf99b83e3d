"""GuardDuty: the detector of a region, and its protection plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown

_STATUS = kinds.one_of("ENABLED", "DISABLED")
Enabled = bool | Unknown


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector: whether it is enabled, as a suspended one is not, and each feature of the region by its name.

    A configuration of a feature is named `FEATURE/CONFIGURATION`. A feature that is missing is not offered there.
    """

    id: str
    enabled: Enabled
    features: Mapping[str, Enabled] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetDetector with its `DetectorId`; `DataSources` are an older form of `Features`.

        https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
        """
        features = response.get("Features")
        return cls(
            id=str(response["DetectorId"]),
            enabled=_status(response),
            features=Unknown("AWS returned no features of the detector")
            if features is None
            else {name: value for each in features for name, value in _feature(each).items()},
        )


@dataclass(frozen=True, slots=True)
class Detectors:
    """The answers about all detectors of a region: AWS permits one."""

    _answers: tuple[Mapping[str, Any], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Take the answers of GetDetector, each with its `DetectorId`."""
        return cls(tuple(response.get("Detectors") or ()))

    def raw(self) -> tuple[Mapping[str, Any], ...]:
        """Return the answers, of which the detectors are listed."""
        return self._answers

    @property
    def enabled(self) -> Mapping[str, Enabled]:
        """Whether each detector is enabled, by its id; a suspended one is not."""
        return {str(each["DetectorId"]): _status(each) for each in self._answers}


def _status(answer: Mapping[str, Any]) -> Enabled:
    return _enabled(answer.get("Status"), "Status", "whether the detector is enabled")


def _feature(item: Mapping[str, Any]) -> dict[str, Enabled]:
    name = str(item["Name"])
    found = {name: _enabled(item.get("Status"), name)}
    for each in item.get("AdditionalConfiguration") or ():
        found[f"{name}/{each['Name']}"] = _enabled(each.get("Status"), str(each["Name"]))
    return found


def _enabled(value: object, name: str, noun: str = "") -> Enabled:
    status = _STATUS(value, name, noun)
    return status if isinstance(status, Unknown) else status == "ENABLED"
