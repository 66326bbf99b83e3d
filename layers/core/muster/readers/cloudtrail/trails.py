"""Reading CloudTrail: the account's trails, and the multi-region trails that record its events.

CloudTrail is listed once for the account. An organization trail belongs to the account that made it; the others see a
copy of it, as each region sees a copy of a multi-region trail.
"""

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.facets.cloudtrail.event_selectors import DEFAULT
from muster.facets.cloudtrail.trails import AccountTrails, Trail, TrailStatus
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import ACCOUNT, Resource, Unavailable
from muster.model.listing import Listed, Page, after
from muster.model.paging import Held
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tried

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudtrail import CloudTrailClient

TRAIL = "AWS::CloudTrail::Trail"
_ARNS = "arn:{partition}:cloudtrail:*:*:trail/*"
_GONE = "TrailNotFoundException"


@lists(
    TRAIL, permission="cloudtrail:ListTrails", page=1000, once_per_account=True, on=_ARNS,
    arn="cloudtrail:{region}:{account}:trail/{id}", gone=(_GONE,),
)  # fmt: skip
def trails(cloudtrail: "CloudTrailClient", shard: Shard, token: str | None) -> Page:
    """List the trails of all regions that the account owns; AWS documents no page size.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html
    """
    answer = cloudtrail.list_trails(**after(token))
    items = (
        Listed(Resource(TRAIL, arn.name, shard.account_id, arn.region, shard.partition, str(item["TrailARN"])))
        for item in answer.get("Trails", ())
        if (arn := Arn.of(item["TrailARN"])).account == shard.account_id
    )
    return Page(items, answer.get("NextToken"))


trail = reads(
    TRAIL, Trail, "cloudtrail:GetTrail", lambda cloudtrail, trail: cloudtrail.get_trail(Name=trail.arn)
)  # fmt: skip
"""The configuration of a trail."""

status = reads(
    TRAIL, TrailStatus, "cloudtrail:GetTrailStatus",
    lambda cloudtrail, trail: cloudtrail.get_trail_status(Name=trail.arn),
    of=Trail, when=lambda trail: trail.has_log_group,
)  # fmt: skip
"""Whether a trail that sends events to CloudWatch Logs succeeds in it."""

tags = reads(
    TRAIL, Tags, "cloudtrail:ListTags",
    lambda cloudtrail, trail: {
        "Tags": [
            tag
            for each in cloudtrail.list_tags(ResourceIdList=[trail.arn])["ResourceTagList"]
            for tag in each.get("TagsList", ())
        ]
    },
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _EachTrail:
    """One call for all trails, and two for each: the account is taken to see its own trails only."""

    types: tuple[str, ...] = (TRAIL,)

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls by operation."""
        count = held(TRAIL)
        return {operation: 1, "cloudtrail:GetTrailStatus": count, "cloudtrail:GetEventSelectors": count}


@describes(
    ACCOUNT, permission="cloudtrail:DescribeTrails", also=("cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"),
    on={"cloudtrail:GetTrailStatus": _ARNS, "cloudtrail:GetEventSelectors": _ARNS}, elsewhere=True, page=_EachTrail(),
)  # fmt: skip
def account_trails(
    cloudtrail: "CloudTrailClient", _account: Resource, *, clients: Callable[[str, str], Any]
) -> AccountTrails:
    """Read the multi-region trails that record the account's events, whether they log, and which events.

    A copy of a trail answers GetTrailStatus in every region, GetEventSelectors in the trail's home region only. A
    member of an organization may be refused both: then only this trail is not known.
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
    """
    found = cloudtrail.describe_trails(includeShadowTrails=True)["trailList"]
    return AccountTrails.parse(
        {
            "trailList": [
                {
                    **item,
                    "Status": _status(cloudtrail, item["TrailARN"]),
                    "Selectors": _selectors(item, clients),
                }
                for item in _recording(found)
            ]
        }
    )


def _recording(trails: Sequence[Any]) -> list[Any]:
    """Return the multi-region trails; AWS says of each trail whether it is one.

    Raises:
        KeyError: AWS left it out.
    """
    return [item for item in trails if item["IsMultiRegionTrail"]]


def _status(cloudtrail: "CloudTrailClient", arn: str) -> Any:
    return tried("cloudtrail:GetTrailStatus", lambda: cloudtrail.get_trail_status(Name=arn), _GONE)


def _selectors(item: Mapping[str, Any], clients: Callable[[str, str], Any]) -> Mapping[str, Any] | Unavailable:
    if item.get("HasCustomEventSelectors") is False:
        return DEFAULT
    arn = str(item["TrailARN"])
    at_home = clients("cloudtrail", str(item.get("HomeRegion") or Arn.of(arn).region))
    return tried("cloudtrail:GetEventSelectors", lambda: at_home.get_event_selectors(TrailName=arn), _GONE)
