"""Checks of transit gateways, VPN connections and Client VPN endpoints."""

from collections.abc import Callable, Sequence

from muster.facets.ec2.gateways import ClientVpnEndpoint, TransitGateway, Tunnel, VpnConnection
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.model.text import sentence

_TUNNELS = 2
"""https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"""


@check(severity=Severity.HIGH, controls=("FSBP EC2.23",))
def ec2_transit_gateway_no_auto_accept(gateway: TransitGateway) -> Verdict:
    """Transit gateways should not accept shared attachments automatically.

    Problem: attachments are accepted automatically
    Why: Every account that the transit gateway is shared with can attach a VPC to it. Without a review, a network that
      you did not approve gets a route to yours.
    Fix: `aws ec2 modify-transit-gateway --transit-gateway-id ID --options AutoAcceptSharedAttachments=disable`
      Attachments that were accepted stay; review them.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-23
    """
    if known(gateway.auto_accept):
        return non_compliant("Attachments from other accounts are accepted automatically")
    return compliant("Attachments from other accounts must be accepted")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.20",))
def ec2_vpn_tunnels_up(connection: VpnConnection) -> Verdict:
    """Both tunnels of a Site-to-Site VPN connection should be up.

    Problem: VPN tunnel is down
    Why: AWS takes one tunnel down at a time for maintenance. If the other one is down already, the connection fails.
    Fix: Check the customer gateway device: its IKE and IPsec configuration, its pre-shared key, and whether it starts
      the negotiation. `aws ec2 describe-vpn-connections --vpn-connection-ids ID --query
      "VpnConnections[].VgwTelemetry[]"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-20
    """
    down = [tunnel.address for tunnel in connection.telemetry if tunnel.status == "DOWN"]
    if down:
        return non_compliant(f"{_named(down)} {'is' if len(down) == 1 else 'are'} down")
    _complete(len(connection.telemetry))
    for tunnel in connection.telemetry:
        known(tunnel.status)
    return compliant("Both tunnels are up")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.171",))
def ec2_vpn_connection_logged(connection: VpnConnection) -> Verdict:
    """Both tunnels of a Site-to-Site VPN connection should write a log.

    Problem: VPN tunnel writes no log
    Why: The log shows why a tunnel goes down and who tries to negotiate one. Without it, you can only guess.
    Fix: `aws ec2 modify-vpn-tunnel-options --vpn-connection-id ID --vpn-tunnel-outside-ip-address TUNNEL-ADDRESS
      --tunnel-options "LogOptions={CloudWatchLogOptions={LogEnabled=true,LogGroupArn=LOG-GROUP-ARN}}"` The tunnel is
      down for up to several minutes while it is changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-171
    """
    return _each_tunnel(connection, lambda tunnel: "" if tunnel.logged else "writes no log", "Both tunnels write a log")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.183",))
def ec2_vpn_connection_ikev2_only(connection: VpnConnection) -> Verdict:
    """Both tunnels of a Site-to-Site VPN connection should allow IKEv2 only.

    A tunnel without a list of versions allows both IKEv1 and IKEv2.

    Problem: VPN tunnel allows IKEv1
    Why: IKEv1 is deprecated. It has weaker authentication and no protection against some denial-of-service attacks.
    Fix: Check that the customer gateway device uses IKEv2 first. `aws ec2 modify-vpn-tunnel-options
      --vpn-connection-id ID --vpn-tunnel-outside-ip-address TUNNEL-ADDRESS --tunnel-options
      "IKEVersions=[{Value=ikev2}]"` The tunnel is down for up to several minutes while it is changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-183
    """
    return _each_tunnel(connection, _old_ike, "Both tunnels allow IKEv2 only")


@check(severity=Severity.LOW, controls=("FSBP EC2.51",))
def ec2_client_vpn_connections_logged(endpoint: ClientVpnEndpoint) -> Verdict:
    """Client VPN endpoints should log client connections.

    Problem: Client VPN endpoint logs no connections
    Why: Without the log you cannot find out who was connected, from where and for how long.
    Fix: `aws ec2 modify-client-vpn-endpoint --client-vpn-endpoint-id ID --connection-log-options
      Enabled=true,CloudwatchLogGroup=LOG-GROUP`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-51
    """
    if known(endpoint.logged):
        return compliant("Client connections are logged")
    return non_compliant("Client connections are not logged")


def _each_tunnel(connection: VpnConnection, fault: Callable[[Tunnel], str], merit: str) -> Verdict:
    """Return the failure of the tunnels that have a fault, or the pass of both."""
    faults = {tunnel.address: text for tunnel in connection.tunnels if (text := fault(tunnel))}
    if faults:
        texts = (f"{_named([address])} {text}" for address, text in faults.items())
        return non_compliant(sentence("; ".join(texts)), tunnel_address=next(iter(faults)))
    _complete(len(connection.tunnels))
    return compliant(merit)


def _old_ike(tunnel: Tunnel) -> str:
    if not tunnel.ike_versions:
        return "allows IKEv1 and IKEv2"
    return "" if tunnel.ike_versions == ("ikev2",) else f"allows {' and '.join(tunnel.ike_versions)}"


def _complete(count: int) -> None:
    """Stop the check where AWS did not return both tunnels."""
    if count < _TUNNELS:
        known(Unknown(f"AWS returned {count} of the {_TUNNELS} tunnels"))


def _named(addresses: Sequence[str]) -> str:
    named = [address or "without an address" for address in addresses]
    return f"{'Tunnel' if len(named) == 1 else 'Tunnels'} {' and '.join(named)}"
