"""The embedded AWS answers about Macie and Inspector as both document."""

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws


def test_macie_is_off_until_it_is_enabled(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/macie/latest/APIReference/macie.html."""
    macie = aws.client("macie2")
    for ask in (macie.get_macie_session, macie.get_automated_discovery_configuration):
        with pytest.raises(ClientError, match=r"AccessDeniedException.*Macie is not enabled"):
            ask()
    macie.enable_macie()
    assert macie.get_macie_session()["status"] == "ENABLED"
    assert macie.get_automated_discovery_configuration()["status"] == "DISABLED"
    macie.update_automated_discovery_configuration(status="ENABLED")
    assert macie.get_automated_discovery_configuration()["status"] == "ENABLED"
    macie.update_macie_session(status="PAUSED")
    assert macie.get_macie_session()["status"] == "PAUSED"
    macie.disable_macie()
    with pytest.raises(ClientError, match="Macie is not enabled"):
        macie.get_macie_session()


def test_inspector_answers_about_the_own_account(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html."""
    inspector = aws.client("inspector2")
    for status, enable in (("DISABLED", False), ("ENABLED", True)):
        if enable:
            inspector.enable(resourceTypes=["EC2"])
        [account] = inspector.batch_get_account_status()["accounts"]
        assert (account["accountId"], account["resourceState"]["ec2"]["status"]) == ("123456789012", status)
        assert account["resourceState"]["ecr"]["status"] == "DISABLED"
