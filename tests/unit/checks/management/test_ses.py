"""SES: configuration sets."""

from typing import Any

import pytest

from muster.checks.management.ses import ses_sending_tls_required
from muster.facets.management.ses import ConfigurationSet
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ({"DeliveryOptions": {"TlsPolicy": "REQUIRE"}}, C, "TLS is required"),
        ({"DeliveryOptions": {"TlsPolicy": "OPTIONAL"}}, N, "TLS is optional"),
        ({"DeliveryOptions": {}}, N, "TLS is optional"),
        ({}, N, "TLS is optional"),
    ],
)
def test_tls(answer: dict[str, Any], status: Status, reason: str) -> None:
    found = ses_sending_tls_required(ConfigurationSet.parse(answer))
    assert (found.status, found.reason) == (status, reason)


def test_a_new_policy_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ses_sending_tls_required(ConfigurationSet.parse({"DeliveryOptions": {"TlsPolicy": "PREFER"}}))
