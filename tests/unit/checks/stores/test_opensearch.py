"""Search domains: what each check passes and fails."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.stores.opensearch import (
    opensearch_access_control_enabled,
    opensearch_audit_logging_enabled,
    opensearch_data_node_fault_tolerance,
    opensearch_encrypted_at_rest,
    opensearch_https_required,
    opensearch_in_vpc_only,
    opensearch_logs_to_cloudwatch,
    opensearch_node_to_node_encryption_check,
    opensearch_primary_node_fault_tolerance,
    opensearch_update_check,
)
from muster.facets.stores.opensearch import SearchDomain
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
DOMAIN = SearchDomain(
    name="products", arn="arn:aws:es:eu-west-1:123456789012:domain/products", engine="OpenSearch_2.11", encrypted=True,
    vpc="vpc-1", encrypted_between_nodes=True, error_log=True, audit_log=True, nodes=3, zone_aware=True, masters=True,
    master_count=3, access_control=True, https_only=True, tls_policy="Policy-Min-TLS-1-2-PFS-2023-10",
    update_available=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (opensearch_encrypted_at_rest, {"encrypted": False}, "Encryption at rest is off"),
        (opensearch_in_vpc_only, {"vpc": ""}, "Domain has a public endpoint"),
        (
            opensearch_node_to_node_encryption_check,
            {"encrypted_between_nodes": False},
            "Node-to-node encryption is off",
        ),
        (opensearch_logs_to_cloudwatch, {"error_log": False}, "Error log is not sent to CloudWatch Logs"),
        (opensearch_audit_logging_enabled, {"audit_log": False}, "Audit log is not sent to CloudWatch Logs"),
        (opensearch_data_node_fault_tolerance, {"nodes": 2}, "Domain has 2 data nodes; 3 or more are required"),
        (
            opensearch_data_node_fault_tolerance,
            {"zone_aware": False},
            "Domain has 3 data nodes in one Availability Zone",
        ),
        (opensearch_access_control_enabled, {"access_control": False}, "Fine-grained access control is off"),
        (
            opensearch_primary_node_fault_tolerance,
            {"masters": False, "master_count": 0},
            "Domain has no dedicated master nodes",
        ),
        (
            opensearch_primary_node_fault_tolerance,
            {"master_count": 2},
            "Domain has 2 dedicated master nodes; 3 or more are required",
        ),
        (opensearch_https_required, {"https_only": False}, "Domain accepts HTTP"),
        (
            opensearch_https_required,
            {"tls_policy": "Policy-Min-TLS-1-2-2019-07"},
            "Domain requires HTTPS, but TLS policy Policy-Min-TLS-1-2-2019-07 is not a current one (list of 2026-10)",
        ),
        (opensearch_update_check, {"update_available": True}, "A service software update is available"),
    ],
)
def test_one_thing_is_wrong(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(DOMAIN).status is C
    found = check(replace(DOMAIN, **changed))
    assert (found.status, found.reason) == (N, reason)


@pytest.mark.parametrize("policy", ["Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08", "Policy-Min-TLS-1-2-FIPS-PQ-2026-10"])
def test_newer_policies_pass(policy: str) -> None:
    assert opensearch_https_required(replace(DOMAIN, tls_policy=policy)).status is C


def test_an_update_that_aws_says_nothing_of_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        opensearch_update_check(replace(DOMAIN, update_available=Unknown("AWS did not say")))
