"""The embedded AWS answers about an account's identities as AWS documents it."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws


def test_the_embedded_iam_answers_about_the_account_as_aws_does() -> None:
    """One server for all: it is the server that takes the time."""
    with EmbeddedAws() as aws:
        iam, analyzer = aws.client("iam"), aws.client("accessanalyzer", "eu-west-1")
        with pytest.raises(ClientError, match="ReportNotPresent"):
            iam.get_credential_report()
        iam.create_user(UserName="ann")
        iam.create_access_key(UserName="ann")
        assert [iam.generate_credential_report()["State"] for _ in range(2)] == ["STARTED", "COMPLETE"]
        iam.create_user(UserName="bob")
        answer = iam.get_credential_report()
        root, ann = csv.DictReader(answer["Content"].decode().splitlines())
        assert (root["user"], root["arn"]) == ("<root_account>", f"arn:aws:iam::{ACCOUNT}:root")
        assert (root["password_next_rotation"], root["mfa_active"]) == ("not_supported", "false")
        assert (ann["password_enabled"], ann["password_last_used"], ann["password_last_changed"]) == (
            "false",
            "N/A",
            "N/A",
        )
        assert (ann["access_key_1_active"], ann["access_key_1_last_used_date"]) == ("true", "N/A")
        assert (ann["access_key_2_active"], ann["additional_credentials_info"]) == ("false", "N/A")
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=4, minutes=1)):
            with pytest.raises(ClientError, match="ReportExpired"):
                iam.get_credential_report()
            assert iam.generate_credential_report()["State"] == "STARTED"
            assert b"bob" in iam.get_credential_report()["Content"]

        summary = iam.get_account_summary()["SummaryMap"]
        assert (summary["AccountMFAEnabled"], summary["AccountPasswordPresent"], summary["Users"]) == (0, 1, 2)
        iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
        assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 1
        [device] = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
        assert device["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"

        with pytest.raises(ClientError, match="NoSuchEntity"):
            iam.get_account_password_policy()
        iam.update_account_password_policy()
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["ExpirePasswords"]) == (6, False)
        assert policy.keys() & {"MaxPasswordAge", "PasswordReusePrevention", "HardExpiry"} == set()

        with pytest.raises(ClientError, match="OrganizationNotFoundException"):
            iam.list_organizations_features()

        analyzer.create_analyzer(analyzerName="x", type="ACCOUNT", tags={"Owner": "web"})
        [found] = analyzer.list_analyzers()["analyzers"]
        assert (found["name"], found["status"], found["tags"]) == ("x", "ACTIVE", {"Owner": "web"})
        assert analyzer.list_analyzers(type="ORGANIZATION")["analyzers"] == []
        analyzer.delete_analyzer(analyzerName="x")
        assert analyzer.list_analyzers()["analyzers"] == []
