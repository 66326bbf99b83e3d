"""The resources that an event of CloudTrail names: ids and ARNs out of what was sent and answered. Pure.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from muster.model.arn import PREFIX, Arn, ArnForm, Named, parsed_arn
from muster.model.finding import ACCOUNT

ANY = "any"
"""The type of a resource is that of its ARN."""
BY_PREFIX = "tags"
"""The type of a resource of EC2 is that of its id's prefix."""
_PREFIXES = MappingProxyType(
    {
        "acl": "AWS::EC2::NetworkAcl",
        "ami": "AWS::EC2::Image",
        "cgw": "AWS::EC2::CustomerGateway",
        "cvpn-endpoint": "AWS::EC2::ClientVpnEndpoint",
        "dopt": "AWS::EC2::DHCPOptions",
        "eipalloc": "AWS::EC2::EIP",
        "eni": "AWS::EC2::NetworkInterface",
        "fl": "AWS::EC2::FlowLog",
        "i": "AWS::EC2::Instance",
        "igw": "AWS::EC2::InternetGateway",
        "lt": "AWS::EC2::LaunchTemplate",
        "nat": "AWS::EC2::NatGateway",
        "pcx": "AWS::EC2::VPCPeeringConnection",
        "pl": "AWS::EC2::PrefixList",
        "rtb": "AWS::EC2::RouteTable",
        "sfr": "AWS::EC2::SpotFleet",
        "sg": "AWS::EC2::SecurityGroup",
        "snap": "AWS::EC2::Snapshot",
        "subnet": "AWS::EC2::Subnet",
        "tgw": "AWS::EC2::TransitGateway",
        "tgw-attach": "AWS::EC2::TransitGatewayAttachment",
        "tgw-rtb": "AWS::EC2::TransitGatewayRouteTable",
        "tmf": "AWS::EC2::TrafficMirrorFilter",
        "tms": "AWS::EC2::TrafficMirrorSession",
        "tmt": "AWS::EC2::TrafficMirrorTarget",
        "vgw": "AWS::EC2::VPNGateway",
        "vol": "AWS::EC2::Volume",
        "vpc": "AWS::EC2::VPC",
        "vpce-svc": "AWS::EC2::VPCEndpointService",
        "vpn": "AWS::EC2::VPNConnection",
    }
)
_ROOTS = MappingProxyType({"r": "requestParameters", "s": "responseElements"})
_WRAPPERS = ("Request", "Req", "Response")
_PATHS_OF_NAMES = (
    "AWS::AmazonMQ::Broker",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::AutoScaling::LaunchConfiguration",
    "AWS::EKS::Nodegroup",
    "AWS::ElasticBeanstalk::Environment",
    "AWS::CloudFormation::Stack",
    "AWS::IAM::Group",
    "AWS::IAM::Role",
    "AWS::IAM::ServerCertificate",
    "AWS::IAM::User",
    "AWS::SecretsManager::Secret",
    "AWS::WAFv2::RuleGroup",
    "AWS::WAFv2::WebACL",
)
"""Types whose ARNs have more before the name or the id that events have than can be known: they are found by it."""


@dataclass(frozen=True, slots=True)
class Place:
    """The partition, region and account of an event."""

    partition: str
    region: str
    account_id: str


def named(
    detail: Mapping[str, Any], kind: str, paths: Sequence[str], place: Place, forms: Mapping[str, ArnForm]
) -> Iterator[Named]:
    """Yield the resources of a type that an event names, by the first path that finds any.

    Without paths the account or the region itself is named.
    """
    if not paths:
        yield Named(kind, place.account_id, "" if kind == ACCOUNT else place.region)
    for path in paths:
        if texts := list(_joined(detail, path)):
            cluster = next(values(detail, "r.cluster"), "default") if kind == "AWS::ECS::Service" else ""
            yield from of_ids((_in_cluster(each, cluster) for each in texts), kind, place, forms)
            return


def of_ids(texts: Iterable[str], kind: str, place: Place, forms: Mapping[str, ArnForm]) -> Iterator[Named]:
    """Yield the resources that ids or ARNs name; a text that is neither for this type names none."""
    for text in texts:
        if kind == ANY:
            yield from _by_arn(text, forms, place)
        else:
            resource_type = _PREFIXES.get(_prefix(text), "") if kind == BY_PREFIX else kind
            yield from _of_type(text, resource_type, place, forms)


def _prefix(text: str) -> str:
    """Return the prefix of an id of EC2: `tgw` of `tgw-0a1`, `tgw-attach` of `tgw-attach-0a1`."""
    return "sfr" if text.startswith("sfr-") else text.rpartition("-")[0]  # the rest of a Spot Fleet's is a UUID


