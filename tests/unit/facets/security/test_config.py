"""The recorder as AWS Config's answers describe it."""

from typing import Any

import pytest

from muster.facets.security.config import ALL, ALL_BUT, SOME, Recorder, RecorderStatus
from muster.model.finding import Unknown

ROLE = "arn:aws:iam::123456789012:role/config"
TYPES = ["AWS::EC2::Instance", "AWS::S3::Bucket"]


def parsed(**group: Any) -> Recorder:
    return Recorder.parse({"ConfigurationRecorders": [{"name": "default", "roleARN": ROLE, "recordingGroup": group}]})


@pytest.mark.parametrize(
    ("group", "strategy", "types", "iam"),
    [
        pytest.param({"allSupported": True, "includeGlobalResourceTypes": True}, ALL, [], True, id="an older recorder"),
        pytest.param({"allSupported": False, "resourceTypes": TYPES}, SOME, TYPES, False, id="an older one of some"),
        pytest.param(
            {"allSupported": False, "recordingStrategy": {"useOnly": ALL_BUT},
             "exclusionByResourceTypes": {"resourceTypes": TYPES}}, ALL_BUT, TYPES, False, id="all but some",
        ),
        pytest.param(
            {"recordingStrategy": {"useOnly": SOME}, "resourceTypes": TYPES}, SOME, TYPES, False, id="some"
        ),
    ],
)  # fmt: skip
def test_the_recording_group(group: dict[str, Any], strategy: str, types: list[str], *, iam: bool) -> None:
    assert parsed(**group) == Recorder(True, ROLE, strategy, frozenset(types), iam, "default")


def test_a_new_strategy_is_not_known() -> None:
    assert isinstance(parsed(recordingStrategy={"useOnly": "NEW"}).strategy, Unknown)


def test_recorders_of_services_do_not_count() -> None:
    other = {"name": "x", "servicePrincipal": "securityhub.amazonaws.com", "recording": True, "lastStatus": "Success"}
    assert Recorder.parse({"ConfigurationRecorders": [other]}) == Recorder(exists=False)
    assert RecorderStatus.parse({"ConfigurationRecordersStatus": [other]}).recording is False


def test_an_error_counts_while_the_last_delivery_failed_only() -> None:
    item = {"name": "default", "recording": True, "lastErrorCode": "NoSuchBucket"}
    failed = RecorderStatus.parse({"ConfigurationRecordersStatus": [{**item, "lastStatus": "Failure"}]})
    passed = RecorderStatus.parse({"ConfigurationRecordersStatus": [{**item, "lastStatus": "Success"}]})
    assert (failed.error, passed.error) == ("NoSuchBucket", "")
    assert isinstance(RecorderStatus.parse({"ConfigurationRecordersStatus": [{}]}).recording, Unknown)
