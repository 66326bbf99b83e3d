"""Caches: replication groups and clusters, one as it should be and one as bad as may be of each."""

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "web"}, {"Key": "Environment", "Value": "production"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2, cache = aws.client("ec2", region), aws.client("elasticache", region)
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.10.1.0/24")["Subnet"]["SubnetId"]
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="private", CacheSubnetGroupDescription="private", SubnetIds=[subnet]
    )
    node = {"CacheNodeType": "cache.t4g.micro"}
    good = {"AutomaticFailoverEnabled": True, "AtRestEncryptionEnabled": True, "TransitEncryptionEnabled": True}
    cache.create_replication_group(
        ReplicationGroupId="sessions", ReplicationGroupDescription="sessions", Engine="redis", EngineVersion="5.0.6",
        AuthToken="not-a-real-token-x", SnapshotRetentionLimit=7, CacheSubnetGroupName="private", Tags=_TAGS,
        NumCacheClusters=2, **node, **good,
    )  # fmt: skip
    cache.create_replication_group(
        ReplicationGroupId="baskets", ReplicationGroupDescription="baskets", Engine="redis", EngineVersion="5.0.6",
        AutoMinorVersionUpgrade=False, NumCacheClusters=1, **node,
    )  # fmt: skip
    cache.create_cache_cluster(
        CacheClusterId="pages", Engine="memcached", NumCacheNodes=1, CacheSubnetGroupName="private", **node
    )
