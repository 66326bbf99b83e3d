"""Search domains: of OpenSearch and of Elasticsearch one as it should be and one as bad as may be."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "web"}, {"Key": "Environment", "Value": "production"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, search = aws.client("ec2", region), aws.client("opensearch", region)
    vpc = ec2.create_vpc(CidrBlock="10.11.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.11.1.0/24")["Subnet"]["SubnetId"]
    log = {"CloudWatchLogsLogGroupArn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:search", "Enabled": True}
    good: dict[str, Any] = {
        "ClusterConfig": {
            "InstanceType": "m6g.large.search", "InstanceCount": 3, "ZoneAwarenessEnabled": True,
            "DedicatedMasterEnabled": True, "DedicatedMasterCount": 3,
        },
        "VPCOptions": {"SubnetIds": [subnet]},
        "EncryptionAtRestOptions": {"Enabled": True},
        "NodeToNodeEncryptionOptions": {"Enabled": True},
        "LogPublishingOptions": {"ES_APPLICATION_LOGS": log, "AUDIT_LOGS": log},
        "DomainEndpointOptions": {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        "AdvancedSecurityOptions": {"Enabled": True},
        "TagList": _TAGS,
    }  # fmt: skip
    search.create_domain(DomainName="products", EngineVersion="OpenSearch_2.11", **good)
    search.create_domain(DomainName="comments", EngineVersion="OpenSearch_2.11")
    search.create_domain(DomainName="old-products", EngineVersion="Elasticsearch_7.10", **good)
    search.create_domain(DomainName="old-comments", EngineVersion="Elasticsearch_7.10")
