"""Transfer Family: a server and a connector as they should be, and as bad as may be."""

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    transfer = aws.client("transfer", region)
    role = f"arn:aws:iam::{ACCOUNT}:role/partners"
    vpc = {"EndpointType": "VPC", "EndpointDetails": {"VpcId": "vpc-0a1b2c3d"}}
    transfer.create_server(Protocols=["SFTP"], Domain="S3", IdentityProviderType="SERVICE_MANAGED", Tags=_TAGS)
    transfer.create_server(Protocols=["SFTP", "FTP"], Domain="S3", IdentityProviderType="API_GATEWAY", **vpc)
    partner = {"Url": "sftp://partner.example", "AccessRole": role, "SftpConfig": {"UserSecretId": "partner"}}
    transfer.create_connector(LoggingRole=role, Tags=_TAGS, **partner)
    transfer.create_connector(**partner)