def _joined(detail: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the texts at a path; paths with a slash between them make ids of two parts, such as a stage of an API."""
    first, _, rest = path.partition("/")
    for text in values(detail, first):
        yield from (f"{text}/{each}" for each in values(detail, rest)) if rest else (text,)


def values(detail: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the texts at a path of an event, also where EC2 wraps what was sent; nothing where there are none."""
    first, *rest = path.split(".")
    if first not in _ROOTS:
        yield from _texts(_follow([detail], [first, *rest]))
        return
    root = detail.get(_ROOTS[first])
    if not isinstance(root, Mapping):
        return
    wrapped = [each for name, each in root.items() if str(name).endswith(_WRAPPERS) and isinstance(each, Mapping)]
    for start in (root, *wrapped):
        if found := list(_texts(_follow([start], rest))):
            yield from found
            return


def _follow(items: Sequence[Any], steps: Sequence[str]) -> Iterator[Any]:
    if not steps:
        yield from items
        return
    step, *rest = steps
    name = step.removesuffix("[]")
    for item in items:
        if isinstance(item, Mapping):
            value = item.get(name, item.get(name[:1].upper() + name[1:]))
            yield from _follow(value if step.endswith("[]") and isinstance(value, list) else [value], rest)


def _texts(found: Iterable[Any]) -> Iterator[str]:
    """Yield texts: of lists each, and the content where EC2 writes an element as `{"tag": 1, "content": "vpc-1"}`."""
    for each in found:
        if isinstance(each, str) and each:
            yield each
        elif isinstance(each, list):
            yield from _texts(each)
        elif isinstance(each, Mapping):
            yield from _texts([each.get("content")])


def _by_arn(text: str, forms: Mapping[str, ArnForm], place: Place) -> tuple[Named, ...]:
    """Return what an ARN may name; the account is the event's: the ARN of a subscription has its topic's."""
    try:
        found = parsed_arn(text, forms)
    except ValueError:
        return ()
    return tuple(replace(each, account_id=place.account_id) for each in found)


def _of_type(text: str, kind: str, place: Place, forms: Mapping[str, ArnForm]) -> tuple[Named, ...]:
    form = forms.get(kind)
    if form is None:
        return ()
    text = _CONVERTED.get(kind, _same)(text)
    if text.startswith(PREFIX):
        return _by_arn(text, {kind: form}, place)
    region = place.region if "{region}" in form.text else ""
    made = form.arn(place.partition, place.region, place.account_id, text)
    if kind in _PATHS_OF_NAMES:
        return (Named(kind, place.account_id, region, text),) if text else ()
    # An id that does not fit the form, such as the alias of a key, names nothing that is listed.
    found = _by_arn(made, {kind: form}, place)
    return tuple(each for each in found if each.id == text)


def _in_cluster(service: str, cluster: str) -> str:
    """Return a service of ECS with its cluster, as it is listed; an ARN of the older form has none."""
    if not cluster:
        return service
    arn = Arn.parse(service)
    if arn is not None and len(arn.path) > 2:  # noqa: PLR2004 - service, cluster and name
        return service
    return f"{cluster.rpartition('/')[2]}/{service.rpartition('/')[2]}"


def _same(text: str) -> str:
    return text


def _function(text: str) -> str:
    """Return a function's name: of its ARN, of a partial ARN, or of a name, each with or without a qualifier."""
    rest = text.partition(":function:")[2] if ":function:" in text else text
    return rest.partition(":")[0]


def _queue(url: str) -> str:
    """Return the name at the end of a queue's URL."""
    return url.rpartition("/")[2]


def _last(text: str) -> str:
    """Return the id of `/hostedzone/Z1`."""
    return text if text.startswith(PREFIX) else text.rpartition("/")[2]


def _table(text: str) -> str:
    """Return the table of `table/orders` or `table/orders/index/by-day`; nothing of what else is scaled."""
    if "/" not in text or text.startswith(PREFIX):
        return text
    kind, name, *_ = text.split("/")
    return name if kind == "table" else ""


def _listener(arn: str) -> str:
    """Return the ARN of a rule's listener."""
    found = re.fullmatch(r"(.+):listener-rule/(.+)/[^/]+", arn)
    return f"{found[1]}:listener/{found[2]}" if found else arn


def _load_balancer(arn: str) -> str:
    """Return the ARN of a listener's load balancer."""
    found = re.fullmatch(r"(.+):listener/(.+)/[^/]+", arn)
    return f"{found[1]}:loadbalancer/{found[2]}" if found else arn


_CONVERTED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "AWS::DynamoDB::Table": _table,
        "AWS::ElasticLoadBalancingV2::Listener": _listener,
        "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
        "AWS::Lambda::Function": _function,
        "AWS::Route53::HostedZone": _last,
        "AWS::SQS::Queue": _queue,
    }
)
