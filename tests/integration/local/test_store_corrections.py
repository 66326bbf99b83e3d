"""The embedded AWS answers about caches and search domains as AWS documents."""

from local.server import EmbeddedAws

HOME = "eu-west-1"


def test_the_nodes_of_a_replication_group_are_cache_clusters(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html."""
    cache = aws.client("elasticache", HOME)
    cache.create_replication_group(
        ReplicationGroupId="pages", ReplicationGroupDescription="pages", Engine="redis", EngineVersion="5.0.6",
        CacheNodeType="cache.t4g.micro", NumCacheClusters=1,
    )  # fmt: skip
    cache.create_cache_cluster(
        CacheClusterId="plain", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=1
    )
    found = {each["CacheClusterId"]: each for each in cache.describe_cache_clusters()["CacheClusters"]}
    node, plain = found["pages-001"], found["plain"]
    assert (node["ReplicationGroupId"], node["EngineVersion"]) == ("pages", "5.0.6")
    assert "ReplicationGroupId" not in plain
    assert (plain["CacheSubnetGroupName"], plain["AutoMinorVersionUpgrade"]) == ("default", True)


def test_a_domain_names_its_vpc_and_its_software(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DescribeDomains.html."""
    ec2, search = aws.client("ec2", HOME), aws.client("opensearch", HOME)
    vpc = ec2.create_vpc(CidrBlock="10.11.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.11.1.0/24")["Subnet"]["SubnetId"]
    search.create_domain(DomainName="inside", EngineVersion="OpenSearch_2.11", VPCOptions={"SubnetIds": [subnet]})
    search.create_domain(DomainName="older", EngineVersion="Elasticsearch_7.10")
    inside, older = search.describe_domains(DomainNames=["inside", "older"])["DomainStatusList"]
    assert inside["VPCOptions"]["VPCId"] == vpc
    assert "VPCOptions" not in older
    assert [each["ServiceSoftwareOptions"]["UpdateAvailable"] for each in (inside, older)] == [False, True]


def test_a_warehouse_has_zones_and_parameters_that_were_changed(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyClusterParameterGroup.html."""
    redshift = aws.client("redshift", HOME)
    redshift.create_cluster(
        ClusterIdentifier="plain",
        NodeType="dc2.large",
        MasterUsername="keeper",
        MasterUserPassword="Not-a-real-passw0rd",
    )
    assert redshift.describe_clusters()["Clusters"][0]["MultiAZ"] == "Disabled"
    redshift.create_cluster_parameter_group(
        ParameterGroupName="own", ParameterGroupFamily="redshift-1.0", Description="own"
    )
    changed = [{"ParameterName": "require_ssl", "ParameterValue": "true"}]
    redshift.modify_cluster_parameter_group(ParameterGroupName="own", Parameters=changed)
    for group, value in (("default.redshift-1.0", "false"), ("own", "true")):
        found = redshift.describe_cluster_parameters(ParameterGroupName=group)["Parameters"]
        assert {each["ParameterName"]: each["ParameterValue"] for each in found}["require_ssl"] == value


def test_a_workgroup_is_private_and_does_not_require_tls_by_default(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateWorkgroup.html."""
    serverless = aws.client("redshift-serverless", HOME)
    made = serverless.create_namespace(namespaceName="trials", tags=[{"key": "Owner", "value": "data"}])["namespace"]
    serverless.create_workgroup(workgroupName="trials", namespaceName="trials")
    (workgroup,) = serverless.list_workgroups()["workgroups"]
    assert (workgroup["publiclyAccessible"], workgroup["enhancedVpcRouting"]) == (False, False)
    assert {"parameterKey": "require_ssl", "parameterValue": "false"} in workgroup["configParameters"]
    assert serverless.list_namespaces()["namespaces"][0]["adminUsername"] == "admin"
    tags = serverless.list_tags_for_resource(resourceArn=made["namespaceArn"])["tags"]
    assert tags == [{"key": "Owner", "value": "data"}]
