"""How target groups ask the tasks of services for their health."""

import pytest

from muster.facets.ecs.targets import TargetWindow
from muster.model.finding import Unknown

DEFAULTS = {
    "TargetGroupArn": "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:targetgroup/web/73e2d6bc24d8a067",
    "HealthCheckIntervalSeconds": 30,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
}
COUNTED = "AWS did not return HealthCheckIntervalSeconds and {} of a target group"


def test_the_defaults_of_an_application_load_balancer() -> None:
    assert TargetWindow.parse(DEFAULTS) == TargetWindow(gives_up=60, takes_back=150)


@pytest.mark.parametrize(
    ("missing", "unknown"),
    [
        pytest.param("HealthyThresholdCount", {"takes_back"}, id="the healthy threshold"),
        pytest.param("UnhealthyThresholdCount", {"gives_up"}, id="the unhealthy threshold"),
        pytest.param("HealthCheckIntervalSeconds", {"gives_up", "takes_back"}, id="the interval"),
    ],
)
def test_what_aws_did_not_say_is_unknown(missing: str, unknown: set[str]) -> None:
    found = TargetWindow.parse(DEFAULTS | {missing: None})
    assert {name for name in ("gives_up", "takes_back") if isinstance(getattr(found, name), Unknown)} == unknown


def test_an_empty_answer_says_nothing() -> None:
    assert TargetWindow.parse({}) == TargetWindow(
        Unknown(COUNTED.format("UnhealthyThresholdCount")), Unknown(COUNTED.format("HealthyThresholdCount"))
    )
