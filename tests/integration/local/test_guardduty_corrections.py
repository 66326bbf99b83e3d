"""The embedded AWS describes detectors and recorders as GuardDuty and AWS Config document."""

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws


def test_a_detector_names_every_feature_of_the_region(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html."""
    guardduty = aws.client("guardduty")
    name = guardduty.create_detector(Enable=True, Features=[{"Name": "S3_DATA_EVENTS", "Status": "ENABLED"}])[
        "DetectorId"
    ]
    with pytest.raises(ClientError, match="a detector already exists"):
        guardduty.create_detector(Enable=True)
    guardduty.update_detector(DetectorId=name, Features=[{"Name": "EKS_AUDIT_LOGS", "Status": "ENABLED"}])
    features = {each["Name"]: each for each in guardduty.get_detector(DetectorId=name)["Features"]}
    enabled = {name for name, each in features.items() if each["Status"] == "ENABLED"}
    assert enabled == {"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EKS_AUDIT_LOGS"}
    agents = {each["Name"]: each["Status"] for each in features["RUNTIME_MONITORING"]["AdditionalConfiguration"]}
    assert agents["EC2_AGENT_MANAGEMENT"] == "DISABLED"


def test_a_recorder_has_an_arn_a_mode_and_a_scope(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationRecorder.html."""
    config = aws.client("config")
    recorder = {"name": "default", "roleARN": "arn:aws:iam::123456789012:role/config"}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    [found] = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert found["arn"].startswith("arn:aws:config:eu-west-1:123456789012:configuration-recorder/default/")
    assert (found["recordingMode"]["recordingFrequency"], found["recordingScope"]) == ("CONTINUOUS", "PAID")
    [status] = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert (status["recording"], status["lastStatus"]) == (False, "Pending")
