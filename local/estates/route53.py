"""Hosted zones: one that logs its queries, one that does not, and a private one."""

from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the hosted zones of the account; query logs are in us-east-1."""
    route53, logs = aws.client("route53", region), aws.client("logs", "us-east-1")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    route53.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone, AddTags=[{"Key": "Owner", "Value": "web"}]
    )
    logs.create_log_group(logGroupName="/aws/route53/example.com")
    group = logs.describe_log_groups(logGroupNamePrefix="/aws/route53/")["logGroups"][0]["arn"]
    route53.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=group)
    route53.create_hosted_zone(Name="example.org", CallerReference="2")
    vpc = aws.client("ec2", region).describe_vpcs()["Vpcs"][0]["VpcId"]
    route53.create_hosted_zone(
        Name="inside.example", CallerReference="3", VPC={"VPCRegion": region, "VPCId": vpc},
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
    )  # fmt: skip
