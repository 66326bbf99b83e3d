"""Reading Application Auto Scaling: what it scales of DynamoDB."""

import typing

from muster.facets.ec2.autoscaling import TableScaling
from muster.model.finding import REGION, Resource
from muster.model.readers import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient


@describes(REGION, client="application-autoscaling", permission="application-autoscaling:DescribeScalableTargets")
def table_scaling(scaling: "ApplicationAutoScalingClient", _region: Resource) -> TableScaling:
    """Read what is scaled of all tables and indexes, 50 a page.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
    """
    pages = scaling.get_paginator("describe_scalable_targets").paginate(
        ServiceNamespace="dynamodb", PaginationConfig={"PageSize": 50}
    )
    return TableScaling.parse({"ScalableTargets": [item for page in pages for item in page.get("ScalableTargets", ())]})
