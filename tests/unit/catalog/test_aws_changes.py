"""What AWS changed in 2025 and 2026 in controls that have a check: each change by an example.

https://docs.aws.amazon.com/securityhub/latest/userguide/controls-change-log.html
"""

from datetime import UTC, datetime, timedelta

import pytest

from muster.catalog.controls import load
from muster.checks.ec2.instances import ec2_instance_not_stopped_too_long
from muster.checks.ecs.task_definitions import ecs_containers_readonly_access
from muster.checks.elbv2.load_balancers import elb_tls_policy_current
from muster.checks.lambda_.operation import lambda_runtime_supported
from muster.facets.ec2.instances import Instance
from muster.facets.ecs.task_definition import TaskDefinition
from muster.facets.elbv2.load_balancers import RECOMMENDED_TLS_POLICIES, Listener
from muster.facets.lambda_.functions import Function
from muster.model.finding import ObservedAt, Status

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
READ = ObservedAt(datetime(2026, 9, 23, tzinfo=UTC))
"""The last entry of the change log that was read."""


@pytest.mark.parametrize(
    ("runtime", "status"),
    [
        pytest.param("dotnet6", N, id="dotnet6, out on 2025-03-10"),
        pytest.param("python3.8", N, id="python3.8, out on 2025-03-10"),
        pytest.param("ruby3.4", C, id="ruby3.4, in on 2025-03-27"),
        pytest.param("nodejs18.x", N, id="nodejs18.x, out on 2025-09-09"),
        pytest.param("java25", C, id="java25, in on 2025-11-14"),
        pytest.param("nodejs24.x", C, id="nodejs24.x, in on 2025-11-21"),
        pytest.param("python3.14", C, id="python3.14, in on 2025-11-21"),
        pytest.param("python3.9", N, id="python3.9, out on 2025-12-15"),
        pytest.param("dotnet10", C, id="dotnet10, in on 2026-01-12"),
        pytest.param("ruby3.2", N, id="ruby3.2, out on 2026-04-03"),
        pytest.param("nodejs20.x", N, id="nodejs20.x, out on 2026-05-04"),
        pytest.param("ruby4.0", C, id="ruby4.0, in on 2026-05-04"),
        pytest.param("java8.al2023", C, id="java8.al2023, in on 2026-08-03"),
        pytest.param("java11.al2023", C, id="java11.al2023, in on 2026-08-03"),
        pytest.param("java17.al2023", C, id="java17.al2023, in on 2026-08-03"),
    ],
)
def test_lambda_2_the_runtimes(runtime: str, status: Status) -> None:
    function = Function.parse({"FunctionName": "orders", "PackageType": "Zip", "Runtime": runtime})
    assert lambda_runtime_supported(function, READ).status is status


def test_elb_17_the_policies_since_2026_04_06() -> None:
    """AWS's eight, no more."""
    forms = ("1-3", "1-2-Res")
    kinds = ("2021-06", "FIPS-2023-04", "PQ-2025-09", "FIPS-PQ-2025-09")
    assert set(RECOMMENDED_TLS_POLICIES) == {
        f"ELBSecurityPolicy-TLS13-{form}-{kind}" for form in forms for kind in kinds
    }


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        pytest.param("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09", C, id="post-quantum, FIPS"),
        pytest.param("ELBSecurityPolicy-TLS13-1-2-2021-06", N, id="with weaker ciphers, formerly recommended"),
        pytest.param("ELBSecurityPolicy-FS-1-2-Res-2020-10", N, id="without TLS 1.3"),
    ],
)
def test_elb_17_a_listener(policy: str, status: Status) -> None:
    assert elb_tls_policy_current(Listener("application", "HTTPS", 443, policy)).status is status


@pytest.mark.parametrize(
    ("family", "status"),
    [
        pytest.param("WINDOWS_SERVER_2022_CORE", NA, id="Windows: no finding since 2026-03-24"),
        pytest.param("LINUX", N, id="Linux"),
    ],
)
def test_ecs_5_windows(family: str, status: Status) -> None:
    definition = TaskDefinition.parse(
        {
            "taskDefinition": {
                "containerDefinitions": [{"name": "web"}],
                "runtimePlatform": {"operatingSystemFamily": family},
            }
        }
    )
    assert ecs_containers_readonly_access(definition).status is status


@pytest.mark.parametrize(("days", "status"), [(30, C), (31, N)])
def test_ec2_4_is_longer_than_the_days_allowed(days: int, status: Status) -> None:
    """Since 2026-04-27 by a rule of Security Hub's own: the time since the stop, not AWS Config's history."""
    stopped = f"{READ.at - timedelta(days=days):%Y-%m-%d %H:%M:%S} GMT"
    instance = Instance.parse(
        {"State": {"Name": "stopped"}, "StateTransitionReason": f"User initiated ({stopped})", "InstanceId": "i-1"}
    )
    assert ec2_instance_not_stopped_too_long(instance, READ).status is status


@pytest.mark.parametrize(
    ("control", "title"),
    [
        pytest.param("S3.5", "S3 general purpose buckets should require requests to use TLS", id="S3.5: 2026-09-11"),
        pytest.param(
            "EC2.1", "Amazon EBS snapshots should not be configured to be publicly restorable", id="EC2.1: 2026-04-07"
        ),
        pytest.param(
            "EC2.182", "Block public access settings should be enabled for Amazon EBS snapshots", id="EC2.182"
        ),
        pytest.param("RDS.50", "RDS DB clusters should have enough backup retention period set", id="RDS.50"),
    ],
)
def test_titles(control: str, title: str) -> None:
    assert load().by_id[control].title == title
