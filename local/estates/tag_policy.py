"""An organization whose tag policy asks for an owner, and says how to spell it."""

import json
from typing import Any

from local.server import EmbeddedAws

POLICY: dict[str, Any] = {
    "tags": {
        "owner": {
            "tag_key": {"@@assign": "Owner"},
            "tag_value": {"@@assign": ["web", "data*"]},
            "report_required_tag_for": {"@@assign": ["sqs:queue", "dynamodb:table"]},
        }
    }
}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the organization, once: it belongs to no region."""
    organizations = aws.client("organizations", region)
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    policy = organizations.create_policy(
        Content=json.dumps(POLICY), Description="owners", Name="owners", Type="TAG_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
