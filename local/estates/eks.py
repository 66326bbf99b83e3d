"""Clusters of EKS with a node group each: one as it should be, and one that is old, public and without an audit log."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Owner": "platform", "Environment": "production"}
_CURRENT, _OLD = "1.36", "1.30"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    eks = aws.client("eks", region)
    _cluster(
        eks, "platform", _CURRENT, {"endpointPublicAccess": False, "endpointPrivateAccess": True}, tags=_TAGS,
        logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]},
    )  # fmt: skip
    _cluster(eks, "legacy", _OLD, {})


def _cluster(eks: Any, name: str, version: str, endpoint: dict[str, bool], **more: Any) -> None:
    subnets = ["subnet-0a1b2c3d", "subnet-0e4f5a6b"]
    eks.create_cluster(
        name=name, version=version, roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks",
        resourcesVpcConfig={"subnetIds": subnets, **endpoint}, **more,
    )  # fmt: skip
    eks.create_nodegroup(
        clusterName=name, nodegroupName="workers", subnets=subnets, nodeRole=f"arn:aws:iam::{ACCOUNT}:role/nodes",
        **({"tags": more["tags"]} if "tags" in more else {}),
    )  # fmt: skip
