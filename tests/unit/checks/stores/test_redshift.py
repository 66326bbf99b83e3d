"""Redshift clusters, workgroups and namespaces."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.stores.redshift import (
    redshift_backup_enabled,
    redshift_cluster_audit_logging_enabled,
    redshift_cluster_kms_enabled,
    redshift_cluster_multi_az_enabled,
    redshift_cluster_no_public_access,
    redshift_cluster_version_upgrade_allowed,
    redshift_default_admin_check,
    redshift_enhanced_vpc_routing_enabled,
    redshift_port_restricted,
    redshift_require_tls_ssl,
)
from muster.checks.stores.redshift_serverless import (
    redshift_serverless_default_admin_check,
    redshift_serverless_publish_logs_to_cloudwatch,
    redshift_serverless_workgroup_encrypted_in_transit,
    redshift_serverless_workgroup_no_public_access,
    redshift_serverless_workgroup_routes_within_vpc,
)
from muster.facets.stores.redshift import (
    RedshiftCluster,
    RedshiftLogging,
    RedshiftNamespace,
    RedshiftParameters,
    RedshiftSecurityGroup,
    RedshiftWorkgroup,
)
from muster.model.check import Check
from muster.model.finding import Related, Status, Unavailable, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
CLUSTER = RedshiftCluster(
    public=False, encrypted=True, snapshot_days=7, upgrades=True, vpc_routing=True, administrator="keeper", port=5439,
    multi_az="Enabled", security_groups=("sg-1",), parameter_groups=("own",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (redshift_cluster_no_public_access, {"public": True}, "Cluster is publicly accessible"),
        (redshift_backup_enabled, {"snapshot_days": 0}, "Automatic snapshots are off"),
        (redshift_backup_enabled, {"snapshot_days": 6}, "Automatic snapshots are kept for 6 days, 7 required"),
        (redshift_cluster_version_upgrade_allowed, {"upgrades": False}, "Automatic upgrades are off"),
        (redshift_enhanced_vpc_routing_enabled, {"vpc_routing": False}, "Enhanced VPC routing is off"),
        (redshift_default_admin_check, {"administrator": "awsuser"}, "Administrator has the default username awsuser"),
        (redshift_cluster_kms_enabled, {"encrypted": False}, "Cluster is not encrypted"),
        (
            redshift_cluster_multi_az_enabled,
            {"multi_az": "Disabled"},
            "Cluster is in one Availability Zone (MultiAZ: Disabled)",
        ),
    ],
)
def test_one_thing_is_wrong(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(CLUSTER).status is C
    found = check(replace(CLUSTER, **changed))
    assert (found.status, found.reason) == (N, reason)


@pytest.mark.parametrize(("value", "status"), [("true", C), ("TRUE", C), ("false", N)])
def test_tls(value: str, status: Status) -> None:
    assert redshift_require_tls_ssl(CLUSTER, Related({"own": RedshiftParameters(value)})).status is status


def test_parameters_that_are_not_known_are_no_verdict() -> None:
    with pytest.raises(UnknownField):
        redshift_require_tls_ssl(CLUSTER, Related({"own": RedshiftParameters.parse({"Parameters": []})}))
    with pytest.raises(UnknownField):
        redshift_require_tls_ssl(replace(CLUSTER, parameter_groups=()), Related({}))


def test_the_audit_log() -> None:
    assert redshift_cluster_audit_logging_enabled(RedshiftLogging(True)).status is C
    assert redshift_cluster_audit_logging_enabled(RedshiftLogging(False)).status is N


def group(**rule: Any) -> Related[RedshiftSecurityGroup]:
    item = {"GroupId": "sg-1", "GroupName": "g", "IpPermissions": [rule] if rule else []}
    return Related({"sg-1": RedshiftSecurityGroup.parse(item)})


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        pytest.param({}, C, id="no rule"),
        pytest.param({"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, C,
                     id="a network"),
        pytest.param({"IpProtocol": "tcp", "FromPort": 5439, "ToPort": 5439, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, N,
                     id="everyone"),
        pytest.param({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 9999, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, N,
                     id="a range of ports, IPv6"),
        pytest.param({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, N, id="all protocols"),
        pytest.param({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, C,
                     id="another port"),
    ],
)  # fmt: skip
def test_the_port(rule: dict[str, Any], status: Status) -> None:
    assert redshift_port_restricted(CLUSTER, group(**rule)).status is status


def test_a_group_that_could_not_be_read_hides_no_open_one() -> None:
    lost = Unavailable("ec2:DescribeSecurityGroups", "denied")
    open_one = group(IpProtocol="-1", IpRanges=[{"CidrIp": "0.0.0.0/0"}])["sg-1"]
    cluster = replace(CLUSTER, security_groups=("sg-1", "sg-2"))
    assert redshift_port_restricted(cluster, Related({"sg-1": open_one, "sg-2": lost})).status is N
    with pytest.raises(UnknownField):
        redshift_port_restricted(cluster, Related({"sg-1": group()["sg-1"], "sg-2": lost}))
    assert redshift_port_restricted(replace(CLUSTER, security_groups=()), Related({})).status is NA


def test_only_groups_in_effect_count() -> None:
    found = RedshiftCluster.parse(
        {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"},
                               {"VpcSecurityGroupId": "sg-2", "Status": "removing"}]}
    )  # fmt: skip
    assert found.security_groups == ("sg-1",)
    assert isinstance(found.multi_az, Unknown)


WORKGROUP = RedshiftWorkgroup.parse(
    {"publiclyAccessible": False, "enhancedVpcRouting": True,
     "configParameters": [{"parameterKey": "require_ssl", "parameterValue": "true"}]}
)  # fmt: skip


def test_workgroups() -> None:
    bad = RedshiftWorkgroup(public=True, vpc_routing=False, parameters={"require_ssl": "false"})
    for check in (
        redshift_serverless_workgroup_routes_within_vpc,
        redshift_serverless_workgroup_encrypted_in_transit,
        redshift_serverless_workgroup_no_public_access,
    ):
        assert (check(WORKGROUP).status, check(bad).status) == (C, N)
    with pytest.raises(UnknownField):
        redshift_serverless_workgroup_encrypted_in_transit(replace(WORKGROUP, parameters={}))


def test_namespaces() -> None:
    good = RedshiftNamespace.parse({"adminUsername": "keeper", "logExports": ["userlog", "connectionlog"]})
    assert redshift_serverless_default_admin_check(good).status is C
    assert redshift_serverless_default_admin_check(replace(good, administrator="admin")).status is N
    assert redshift_serverless_publish_logs_to_cloudwatch(good).status is C
    found = redshift_serverless_publish_logs_to_cloudwatch(replace(good, log_exports=("userlog",)))
    assert (found.status, found.reason) == (N, "Logs not sent to CloudWatch Logs: connectionlog")
