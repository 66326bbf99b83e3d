"""Reading Elastic Beanstalk: environments, their settings and their tags."""

from typing import Any

from muster.facets.compute.elasticbeanstalk import EnvironmentSettings
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

_ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
_PAGE = 1000
_NOT_THERE = frozenset({"Launching", "Terminating", "Terminated"})


@lists(
    _ENVIRONMENT, permission="elasticbeanstalk:DescribeEnvironments", page=_PAGE,
    on="arn:{partition}:elasticbeanstalk:*:*:environment/*",
    arn="elasticbeanstalk:{region}:{account}:environment/{}/{id}",
)  # fmt: skip
def environments(beanstalk: Any, shard: Shard, token: str | None) -> Page:
    """List the environments of a region, 1000 a page; those that are being made or terminated are left out.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeEnvironments.html
    """
    answer = beanstalk.describe_environments(IncludeDeleted=False, MaxRecords=_PAGE, **after(token))
    items = (
        Listed(shard.resource(_ENVIRONMENT, str(item["EnvironmentName"]), str(item["EnvironmentArn"])))
        for item in answer.get("Environments") or ()
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("NextToken") or None)


settings = reads(
    _ENVIRONMENT, EnvironmentSettings, "elasticbeanstalk:DescribeConfigurationSettings",
    lambda beanstalk, environment: beanstalk.describe_configuration_settings(
        ApplicationName=Arn.of(environment.arn).path[-2], EnvironmentName=environment.id
    ),
)  # fmt: skip
"""The settings of an environment: its ARN names the application."""

tags = reads(
    _ENVIRONMENT, Tags, "elasticbeanstalk:ListTagsForResource",
    lambda beanstalk, environment: {
        "Tags": beanstalk.list_tags_for_resource(ResourceArn=environment.arn).get("ResourceTags")
    },
)  # fmt: skip
