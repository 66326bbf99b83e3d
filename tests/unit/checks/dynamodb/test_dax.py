"""Encryption of DAX clusters."""

import pytest

from muster.checks.dynamodb.dax import dax_encryption_enabled, dax_tls_endpoint_encryption
from muster.facets.dynamodb.dax import DaxCluster
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT


@pytest.mark.parametrize(
    ("encryption", "status"),
    [
        pytest.param("ENABLED", C, id="on"),
        pytest.param("ENABLING", N, id="not on yet"),
        pytest.param("DISABLING", N, id="on its way off"),
        pytest.param("DISABLED", N, id="off"),
    ],
)
def test_dax_encryption_enabled(encryption: str, status: Status) -> None:
    found = dax_encryption_enabled(DaxCluster(encryption, "NONE"))
    assert found.status is status
    assert encryption.lower() in found.reason.lower()


@pytest.mark.parametrize(("endpoint", "status"), [pytest.param("TLS", C, id="TLS"), pytest.param("NONE", N, id="none")])
def test_dax_tls_endpoint_encryption(endpoint: str, status: Status) -> None:
    assert dax_tls_endpoint_encryption(DaxCluster("DISABLED", endpoint)).status is status


def test_what_aws_did_not_say_is_no_verdict() -> None:
    silent = DaxCluster.parse({})
    with pytest.raises(UnknownField, match=r"SSEDescription\.Status"):
        dax_encryption_enabled(silent)
    with pytest.raises(UnknownField, match="ClusterEndpointEncryptionType"):
        dax_tls_endpoint_encryption(silent)
