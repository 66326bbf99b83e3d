"""EC2 checks: one good value, one thing changed a row."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.instances import (
    ec2_ebs_encryption_by_default,
    ec2_imdsv2_required_by_default,
    ec2_instance_detailed_monitoring_enabled,
    ec2_instance_imdsv2_required,
    ec2_instance_no_public_ip,
    ec2_instance_not_idle,
    ec2_instance_not_stopped_too_long,
    ec2_instance_status_check_alarmed,
    ec2_volume_encrypted,
)
from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.ec2.instances import EbsEncryptionByDefault, Instance, InstanceLoad, InstanceMetadataDefaults, Volume
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
GOOD = Instance("running", "required", "enabled", "enabled", id="i-1")
UNKNOWN = Unknown("AWS did not return HttpTokens")


def instance(**changed: Any) -> Instance:
    return dataclasses.replace(GOOD, **changed)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(GOOD, C, id="tokens are required"),
        pytest.param(instance(metadata_tokens="optional"), N, id="tokens are optional"),
        pytest.param(
            instance(metadata_tokens="optional", metadata_endpoint="disabled"),
            C,
            id="nothing answers: tokens do not matter",
        ),
        pytest.param(instance(state="stopped", metadata_tokens="optional"), N, id="a stopped instance may start again"),
    ],
)
def test_ec2_instance_imdsv2_required(judged: Instance, status: Status) -> None:
    assert ec2_instance_imdsv2_required(judged).status is status


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(instance(metadata_tokens=UNKNOWN), id="tokens"),
        pytest.param(instance(metadata_tokens=UNKNOWN, metadata_endpoint=UNKNOWN), id="tokens and endpoint"),
        pytest.param(instance(metadata_tokens="optional", metadata_endpoint=UNKNOWN), id="whether anything answers"),
    ],
)
def test_what_is_not_known_of_the_metadata_service_is_no_verdict(judged: Instance) -> None:
    with pytest.raises(UnknownField, match="HttpTokens"):
        ec2_instance_imdsv2_required(judged)


def test_what_is_not_known_of_the_metadata_service_may_not_matter() -> None:
    assert ec2_instance_imdsv2_required(instance(metadata_endpoint=UNKNOWN)).status is C
    assert ec2_instance_imdsv2_required(instance(metadata_tokens=UNKNOWN, metadata_endpoint="disabled")).status is C


def test_the_reason_says_which_version_answers() -> None:
    verdict = ec2_instance_imdsv2_required(instance(metadata_tokens="optional"))
    assert verdict.reason == "IMDSv1 is allowed (HttpTokens: optional)"


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(GOOD, C, id="enabled"),
        pytest.param(instance(monitoring="pending"), C, id="being enabled"),
        pytest.param(instance(monitoring="disabled"), N, id="disabled"),
        pytest.param(instance(monitoring="disabling"), N, id="being disabled"),
        pytest.param(instance(state="stopped", monitoring="disabled"), NA, id="a stopped instance has no metrics"),
        pytest.param(instance(state="pending", monitoring="disabled"), NA, id="not running yet"),
    ],
)
def test_ec2_instance_detailed_monitoring_enabled(judged: Instance, status: Status) -> None:
    assert ec2_instance_detailed_monitoring_enabled(judged).status is status


@pytest.mark.parametrize("judged", [instance(state=UNKNOWN), instance(monitoring=UNKNOWN)], ids=["state", "monitoring"])
def test_a_state_that_is_not_known_is_no_verdict_on_monitoring(judged: Instance) -> None:
    with pytest.raises(UnknownField):
        ec2_instance_detailed_monitoring_enabled(judged)


V4, V6 = ("198.51.100.7 on eni-1", "198.51.100.8 on eni-2"), ("2001:db8::1 on eni-1",)


@pytest.mark.parametrize(
    ("judged", "ipv6", "status", "reason"),
    [
        pytest.param(GOOD, True, C, "The instance has no public IPv4 or IPv6 address", id="none"),
        pytest.param(
            instance(public_ipv4=V4),
            True,
            N,
            "Public IPv4 address: 198.51.100.7 on eni-1, 198.51.100.8 on eni-2",
            id="IPv4",
        ),
        pytest.param(instance(public_ipv6=V6), True, N, "Public IPv6 address: 2001:db8::1 on eni-1", id="IPv6"),
        pytest.param(
            instance(public_ipv4=V4[:1], public_ipv6=V6),
            True,
            N,
            "Public IPv4 address: 198.51.100.7 on eni-1; Public IPv6 address: 2001:db8::1 on eni-1",
            id="both",
        ),
        pytest.param(instance(public_ipv6=V6), False, C, "", id="IPv6 put aside"),
        pytest.param(instance(public_ipv4=V4), False, N, "", id="IPv4 is never put aside"),
    ],
)
def test_ec2_instance_no_public_ip(judged: Instance, ipv6: bool, status: Status, reason: str) -> None:
    verdict = ec2_instance_no_public_ip(judged, ipv6=ipv6)
    assert verdict.status is status
    assert reason in verdict.reason


def test_ipv6_counts_unless_it_is_put_aside() -> None:
    assert ec2_instance_no_public_ip(instance(public_ipv6=V6)).status is N


def test_ec2_volume_encrypted() -> None:
    assert ec2_volume_encrypted(Volume(encrypted=True)).status is C
    attached = ec2_volume_encrypted(Volume(encrypted=False, attached_to=("i-1", "i-2")))
    assert (attached.status, attached.reason) == (N, "The volume is not encrypted (attached to i-1, i-2)")
    unattached = ec2_volume_encrypted(Volume(encrypted=False))
    assert (unattached.status, unattached.reason) == (N, "The volume is not encrypted (not attached)")
    with pytest.raises(UnknownField):
        ec2_volume_encrypted(Volume.parse({}))


def test_ec2_ebs_encryption_by_default() -> None:
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=True)).status is C
    assert ec2_ebs_encryption_by_default(EbsEncryptionByDefault(enabled=False)).status is N
    with pytest.raises(UnknownField):
        ec2_ebs_encryption_by_default(EbsEncryptionByDefault.parse({}))


BUSY, IDLE = InstanceLoad(336, 40.0, 9e8), InstanceLoad(336, 1.5, 2e5)


@pytest.mark.parametrize(
    ("judged", "load", "settings", "status", "reason"),
    [
        pytest.param(
            GOOD,
            IDLE,
            {},
            N,
            "The instance is idle: at most 1.5 % CPU and 0.2 MB of network traffic per hour in 95 % "
            "of the last 14 days",
            id="neither CPU nor network",
        ),
        pytest.param(
            GOOD,
            BUSY,
            {},
            C,
            "The instance is in use: at most 40.0 % CPU and 900.0 MB of network traffic per hour in "
            "95 % of the last 14 days",
            id="both",
        ),
        pytest.param(
            GOOD,
            InstanceLoad(336, 40.0, 0.0),
            {},
            C,
            "The instance is in use: at most 40.0 % CPU and 0.0 MB of network traffic per hour in 95 "
            "% of the last 14 days",
            id="CPU alone",
        ),
        pytest.param(GOOD, InstanceLoad(336, 0.1, 9e8), {}, C, "", id="network alone"),
        pytest.param(GOOD, InstanceLoad(336, 5.0, 0.0), {}, C, "", id="as much CPU as is asked"),
        pytest.param(GOOD, InstanceLoad(336, 0.0, 5e6), {}, C, "", id="as much network as is asked"),
        pytest.param(GOOD, InstanceLoad(336, 4.99, 4.99e6), {}, N, "is idle", id="less of both"),
        pytest.param(GOOD, BUSY, {"cpu_percent": 41, "network_megabytes": 901}, N, "", id="a stricter policy"),
        pytest.param(GOOD, IDLE, {"cpu_percent": 1}, C, "", id="a milder one"),
        pytest.param(
            GOOD,
            InstanceLoad(299, 0.0, 0.0),
            {},
            NA,
            "CloudWatch has data points for 299 hours of the last 14 days; 300 are needed",
            id="too young, or stopped meanwhile",
        ),
        pytest.param(GOOD, InstanceLoad(300, 0.0, 0.0), {}, N, "", id="old enough"),
        pytest.param(GOOD, InstanceLoad(24, 0.0, 0.0), {"minimum_hours": 24}, N, "", id="old enough for some"),
        pytest.param(instance(state="stopped"), InstanceLoad.parse({}), {}, NA, "is stopped", id="stopped"),
        pytest.param(instance(state="pending"), InstanceLoad.parse({}), {}, NA, "is pending", id="starting"),
    ],
)
def test_ec2_instance_not_idle(
    judged: Instance, load: InstanceLoad, settings: dict[str, int], status: Status, reason: str
) -> None:
    verdict = ec2_instance_not_idle(judged, load, **settings)
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("judged", "load"),
    [
        pytest.param(GOOD, InstanceLoad.parse({}), id="no datapoint at all"),
        pytest.param(GOOD, dataclasses.replace(IDLE, cpu=UNKNOWN), id="none of the CPU"),
        pytest.param(GOOD, dataclasses.replace(IDLE, network=UNKNOWN), id="none of the network"),
        pytest.param(instance(state=UNKNOWN), IDLE, id="a new state"),
    ],
)
def test_without_datapoints_nobody_can_tell_who_is_idle(judged: Instance, load: InstanceLoad) -> None:
    with pytest.raises(UnknownField):
        ec2_instance_not_idle(judged, load)


def stopped(at: datetime | Unknown) -> Instance:
    return instance(state="stopped", stopped_at=at)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            stopped(AT - timedelta(days=1)), C, "The instance was stopped 1 day ago (2026-11-20)", id="yesterday"
        ),
        pytest.param(stopped(AT - timedelta(days=30)), C, "stopped 30 days ago", id="as long as may be"),
        pytest.param(
            stopped(AT - timedelta(days=30, seconds=1)),
            N,
            "The instance was stopped 30 days ago (2026-10-22); at most 30 days are allowed",
            id="a second longer",
        ),
        pytest.param(stopped(AT - timedelta(days=400)), N, "", id="long ago"),
        pytest.param(GOOD, NA, "The instance is running", id="running"),
        pytest.param(instance(state="stopping"), NA, "The instance is stopping", id="stopping"),
    ],
)
def test_ec2_instance_not_stopped_too_long(judged: Instance, status: Status, reason: str) -> None:
    verdict = ec2_instance_not_stopped_too_long(judged, ObservedAt(AT))
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "judged", [stopped(Unknown("AWS did not say when, only ''")), instance(state=UNKNOWN)], ids=["time", "state"]
)
def test_an_instance_stopped_nobody_knows_when_is_no_verdict(judged: Instance) -> None:
    with pytest.raises(UnknownField):
        ec2_instance_not_stopped_too_long(judged, ObservedAt(AT))


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_setting_is_how_long_an_instance_may_be_stopped(age: int, days: int) -> None:
    verdict = ec2_instance_not_stopped_too_long(stopped(AT - timedelta(days=age)), ObservedAt(AT), days=days)
    assert (verdict.status is N) is (age > days)


TOPIC = "arn:aws:sns:eu-west-1:123456789012:ops"


def alarm(metric: str = "StatusCheckFailed", name: str = "i-1-status", **changed: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "Namespace": "AWS/EC2",
        "MetricName": metric,
        "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}],
        "AlarmActions": [TOPIC],
        "ActionsEnabled": True,
    } | changed


PARENT = {
    "AlarmName": "service",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:service",
    "AlarmRule": 'ALARM("i-1-status")',
    "AlarmActions": [TOPIC],
    "ActionsEnabled": True,
}
SILENT = alarm(AlarmActions=[])


@pytest.mark.parametrize(
    ("metrics", "composites", "status", "reason"),
    [
        pytest.param([alarm()], [], C, "Alarm i-1-status watches the status checks", id="both checks"),
        pytest.param([alarm("StatusCheckFailed_System")], [], C, "i-1-status", id="the system's check"),
        pytest.param(
            [alarm("StatusCheckFailed_Instance")],
            [],
            N,
            "No alarm watches StatusCheckFailed or StatusCheckFailed_System of the instance",
            id="the instance's check alone",
        ),
        pytest.param(
            [], [], N, "No alarm watches StatusCheckFailed or StatusCheckFailed_System of the instance", id="none"
        ),
        pytest.param(
            [SILENT],
            [],
            N,
            "The alarms on the status checks have no enabled action: i-1-status",
            id="one without an action",
        ),
        pytest.param(
            [alarm(ActionsEnabled=False)],
            [],
            N,
            "The alarms on the status checks have no enabled action: i-1-status",
            id="actions are off",
        ),
        pytest.param([SILENT], [PARENT], C, "", id="a composite alarm acts for it"),
        pytest.param([SILENT], [PARENT | {"AlarmActions": []}], N, "", id="a silent composite alarm"),
        pytest.param(
            [SILENT, alarm("StatusCheckFailed_System", "second")],
            [],
            C,
            "Alarm second watches the status checks",
            id="one of two acts",
        ),
        pytest.param([alarm(Dimensions=[{"Name": "InstanceId", "Value": "i-2"}])], [], N, "", id="another instance's"),
        pytest.param(
            [alarm(Dimensions=[{"Name": "AutoScalingGroupName", "Value": "web"}])],
            [],
            N,
            "",
            id="of a group, not of the instance",
        ),
        pytest.param([alarm(Namespace="CWAgent")], [], N, "", id="another namespace"),
    ],
)
def test_ec2_instance_status_check_alarmed(
    metrics: list[dict[str, Any]], composites: list[dict[str, Any]], status: Status, reason: str
) -> None:
    alarms = Alarms.parse({"MetricAlarms": metrics, "CompositeAlarms": composites})
    verdict = ec2_instance_status_check_alarmed(GOOD, alarms)
    assert verdict.status is status
    assert reason in verdict.reason


def test_only_a_running_instance_has_status_checks() -> None:
    verdict = ec2_instance_status_check_alarmed(instance(state="stopped"), Alarms.parse({}))
    assert verdict == Verdict(NA, "The instance is stopped; only running instances have status checks")
    with pytest.raises(UnknownField):
        ec2_instance_status_check_alarmed(instance(state=UNKNOWN), Alarms.parse({}))


@pytest.mark.parametrize(
    ("tokens", "endpoint", "status", "reason"),
    [
        pytest.param(
            "required", None, C, "New instances require IMDSv2 by default (HttpTokens: required)", id="required"
        ),
        pytest.param(
            "required",
            "enabled",
            C,
            "New instances require IMDSv2 by default (HttpTokens: required)",
            id="required, the service is on",
        ),
        pytest.param("required", UNKNOWN, C, "", id="required: the service does not matter"),
        pytest.param(
            "optional",
            "disabled",
            C,
            "The instance metadata service of new instances is off by default",
            id="nothing answers",
        ),
        pytest.param(UNKNOWN, "disabled", C, "", id="nothing answers: tokens do not matter"),
        pytest.param(
            "optional", None, N, "New instances allow IMDSv1 by default (HttpTokens: optional)", id="optional"
        ),
        pytest.param(
            None,
            None,
            N,
            "The region has no default for HttpTokens; new instances may allow IMDSv1",
            id="nothing is set",
        ),
        pytest.param(
            None,
            "enabled",
            N,
            "The region has no default for HttpTokens; new instances may allow IMDSv1",
            id="only that the service is on",
        ),
    ],
)
def test_ec2_imdsv2_required_by_default(tokens: Any, endpoint: Any, status: Status, reason: str) -> None:
    verdict = ec2_imdsv2_required_by_default(InstanceMetadataDefaults(tokens, endpoint))
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(("tokens", "endpoint"), [(UNKNOWN, None), (None, UNKNOWN), ("optional", UNKNOWN)])
def test_a_default_that_is_not_known_is_no_verdict(tokens: Any, endpoint: Any) -> None:
    with pytest.raises(UnknownField):
        ec2_imdsv2_required_by_default(InstanceMetadataDefaults(tokens, endpoint))
