"""The recorder of AWS Config."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.security.config import config_recorder_enabled
from muster.facets.security.config import ALL, ALL_BUT, SOME, Recorder, RecorderStatus
from muster.model.finding import REGION, Resource, Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
HERE = Resource(REGION, "eu-west-1", "123456789012", "eu-west-1")
ROLE = "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
RECORDER = Recorder(exists=True, role=ROLE, strategy=ALL)
RECORDS, STOPPED = RecorderStatus(recording=True, error=""), RecorderStatus(recording=False, error="")
USERS = "AWS::IAM::User"


@pytest.mark.parametrize(
    ("recorder", "status", "settings", "verdict", "reason"),
    [
        pytest.param(RECORDER, RECORDS, {}, C, "Configuration recorder records the resource types", id="all"),
        pytest.param(
            RECORDER, replace(RECORDS, error="NoSuchBucket"), {}, C,
            "Configuration recorder records the resource types; its last delivery failed: NoSuchBucket", id="it fails",
        ),
        pytest.param(
            replace(RECORDER, strategy=ALL_BUT, types=frozenset({"AWS::X::Y", USERS})), RECORDS, {}, C, "",
            id="all but what no control is about",
        ),
        pytest.param(
            replace(RECORDER, strategy=ALL_BUT, types=frozenset({"AWS::S3::Bucket"})), RECORDS, {}, N,
            "Configuration recorder does not record AWS::S3::Bucket", id="all but buckets",
        ),
        pytest.param(
            replace(RECORDER, strategy=SOME, types=frozenset({"AWS::S3::Bucket"})), RECORDS,
            {"resource_types": ("AWS::S3::Bucket",)}, C, "", id="what is asked for",
        ),
        pytest.param(
            replace(RECORDER, strategy=SOME, types=frozenset({"AWS::S3::Bucket"})), RECORDS, {}, N, "", id="one type",
        ),
        pytest.param(
            replace(RECORDER, strategy=ALL_BUT, types=frozenset({USERS})), RECORDS, {"global_region": "eu-west-1"}, N,
            "", id="without users, where they are asked for",
        ),
        pytest.param(RECORDER, RECORDS, {"global_region": "eu-west-1"}, N, "", id="all, without global types"),
        pytest.param(replace(RECORDER, iam=True), RECORDS, {"global_region": "eu-west-1"}, C, "", id="global types"),
        pytest.param(RECORDER, RECORDS, {"global_region": "us-east-1"}, C, "", id="global types elsewhere"),
        pytest.param(
            Recorder(exists=False), STOPPED, {}, N, "Region has no customer managed configuration recorder", id="none"
        ),
        pytest.param(RECORDER, STOPPED, {}, N, "Configuration recorder is stopped", id="stopped"),
        pytest.param(
            replace(RECORDER, role="arn:aws:iam::123456789012:role/config"), RECORDS, {}, N,
            "Configuration recorder uses arn:aws:iam::123456789012:role/config, not the service-linked role",
            id="another role",
        ),
        pytest.param(
            replace(RECORDER, role="arn:aws:iam::123456789012:role/config"), RECORDS, {"service_linked_role": False},
            C, "", id="any role",
        ),
    ],
)  # fmt: skip
def test_config_recorder_enabled(
    recorder: Recorder, status: RecorderStatus, settings: dict[str, Any], verdict: Status, reason: str
) -> None:
    found = config_recorder_enabled(recorder, status, HERE, **settings)
    assert found.status is verdict
    assert reason in (found.reason, "")


@pytest.mark.parametrize(
    ("recorder", "status"),
    [
        pytest.param(RECORDER, replace(RECORDS, recording=Unknown("AWS did not say")), id="whether it records"),
        pytest.param(replace(RECORDER, strategy=Unknown("a new strategy")), RECORDS, id="what it records"),
    ],
)
def test_what_aws_left_out_is_no_failure(recorder: Recorder, status: RecorderStatus) -> None:
    with pytest.raises(UnknownField):
        config_recorder_enabled(recorder, status, HERE)


@pytest.mark.parametrize(
    ("recorder", "name"), [(replace(RECORDER, name="main"), "main"), (Recorder(exists=False), "default")]
)
def test_the_fix_starts_the_recorder_by_its_name(recorder: Recorder, name: str) -> None:
    assert config_recorder_enabled(recorder, STOPPED, HERE).values == (("RECORDER-NAME", name),)
