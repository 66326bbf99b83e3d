"""Reading SES: configuration sets."""

from typing import Any

from muster.facets.management.ses import ConfigurationSet
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

_CONFIGURATION_SET = "AWS::SES::ConfigurationSet"


@lists(
    _CONFIGURATION_SET, client="sesv2", permission="ses:ListConfigurationSets", page=100,
    on="arn:{partition}:ses:*:*:configuration-set/*", arn="ses:{region}:{account}:configuration-set/{id}",
    gone=("NotFoundException",),
)  # fmt: skip
def configuration_sets(ses: Any, shard: Shard, token: str | None) -> Page:
    """List the names of the configuration sets of a region; AWS documents no largest page, so none is asked for.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListConfigurationSets.html
    """
    answer = ses.list_configuration_sets(**after(token))
    items = (
        Listed(shard.resource(_CONFIGURATION_SET, str(name), shard.arn("ses", f"configuration-set/{name}")))
        for name in answer.get("ConfigurationSets", ())
    )
    return Page(items, answer.get("NextToken"))


def _read(ses: Any, one: Any) -> Any:
    return ses.get_configuration_set(ConfigurationSetName=one.id)


configuration_set = reads(
    _CONFIGURATION_SET, ConfigurationSet, "ses:GetConfigurationSet", _read, client="sesv2"
)  # fmt: skip

tags = reads(_CONFIGURATION_SET, Tags, "ses:GetConfigurationSet", _read, client="sesv2")
