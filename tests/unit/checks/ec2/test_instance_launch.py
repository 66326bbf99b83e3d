"""How instances were launched: one good value, one thing changed a row."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.ec2.instance_launch import (
    ec2_instance_image_not_outdated,
    ec2_instance_not_paravirtual,
    ec2_instance_profile_attached,
    ec2_instance_public_without_profile,
    ec2_instance_single_interface,
    ec2_instance_young_enough,
)
from muster.facets.ec2.images import SourceImage
from muster.facets.ec2.instances import Instance
from muster.facets.ec2.launches import InstanceLaunch
from muster.facets.tagging.tags import Tags
from muster.model.finding import ObservedAt, Related, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNKNOWN = Unknown("AWS did not return it")
PROFILE = "arn:aws:iam::123456789012:instance-profile/shop/web"
GOOD = InstanceLaunch("i-1", "ami-1", ("eni-1",), "hvm", "", AT - timedelta(days=3, hours=1))
RUNNING = Instance("running", "required", "enabled", "enabled", id="i-1")
BARE = Tags()


def launch(**changed: Any) -> InstanceLaunch:
    return dataclasses.replace(GOOD, **changed)


TWO = launch(interfaces=("eni-1", "eni-2"))


@pytest.mark.parametrize(
    ("judged", "tags", "settings", "status", "reason"),
    [
        pytest.param(GOOD, BARE, {}, C, "The instance has 1 network interface", id="one"),
        pytest.param(launch(interfaces=()), BARE, {}, C, "The instance has 0 network interfaces", id="none"),
        pytest.param(TWO, BARE, {}, N, "The instance has 2 network interfaces: eni-1, eni-2", id="two"),
        pytest.param(
            TWO, BARE, {"allowed_interfaces": ("eni-2",)}, C, "The instance has 2 network interfaces", id="allowed"
        ),
        pytest.param(
            TWO, Tags({"eks:cluster-name": "shop"}), {}, NA, "The instance has the tag eks:cluster-name", id="a node"
        ),
        pytest.param(
            TWO, Tags({"aws:eks:cluster-name": "shop"}), {}, NA, "The instance has the tag aws:eks:cluster-name",
            id="a node that EKS tagged itself",
        ),
        pytest.param(TWO, Tags({"eks:cluster-name": "shop"}), {"exempt_tags": ()}, N, "", id="nodes judged too"),
    ],
)  # fmt: skip
def test_an_instance_has_one_interface(judged: Any, tags: Tags, settings: Any, status: Status, reason: str) -> None:
    verdict = ec2_instance_single_interface(judged, tags, **settings)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_an_instance_is_not_paravirtual() -> None:
    passing, failing = (ec2_instance_not_paravirtual(launch(virtualization=kind)) for kind in ("hvm", "paravirtual"))
    assert (passing.status, passing.reason) == (C, "The virtualization type is hvm")
    assert (failing.status, failing.reason) == (N, "The virtualization type is paravirtual")
    with pytest.raises(UnknownField):
        ec2_instance_not_paravirtual(launch(virtualization=UNKNOWN))


def test_an_instance_has_a_profile() -> None:
    passing, failing = (ec2_instance_profile_attached(launch(profile=profile)) for profile in (PROFILE, ""))
    assert (passing.status, passing.reason) == (C, "The instance has the profile web")
    assert (failing.status, failing.reason) == (N, "The instance has no instance profile")


@pytest.mark.parametrize(
    ("addresses", "profile", "status", "reason"),
    [
        ({}, PROFILE, C, "The instance has no public IP address"),
        ({"public_ipv4": ("198.51.100.7 on eni-1",)}, "", C,
         "The instance has a public IP address, but no instance profile"),
        ({"public_ipv4": ("198.51.100.7 on eni-1",)}, PROFILE, N,
         "The instance has the profile web and a public IP address: 198.51.100.7 on eni-1"),
        ({"public_ipv6": ("2001:db8::5 on eni-1",)}, PROFILE, N,
         "The instance has the profile web and a public IP address: 2001:db8::5 on eni-1"),
    ],
)  # fmt: skip
def test_a_public_instance_has_no_role(addresses: Any, profile: str, status: Status, reason: str) -> None:
    judged = dataclasses.replace(RUNNING, **addresses)
    verdict = ec2_instance_public_without_profile(judged, launch(profile=profile))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("state", "started", "status", "reason"),
    [
        ("running", AT - timedelta(days=3), C, "The instance was started 3 days ago (2026-11-18)"),
        ("running", AT - timedelta(days=180), C, "The instance was started 180 days ago (2026-05-25)"),
        ("running", AT - timedelta(days=180, seconds=1), N,
         "The instance was started 180 days ago (2026-05-25); at most 180 days are allowed"),
        ("stopped", AT - timedelta(days=999), NA, "The instance is stopped"),
    ],
)  # fmt: skip
def test_an_instance_is_young_enough(state: str, started: datetime, status: Status, reason: str) -> None:
    judged = dataclasses.replace(RUNNING, state=state)
    verdict = ec2_instance_young_enough(judged, launch(launched_at=started), ObservedAt(AT))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_an_instance_without_a_time_or_a_state_has_no_age() -> None:
    for judged, launched in ((RUNNING, UNKNOWN), (dataclasses.replace(RUNNING, state=UNKNOWN), AT)):
        with pytest.raises(UnknownField):
            ec2_instance_young_enough(judged, launch(launched_at=launched), ObservedAt(AT))


@pytest.mark.parametrize(
    ("deprecated_at", "status", "reason"),
    [
        (None, C, "Image ami-1 has no deprecation time"),
        (AT + timedelta(days=1), C, "Image ami-1 is not deprecated before 2026-11-22"),
        (AT, N, "Image ami-1 is deprecated since 2026-11-21"),
    ],
)
def test_the_image_of_an_instance_is_not_deprecated(deprecated_at: Any, status: Status, reason: str) -> None:
    images = Related({"ami-1": SourceImage(deprecated_at)})
    verdict = ec2_instance_image_not_outdated(GOOD, images, ObservedAt(AT))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_an_image_that_aws_does_not_return_is_no_pass() -> None:
    for images in ({}, {"ami-1": SourceImage(UNKNOWN)}):
        with pytest.raises(UnknownField):
            ec2_instance_image_not_outdated(GOOD, Related(images), ObservedAt(AT))
