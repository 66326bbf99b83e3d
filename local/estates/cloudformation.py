"""CloudFormation: a stack that is protected and has a service role, and one that has neither."""

import json

from local import estate
from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    cloudformation = aws.client("cloudformation", region)
    template = json.dumps({"Resources": {"Waiting": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}})
    cloudformation.create_stack(
        StackName="shop", TemplateBody=template, EnableTerminationProtection=True,
        RoleARN=f"arn:aws:iam::{ACCOUNT}:role/deployment",
        Tags=[{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()],
    )  # fmt: skip
    cloudformation.create_stack(StackName="sandbox", TemplateBody=template)
