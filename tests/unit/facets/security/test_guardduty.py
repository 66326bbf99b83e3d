"""Detectors as GuardDuty's answers describe them."""

from muster.facets.security.guardduty import Detector
from muster.model.finding import Unknown

ANSWER = {
    "DetectorId": "12abc34d567e8fa901bc2d34e56789f0",
    "Status": "ENABLED",
    "DataSources": {"S3Logs": {"Status": "ENABLED"}},
    "Features": [
        {"Name": "CLOUD_TRAIL", "Status": "ENABLED"},
        {"Name": "S3_DATA_EVENTS", "Status": "DISABLED"},
        {
            "Name": "RUNTIME_MONITORING",
            "Status": "ENABLED",
            "AdditionalConfiguration": [{"Name": "EKS_ADDON_MANAGEMENT", "Status": "DISABLED"}],
        },
    ],
}


def test_features_are_read_and_not_the_older_data_sources() -> None:
    found = Detector.parse(ANSWER)
    assert found.enabled is True
    assert found.features == {
        "CLOUD_TRAIL": True,
        "S3_DATA_EVENTS": False,
        "RUNTIME_MONITORING": True,
        "RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": False,
    }


def test_what_aws_left_out_is_not_known() -> None:
    found = Detector.parse({"DetectorId": "1"})
    assert isinstance(found.enabled, Unknown)
    assert isinstance(found.features, Unknown)
    features = Detector.parse({"DetectorId": "1", "Features": [{"Name": "S3_DATA_EVENTS", "Status": "NEW"}]}).features
    assert not isinstance(features, Unknown)
    assert isinstance(features["S3_DATA_EVENTS"], Unknown)
