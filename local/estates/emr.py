"""EMR: a cluster in a private subnet and one that is public, security configurations, and open ports of a region."""

import json

from local import estate
from local.server import EmbeddedAws

_TAGS = [{"Key": key, "Value": value} for key, value in estate.GOOD_TAGS.items()]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, emr = aws.client("ec2", region), aws.client("emr", region)
    vpc = ec2.create_vpc(CidrBlock="10.14.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.14.1.0/24")["Subnet"]["SubnetId"]
    roles = {"JobFlowRole": "EMR_EC2_DefaultRole", "ServiceRole": "EMR_DefaultRole"}
    fleets = [
        {"InstanceFleetType": kind, "TargetOnDemandCapacity": 1, "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}
        for kind in ("MASTER", "CORE")
    ]
    emr.run_job_flow(
        Name="nightly", **roles, Tags=_TAGS,
        Instances={"InstanceFleets": fleets, "Ec2SubnetIds": [subnet], "KeepJobFlowAliveWhenNoSteps": True},
    )  # fmt: skip
    emr.run_job_flow(
        Name="sandbox", **roles,
        Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
    )  # fmt: skip
    for name, encrypted in (("encrypted", True), ("plain", False)):
        encryption = {"EnableAtRestEncryption": encrypted, "EnableInTransitEncryption": encrypted}
        emr.create_security_configuration(
            Name=name, SecurityConfiguration=json.dumps({"EncryptionConfiguration": encryption})
        )
    emr.put_block_public_access_configuration(
        BlockPublicAccessConfiguration={
            "BlockPublicSecurityGroupRules": True,
            "PermittedPublicSecurityGroupRuleRanges": [
                {"MinRange": 22, "MaxRange": 22},
                {"MinRange": 8000, "MaxRange": 8100},
            ],
        }
    )
