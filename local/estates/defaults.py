"""What the other estates leave as AWS makes it.

A default group that is shut, a group that admits a list of networks, a bucket without a key of its own.
"""

from typing import Any

from local.server import EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make all three."""
    ec2 = aws.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    for revoke, rules in (
        (ec2.revoke_security_group_ingress, group["IpPermissions"]),
        (ec2.revoke_security_group_egress, group["IpPermissionsEgress"]),
    ):
        if rules:
            revoke(GroupId=group["GroupId"], IpPermissions=rules)
    entries = [{"Cidr": "198.51.100.0/24", "Description": "office"}]
    offices = ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", Entries=entries
    )["PrefixList"]["PrefixListId"]
    office = ec2.create_security_group(GroupName="offices", Description="from the offices", VpcId=vpc)["GroupId"]
    admitted = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": offices}]}
    ec2.authorize_security_group_ingress(GroupId=office, IpPermissions=[admitted])
    s3, name = aws.client("s3", region), f"keyed-{region}"
    where: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    s3.create_bucket(Bucket=name, **where)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": False}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
