"""EC2: transit gateways, VPN connections and Client VPN endpoints."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_WORD = kinds.one_of("enable", "disable")


def _switch(value: object, name: str, noun: str = "") -> bool | Unknown:
    word = _WORD(value, name, noun)
    return word if isinstance(word, Unknown) else word == "enable"


@facet
class TransitGateway(Parsed):
    """One transit gateway of DescribeTransitGateways.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayOptions.html
    """

    auto_accept: bool | Unknown = read("Options.AutoAcceptSharedAttachments", _switch)


@facet
class TunnelStatus(Parsed):
    """One row of a VPN connection's telemetry: whether the tunnel is up, and AWS's message about it."""

    address: str = read("OutsideIpAddress", kinds.text)
    status: str | Unknown = read("Status", kinds.one_of("UP", "DOWN"))


def _versions(tunnel: Answer) -> tuple[str, ...]:
    return tuple(sorted(str(each.get("Value")).lower() for each in tunnel.get("IkeVersions") or ()))


@facet
class Tunnel(Parsed):
    """One tunnel of a VPN connection: its log and the IKE versions that it allows.

    `ike_versions` is empty where AWS returns none; the tunnel then allows both. The log is off by default.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TunnelOption.html
    """

    address: str = read("OutsideIpAddress", kinds.text)
    logged: bool = read("LogOptions.CloudWatchLogOptions.LogEnabled", kinds.is_true, default=False)
    ike_versions: tuple[str, ...] = computed(_versions, "IkeVersions.Value", default=())


@facet
class VpnConnection(Parsed):
    """One VPN connection of DescribeVpnConnections: its two tunnels.

    The answer holds the pre-shared keys of the tunnels, in `TunnelOptions` and in `CustomerGatewayConfiguration`. They
    are not read.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnConnection.html
    """

    telemetry: tuple[TunnelStatus, ...] = read("VgwTelemetry", kinds.many(TunnelStatus.parse), default=())
    tunnels: tuple[Tunnel, ...] = read("Options.TunnelOptions", kinds.many(Tunnel.parse), default=())


@facet
class ClientVpnEndpoint(Parsed):
    """One endpoint of DescribeClientVpnEndpoints.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ConnectionLogResponseOptions.html
    """

    logged: bool | Unknown = read("ConnectionLogOptions.Enabled", kinds.flag, "whether connections are logged")
