"""The embedded AWS answers about Kafka as AWS documents."""

import re

from local.server import EmbeddedAws

HOME = "eu-west-1"
BROKERS = {"ClientSubnets": ["subnet-0a1", "subnet-0a2"], "InstanceType": "kafka.m7g.large"}


def test_a_cluster_is_named_in_its_arn_and_encrypts_unless_it_is_made_otherwise(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html."""
    kafka = aws.client("kafka", HOME)
    made = kafka.create_cluster(
        ClusterName="plain", KafkaVersion="3.6.0", NumberOfBrokerNodes=2, BrokerNodeGroupInfo=BROKERS,
        Tags={"Owner": "shop"},
    )  # fmt: skip
    assert re.fullmatch(rf"arn:aws:kafka:{HOME}:\d+:cluster/plain/[-0-9a-f]+-1", made["ClusterArn"])
    (found,) = kafka.list_clusters_v2()["ClusterInfoList"]
    assert (found["State"], found["ClusterArn"], found["Tags"]) == ("ACTIVE", made["ClusterArn"], {"Owner": "shop"})
    encryption = found["Provisioned"]["EncryptionInfo"]["EncryptionInTransit"]
    assert encryption == {"ClientBroker": "TLS", "InCluster": True}
    assert found["Provisioned"]["EnhancedMonitoring"] == "DEFAULT"
    kafka.update_connectivity(
        ClusterArn=made["ClusterArn"], CurrentVersion="1.0",
        ConnectivityInfo={"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}},
    )  # fmt: skip
    (opened,) = kafka.list_clusters_v2()["ClusterInfoList"]
    for cluster, kind in ((found, "DISABLED"), (opened, "SERVICE_PROVIDED_EIPS")):
        access = cluster["Provisioned"]["BrokerNodeGroupInfo"]["ConnectivityInfo"]["PublicAccess"]
        assert access == {"Type": kind}


def test_a_connector_is_listed_with_its_settings_and_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/MSKC/latest/mskc/API_ListConnectors.html."""
    connect = aws.client("kafkaconnect", HOME)
    assert connect.list_connectors()["connectors"] == []
    made = connect.create_connector(
        connectorName="orders", capacity={"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}},
        connectorConfiguration={"connector.class": "com.example.Sink"},
        kafkaCluster={"apacheKafkaCluster": {"bootstrapServers": "b-1.example.com:9098",
                                             "vpc": {"subnets": ["subnet-0a1"]}}},
        kafkaClusterClientAuthentication={"authenticationType": "IAM"},
        kafkaClusterEncryptionInTransit={"encryptionType": "TLS"}, kafkaConnectVersion="3.7.x",
        plugins=[{"customPlugin": {"customPluginArn": "arn", "revision": 1}}], serviceExecutionRoleArn="arn",
        tags={"Owner": "shop"},
    )  # fmt: skip
    (found,) = connect.list_connectors()["connectors"]
    assert found["connectorArn"] == made["connectorArn"]
    assert (found["connectorState"], found["kafkaClusterEncryptionInTransit"]) == ("RUNNING", {"encryptionType": "TLS"})
    assert connect.list_tags_for_resource(resourceArn=made["connectorArn"])["tags"] == {"Owner": "shop"}


def test_a_delivery_stream_says_whether_it_is_encrypted(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfiguration.html."""
    firehose = aws.client("firehose", HOME)
    bucket = {"RoleARN": "arn:aws:iam::123456789012:role/r", "BucketARN": "arn:aws:s3:::b"}
    for name, settings in (("plain", {}), ("sealed", {"KeyType": "AWS_OWNED_CMK"})):
        given = {"DeliveryStreamEncryptionConfigurationInput": settings} if settings else {}
        firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration=bucket, **given)
    plain, sealed = (
        firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        for name in ("plain", "sealed")
    )
    assert plain["DeliveryStreamEncryptionConfiguration"] == {"Status": "DISABLED"}
    assert sealed["DeliveryStreamEncryptionConfiguration"] == {"Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"}


def test_a_broker_has_an_id_and_an_arn_as_aws_makes_them(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html."""
    mq = aws.client("mq", HOME)
    made = mq.create_broker(
        BrokerName="orders", EngineType="ACTIVEMQ", DeploymentMode="SINGLE_INSTANCE", HostInstanceType="mq.m5.large",
        PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Tags={"Owner": "shop"},
        Users=[{"Username": "keeper", "Password": "Not-a-real-passw0rd"}],
    )  # fmt: skip
    assert re.fullmatch("b-[-0-9a-f]+", made["BrokerId"])
    assert re.fullmatch(rf"arn:aws:mq:{HOME}:\d+:broker:orders:{made['BrokerId']}", made["BrokerArn"])
    (listed,) = mq.list_brokers()["BrokerSummaries"]
    assert (listed["BrokerId"], listed["BrokerArn"]) == (made["BrokerId"], made["BrokerArn"])
    assert mq.list_tags(ResourceArn=made["BrokerArn"])["Tags"] == {"Owner": "shop"}
    assert mq.describe_broker(BrokerId=made["BrokerId"])["Logs"]["Audit"] is False
