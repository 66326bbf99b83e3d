"""Services that a region does not offer, told apart from outages and from services that botocore does not know yet."""

import socket

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

from muster.sdk.endpoints import not_offered
from muster.sdk.errors import NOT_OFFERED, transient, unavailable

NO_ADDRESS = socket.gaierror(-2, "Name or service not known")
MACIE = "https://macie2.eu-central-2.amazonaws.com/"


def failed(url: str, error: Exception = NO_ADDRESS) -> EndpointConnectionError:
    return EndpointConnectionError(endpoint_url=url, error=error)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param(MACIE, id="a service of botocore's list"),
        pytest.param("https://s3express-control.eu-west-3.amazonaws.com/", id="S3 Express One Zone, which it lacks"),
    ],
)
def test_a_host_without_an_address_of_a_service_that_is_elsewhere_only(url: str) -> None:
    error = failed(url)
    assert not_offered(error)
    assert not transient(error)
    assert unavailable("macie2:GetMacieSession", error).reason.startswith(NOT_OFFERED)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(failed(MACIE, ConnectionRefusedError()), id="the host has an address"),
        pytest.param(failed("https://macie2.eu-west-1.amazonaws.com/"), id="the region has the service"),
        pytest.param(
            failed("https://s3express-control.eu-west-1.amazonaws.com/"), id="the region has directory buckets"
        ),
        pytest.param(failed("https://macie2.xx-new-1.amazonaws.com/"), id="a region that botocore does not know"),
        pytest.param(failed("https://newservice.eu-west-1.amazonaws.com/"), id="a service that it does not know"),
        pytest.param(failed("http://127.0.0.1:5000/"), id="another host"),
        pytest.param(ConnectTimeoutError(endpoint_url=MACIE), id="a timeout"),
    ],
)
def test_everything_else_is_an_outage(error: Exception) -> None:
    assert not not_offered(error)
    assert transient(error)
