"""The embedded AWS answers the calls about networks and Spot Fleets that moto lacks, as AWS documents them."""

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"


def test_the_block_of_internet_gateways_is_kept_by_region(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html."""
    ec2 = aws.client("ec2", HOME)
    before = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (before["State"], before["InternetGatewayBlockMode"]) == ("default-state", "off")
    ec2.modify_vpc_block_public_access_options(InternetGatewayBlockMode="block-ingress")
    after = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert (after["AwsRegion"], after["InternetGatewayBlockMode"]) == (HOME, "block-ingress")
    away = aws.client("ec2", AWAY).describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
    assert away["InternetGatewayBlockMode"] == "off"


def test_a_client_vpn_endpoint_is_kept_with_its_log_and_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ClientVpnEndpoint.html."""
    ec2 = aws.client("ec2", HOME)
    tag = {"Key": "Owner", "Value": "web"}
    name = ec2.create_client_vpn_endpoint(
        ClientCidrBlock="10.20.0.0/22",
        ServerCertificateArn="arn:aws:acm:eu-west-1:123456789012:certificate/vpn",
        AuthenticationOptions=[{"Type": "certificate-authentication"}],
        ConnectionLogOptions={"Enabled": False},
        TagSpecifications=[{"ResourceType": "client-vpn-endpoint", "Tags": [tag]}],
    )["ClientVpnEndpointId"]
    (found,) = ec2.describe_client_vpn_endpoints(Filters=[{"Name": "endpoint-id", "Values": [name]}])[
        "ClientVpnEndpoints"
    ]
    assert (found["ClientVpnEndpointId"], found["ConnectionLogOptions"]["Enabled"], found["Tags"]) == (
        name, False, [tag],
    )  # fmt: skip
    assert aws.client("ec2", AWAY).describe_client_vpn_endpoints()["ClientVpnEndpoints"] == []


def test_a_spot_fleet_request_is_kept_with_its_specifications(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotFleetRequestConfig.html."""
    ec2 = aws.client("ec2", HOME)
    volumes = [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": False}}]
    config = {
        "IamFleetRole": "arn:aws:iam::123456789012:role/fleet",
        "TargetCapacity": 1,
        "LaunchSpecifications": [{"ImageId": "ami-1", "BlockDeviceMappings": volumes}],
    }
    name = ec2.request_spot_fleet(SpotFleetRequestConfig=config)["SpotFleetRequestId"]
    (found,) = ec2.describe_spot_fleet_requests(SpotFleetRequestIds=[name])["SpotFleetRequestConfigs"]
    assert found["SpotFleetRequestState"] == "active"
    assert found["SpotFleetRequestConfig"]["LaunchSpecifications"][0]["BlockDeviceMappings"] == volumes
    with pytest.raises(ClientError, match="InvalidSpotFleetRequestId"):
        ec2.describe_spot_fleet_requests(SpotFleetRequestIds=["sfr-0"])
