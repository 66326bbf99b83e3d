"""Reading GuardDuty: the detector of a region."""

import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.facets.security.guardduty import Detector, Detectors
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, listed
from muster.model.paging import Held
from muster.model.readers import describes, lists
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_guardduty import GuardDutyClient

DETECTOR = "AWS::GuardDuty::Detector"
_ARNS = "arn:{partition}:guardduty:*:*:detector/*"


@dataclass(frozen=True, slots=True)
class _EachDetector:
    types: tuple[str, ...] = (DETECTOR,)

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        return {operation: 1, "guardduty:GetDetector": held(DETECTOR)}


@describes(
    REGION, permission="guardduty:ListDetectors", also=("guardduty:GetDetector",),
    on={"guardduty:GetDetector": _ARNS}, page=_EachDetector(),
)  # fmt: skip
def detectors(guardduty: "GuardDutyClient", _region: Resource) -> Detectors:
    """Read the detectors of a region, 50 ids a page, and each detector; a member reads its own.

    https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListDetectors.html
    """
    ids = all_pages(guardduty, "list_detectors", "DetectorIds", page=50)["DetectorIds"]
    return Detectors.parse(
        {"Detectors": [{**guardduty.get_detector(DetectorId=each), "DetectorId": each} for each in ids]}
    )


@lists(
    DETECTOR, permission="guardduty:ListDetectors", facets=(Detector, Tags), of=Detectors, on=_ARNS,
    arn="guardduty:{region}:{account}:detector/{id}", gone=("BadRequestException",),
)  # fmt: skip
def listed_detectors(_guardduty: "GuardDutyClient", shard: Shard, _token: str | None, detectors: Detectors) -> Page:
    """List the detectors of a region out of what was read of them."""
    return Page(_items(shard, detectors))


def _items(shard: Shard, detectors: Detectors) -> Iterator[Listed]:
    for answer in detectors.raw():
        name = str(answer["DetectorId"])
        item: Mapping[str, Any] = {**answer, **tag_list(answer.get("Tags"))}
        resource = shard.resource(DETECTOR, name, shard.arn("guardduty", f"detector/{name}"), Tags.parse(item).own)
        yield listed(resource, item, (Detector, Tags))
