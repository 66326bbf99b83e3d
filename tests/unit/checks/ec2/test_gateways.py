"""Transit gateways, VPN connections and Client VPN endpoints: what passes, what fails, what AWS left out."""

import pytest

from muster.checks.ec2.gateways import (
    ec2_client_vpn_connections_logged,
    ec2_transit_gateway_no_auto_accept,
    ec2_vpn_connection_ikev2_only,
    ec2_vpn_connection_logged,
    ec2_vpn_tunnels_up,
)
from muster.facets.ec2.gateways import ClientVpnEndpoint, TransitGateway, Tunnel, TunnelStatus, VpnConnection
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
UNKNOWN = Unknown("AWS did not return it")
ONE, OTHER = "203.0.113.1", "203.0.113.2"


def test_ec2_transit_gateway_no_auto_accept() -> None:
    passing, failing = (ec2_transit_gateway_no_auto_accept(TransitGateway(accepts)) for accepts in (False, True))
    assert (passing.status, passing.reason) == (C, "Attachments from other accounts must be accepted")
    assert (failing.status, failing.reason) == (N, "Attachments from other accounts are accepted automatically")
    with pytest.raises(UnknownField):
        ec2_transit_gateway_no_auto_accept(TransitGateway(UNKNOWN))


def test_ec2_client_vpn_connections_logged() -> None:
    passing, failing = (ec2_client_vpn_connections_logged(ClientVpnEndpoint(logged)) for logged in (True, False))
    assert (passing.status, passing.reason) == (C, "Client connections are logged")
    assert (failing.status, failing.reason) == (N, "Client connections are not logged")
    with pytest.raises(UnknownField):
        ec2_client_vpn_connections_logged(ClientVpnEndpoint(UNKNOWN))


def telemetry(*statuses: str | Unknown) -> VpnConnection:
    rows = zip((ONE, OTHER), statuses, strict=False)
    return VpnConnection(telemetry=tuple(TunnelStatus(address, status) for address, status in rows))


@pytest.mark.parametrize(
    ("connection", "status", "reason"),
    [
        pytest.param(telemetry("UP", "UP"), C, "Both tunnels are up", id="both up"),
        pytest.param(telemetry("UP", "DOWN"), N, f"Tunnel {OTHER} is down", id="one down"),
        pytest.param(telemetry("DOWN", "DOWN"), N, f"Tunnels {ONE} and {OTHER} are down", id="both down"),
        pytest.param(telemetry(UNKNOWN, "DOWN"), N, f"Tunnel {OTHER} is down", id="one is enough to fail"),
        pytest.param(telemetry("DOWN"), N, f"Tunnel {ONE} is down", id="the other one was not returned"),
    ],
)
def test_both_tunnels_are_up(connection: VpnConnection, status: Status, reason: str) -> None:
    verdict = ec2_vpn_tunnels_up(connection)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("connection", [telemetry(), telemetry("UP"), telemetry("UP", UNKNOWN)])
def test_a_tunnel_that_aws_did_not_return_is_no_pass(connection: VpnConnection) -> None:
    with pytest.raises(UnknownField):
        ec2_vpn_tunnels_up(connection)


GOOD = Tunnel(ONE, logged=True, ike_versions=("ikev2",))


@pytest.mark.parametrize(
    ("other", "status", "reason"),
    [
        pytest.param(Tunnel(OTHER, logged=True), C, "Both tunnels write a log", id="both"),
        pytest.param(Tunnel(OTHER), N, f"Tunnel {OTHER} writes no log", id="one does not"),
    ],
)
def test_both_tunnels_are_logged(other: Tunnel, status: Status, reason: str) -> None:
    verdict = ec2_vpn_connection_logged(VpnConnection(tunnels=(GOOD, other)))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("versions", "status", "reason"),
    [
        pytest.param(("ikev2",), C, "Both tunnels allow IKEv2 only", id="version 2"),
        pytest.param(("ikev1",), N, f"Tunnel {OTHER} allows ikev1", id="version 1"),
        pytest.param(("ikev1", "ikev2"), N, f"Tunnel {OTHER} allows ikev1 and ikev2", id="both versions"),
        pytest.param((), N, f"Tunnel {OTHER} allows IKEv1 and IKEv2", id="no list allows both"),
    ],
)
def test_both_tunnels_allow_ikev2_only(versions: tuple[str, ...], status: Status, reason: str) -> None:
    verdict = ec2_vpn_connection_ikev2_only(VpnConnection(tunnels=(GOOD, Tunnel(OTHER, ike_versions=versions))))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("judge", [ec2_vpn_connection_logged, ec2_vpn_connection_ikev2_only])
def test_a_connection_without_both_tunnels_is_no_pass(judge: Check) -> None:
    for tunnels in ((), (GOOD,)):
        with pytest.raises(UnknownField, match="of the 2 tunnels"):
            judge(VpnConnection(tunnels=tunnels))
