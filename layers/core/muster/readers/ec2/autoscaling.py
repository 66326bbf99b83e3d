"""Reading Application Auto Scaling: what it scales in DynamoDB."""

from muster.facets.ec2.autoscaling import TableScaling
from muster.model.finding import REGION
from muster.model.readers import reads
from muster.readers.answers import all_pages

table_scaling = reads(
    REGION, TableScaling, "application-autoscaling:DescribeScalableTargets",
    lambda scaling, _region: all_pages(
        scaling, "describe_scalable_targets", "ScalableTargets", page=50, ServiceNamespace="dynamodb"
    ),
)  # fmt: skip
"""The scalable targets of all tables and indexes.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
"""
