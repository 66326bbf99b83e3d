"""Answers of AWS, drawn from botocore's own models, for the scan of a shard."""

import ast
import functools
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import quote

import botocore.session
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.model.check import Check
from muster.model.finding import Finding, Severity, Verdict, compliant
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ACCOUNT_ID = "111122223333"
PARTITIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_ELSEWHERE = ("eu-central-1", "us-east-1")
"""Where buckets may be besides."""
NEW = "quantum-🙂"
"""A value that no model knows."""

LEFT_OUT = object()
"""Stands for a member that AWS leaves out."""

_TOKENS = re.compile(
    r"(next|.*Next).*Token|(Next)?Marker|(Continuation|Pagination)Token|LastEvaluatedTableName|position"
)
_TOKEN = re.compile(r"then-(\d+)-")
_ATTRIBUTE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
_RARE = ("AssociationId", "Error", "MasterArn", "Operator", "ParentId", "RootId", "ServiceManaged", "failures")
"""Members that mostly are not there: most of what is listed is one's own."""
_BESIDE = {"Value": "Key", "value": "name"}
_COUNTED = re.compile(r"Approximate.*|.*(Seconds|Timeout|Count|Days|Period)|.*\..*_value")
_PLAIN = re.compile(r"[^\s{}%\\]{1,80}")
_KEYS, _VALUES = ("Key", "TagKey", "key"), ("Value", "TagValue", "value")
_NAMES = ("a", "DB_PASSWORD", "hunter2Zx9Qw8Er7Ty6Ui5", "x-1", "n" * 63, "key=value", "größe 🙂", "team/app:1", "*", "")
_TAG_LISTS = ("tags", "tagset", "taglist", "tagslist", "userpooltags", "identitypooltags", "resourcetags")
_TAG_KEYS = ("Owner", "owner", "CostCenter", "Environment", "Project", "a=b", "🦊 tail", "aws:stack", "k" * 128)

Place = tuple[str, str]
"""Where a value stands: the call with its parameters, and the path in the answer."""


@dataclass
class World:
    """One AWS, the same whenever it is asked the same: every answer follows from `seed` and from what was asked.

    `gaps` is the share of members that are left out, `odd` that of values nobody expects, `words` and `numbers` are
    those that the readers and checks speak of, `changes` replaces values, `tags` are what every resource is tagged
    with, if given. Lists have at most `longest` items, answers `pages` pages. `told` gathers what was looked at.
    """

    seed: object
    partition: str = "aws"
    gaps: float = 0.0
    odd: float = 0.0
    words: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    changes: Mapping[Place, object] = field(default_factory=dict)
    tags: Mapping[str, str] | None = None
    longest: int = 3
    pages: int = 3
    drawn: dict[tuple[Place, str], Any] = field(default_factory=dict)
    """What was drawn for a place under a name: worlds that differ in `changes` alone share it."""
    told: dict[Place, Any] = field(default_factory=dict)
    shapes: dict[Place, Shape] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """Where it is looked at."""
        return PARTITIONS[self.partition]

    def enumerated(self, place: Place) -> bool:
        """Whether the model lists the values that may stand somewhere."""
        return bool(getattr(self.shapes[place], "enum", ()))

    def client(self, service: str) -> Any:
        """Return an SDK client whose calls this world answers."""
        client = _client(service)
        client._make_api_call = functools.partial(self._answer, client)
        return client

    def _answer(self, client: Any, operation: str, asked: Mapping[str, Any]) -> Any:
        call = f"{client.meta.service_model.service_name}.{operation}"
        if call in _GONE and Random(f"{self.seed} {asked}").random() < 0.5:  # noqa: S311 - examples, no secrets
            answer: Any = {"Error": {"Code": _GONE[call]}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(answer, operation)
        place = (f"{call}({json.dumps(asked, sort_keys=True, default=str)})", "")
        shape = client.meta.service_model.operation_model(operation).output_shape
        texts = tuple(_texts(asked))
        page = 1 + max((int(found[1]) for text in texts if (found := _TOKEN.search(text))), default=0)
        return Told(_Draw(self, asked, texts, page, page < self.pages), shape, place)


@dataclass(frozen=True)
class _Draw:
    """How the values of one answer are drawn: from the world, what was asked, and whether there is another page."""

    world: World
    request: Mapping[str, Any]
    asked: tuple[str, ...]
    page: int
    more: bool

    def chance(self, place: Place) -> Random:
        """Return what decides on a place, the same each time."""
        return Random(f"{self.world.seed} {place}")  # noqa: S311 - examples, no secrets

    def value(self, shape: Shape, name: str, place: Place) -> Any:
        """Draw a value, or LEFT_OUT."""
        world = self.world
        if place in world.changes:
            return world.changes[place]
        if (place, name) in world.drawn:
            return self._as_drawn(shape, name, place)
        rng = self.chance(place)
        if world.tags is not None and name.lower() in _TAG_LISTS:
            return _tags(shape, world.tags)
        if name == "HasMoreDeliveryStreams":
            # The next page is named by the last name of this one, which no token is: there are two pages at most.
            return rng.random() < 0.4 and not any(each.startswith("ExclusiveStart") for each in self.request)
        if _TOKENS.fullmatch(name):
            return f"then-{self.page}-{rng.getrandbits(40)}" if self.more and rng.random() < 0.4 else LEFT_OUT
        absent = rng.random() < (0.9 if name in _RARE else world.gaps)
        found = LEFT_OUT if absent else self._value(shape, name, place)
        world.drawn[place, name] = found
        return found

    def _as_drawn(self, shape: Shape, name: str, place: Place) -> Any:
        found = self.world.drawn[place, name]
        if found is LEFT_OUT:
            return found
        if isinstance(shape, StructureShape | MapShape | ListShape):
            return self._value(shape, name, place)
        self.world.told[place] = found
        self.world.shapes[place] = shape
        return found

    def _value(self, shape: Shape, name: str, place: Place) -> Any:
        if isinstance(shape, StructureShape | MapShape):
            return Told(self, shape, place)
        rng = self.chance((place[0], f"{place[1]}="))
        if isinstance(shape, ListShape):
            return self._list(shape, name, place, rng)
        value = self._scalar(shape, name, rng)
        self.world.told[place] = value
        self.world.shapes[place] = shape
        return value

    def _list(self, shape: ListShape, name: str, place: Place, rng: Random) -> Any:
        call, path = place
        if name == "MetricDataResults":
            ids = [each["Id"] for each in self.request["MetricDataQueries"]]
            return [Told(self, shape.member, (call, f"{path}[{each}]"), Id=each) for each in ids]
        many = 2 if name in ("Timestamps", "Values") else min(rng.choice((0, 1, 1, 2, 3)), self.world.longest)
        found = [self.value(shape.member, name, (call, f"{path}[{number}]")) for number in range(many)]
        if name.endswith("Attributes") and isinstance(shape.member, StructureShape):
            for word in self.world.words:
                if _ATTRIBUTE.fullmatch(word):
                    own = (call, f"{path}[{word}]")
                    found.append(Told(self, shape.member, own, Key=word))
        return [each for each in found if each is not LEFT_OUT]

    def _scalar(self, shape: Shape, name: str, rng: Random) -> Any:
        kind = shape.type_name
        if kind == "string":
            return self._text(shape, name, rng)
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "timestamp":
            return AT - timedelta(hours=rng.choice((-2400, -1, 0, 1, 12, 30, 24 * 8, 24 * 40, 24 * 500)))
        if kind == "blob":
            return rng.choice((b"", b"\x00\xff", b"{}"))
        if "Version" in name:
            return rng.choice((1, 2))
        number = rng.choice((-1, 0, 1, 2, 7, 22, 80, 3389, 2**31 - 1, *self.world.numbers)) + rng.choice((-1, 0, 0, 1))
        number = number if rng.random() < self.world.odd else abs(number)
        return number if kind in ("integer", "long") else rng.choice((number / 1.0, 0.0, 0.5, 99.5))

    def _text(self, shape: Shape, name: str, rng: Random) -> Any:
        odd = rng.random() < self.world.odd
        # What a summary is about is called as plainly elsewhere.
        name = shape.name if shape.name in ("ComplianceResourceId", "ComplianceTypeName") else name
        if name in _POLICIES:
            return _spelled_policy(name, self.world.partition, odd, rng)
        if name in _LIKELY and (name not in _ENUMERATED_TOO or not getattr(shape, "enum", ())):
            likely = rng.choice(_LIKELY[name])
            return NEW if odd else likely.format(partition=self.world.partition, region=self.world.region)
        if values := getattr(shape, "enum", ()):
            spoken = [each for each in values if each in self.world.words] or values
            return NEW if odd else rng.choice((rng.choice(values), rng.choice(spoken)))
        if _COUNTED.fullmatch(name) and not odd:
            numbers = (0, 1, 3, 10, 30, 300, *self.world.numbers) if not name.endswith(".enabled_value") else ()
            return rng.choice(("true", "false", *map(str, numbers)))
        if name in _KEYS:
            return rng.choice(_TAG_KEYS)
        return rng.choice(rng.choice(self._pools(name, odd, rng)))

    def _pools(self, name: str, odd: bool, rng: Random) -> list[Sequence[str]]:
        if name.startswith(("Resource", "resource", "Id")) and self.asked and not odd:
            return [self.asked]
        if name.lower().endswith(("arn", "actions")) and not odd:
            arns = [each for each in self.asked if each.startswith("arn:")]
            return [arns or [_arn(self.world.partition, rng)], [_arn(self.world.partition, rng)]]
        return [pool for pool in (self.asked, self.world.words, _NAMES, ("true", "false", "0", "3")) if pool]


class Told(dict[str, Any]):
    """A structure or a map of an answer; what is in it is drawn when it is looked at."""

    def __init__(self, draw: _Draw, shape: Shape, place: Place, **fixed: Any) -> None:
        """Draw which keys a map has; `fixed` are members whose values are given."""
        super().__init__()
        self._drawn: dict[str, Any] = dict(fixed)
        self._draw, self._place = draw, place
        if isinstance(shape, MapShape):
            rng = draw.chance(place)
            keys = _MAPS.get(shape.name) or getattr(shape.key, "enum", ())
            named = keys or (*draw.world.words, *_TAG_KEYS)
            self._members = {key: shape.value for key in named if rng.random() < 0.8}
        else:
            self._members = dict(getattr(shape, "members", {}))

    def _value(self, key: object) -> Any:
        if key not in self._drawn:
            shape = self._members.get(str(key))
            call, path = self._place
            # A value beside a key or a name is about what that names.
            beside = self._value(_BESIDE[str(key)]) if key in _BESIDE else LEFT_OUT
            name = str(key) if beside is LEFT_OUT else f"{beside}_value"
            self._drawn[str(key)] = self._draw.value(shape, name, (call, f"{path}.{key}")) if shape else LEFT_OUT
        return self._drawn[str(key)]

    def __getitem__(self, key: str) -> Any:
        """Draw, and raise like any dictionary where AWS leaves it out."""
        value = self._value(key)
        if value is LEFT_OUT:
            raise KeyError(key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """Draw."""
        value = self._value(key)
        return default if value is LEFT_OUT else value

    def __contains__(self, key: object) -> bool:
        """Draw, to say whether it is there."""
        return self._value(key) is not LEFT_OUT

    def __iter__(self) -> Iterator[str]:
        """Draw all."""
        return iter([key for key in (*self._members,) if key in self])

    def keys(self) -> Any:
        """Draw all."""
        return [*iter(self)]

    def items(self) -> Any:
        """Draw all."""
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        """Draw all."""
        return [self[key] for key in self]

    def __len__(self) -> int:
        """Draw all."""
        return len([*iter(self)])

    def __or__(self, other: Any) -> Any:
        """Draw all."""
        return {**self, **other}

    def __eq__(self, other: object) -> bool:
        """Draw all."""
        return isinstance(other, Mapping) and dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show what was looked at."""
        return repr({key: value for key, value in self._drawn.items() if value is not LEFT_OUT})


@dataclass(frozen=True)
class WorldClients:
    """Stands for the clients of an account: each call is answered by a world."""

    world: World

    def get(self, service: str, _region: str) -> Any:
        """Return a client of a service."""
        return self.world.client(service)

    def counting_in(self, _ledger: object) -> "WorldClients":
        """Return the same: nothing is counted."""
        return self


def scanned(
    world: World, catalog: Catalog, check: Check, kind: str, settings: Mapping[str, object] | None = None
) -> list[Finding]:
    """Return the findings of a check on each resource of a type: a scan of one shard, one call after the other."""
    shard = Shard(ACCOUNT_ID, world.region, "any", world.region, (*PARTITIONS.values(), *_ELSEWHERE), world.partition)
    plan = read_plan(catalog, [Rule(check, kind, "any", settings or {})], inactive=True)
    clients: Any = WorldClients(world)
    return list(ShardScan(shard, plan, ScanContext(clients, AT, concurrency=1)))


def reading(facet: type, beside: type | None = None, *, related: bool = False) -> tuple[Check, list[object]]:
    """Return a check that passes whatever has a facet, and one made of its page if any; and the facets it is given."""
    seen: list[object] = []

    def judge(value: object, _beside: object = None) -> Verdict:
        seen.append(value)
        return compliant("it was read")

    facets = {"facet": facet} | ({"beside": beside} if beside else {})
    kept = frozenset({"facet"} if related else ())
    return Check("reads-a-facet", judge, Severity.LOW, (), 1, facets, kept, {}, {}, "title", "why", "fix", ""), seen


def member(place: Place) -> str:
    """Name the member of a place: the operation and the path, whichever item of a list it is in."""
    call, path = place
    return call.partition("(")[0] + re.sub(r"\[[^]]*\]", "[]", path)


def words_of(*objects: object) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the words and numbers that stand in the modules of the objects: what they compare answers with."""
    modules = dict.fromkeys(str(getattr(each, "__module__", "")) for each in objects)
    modules.pop(__name__, None)
    words: dict[str, None] = {}
    numbers: dict[int, None] = {}
    for module in modules:
        for constant in _constants(module):
            if isinstance(constant, str) and _PLAIN.fullmatch(constant):
                words[constant] = None
            elif isinstance(constant, int) and not isinstance(constant, bool):
                numbers[constant] = None
    return tuple(words), tuple(numbers)


@functools.cache
def _constants(module: str) -> tuple[object, ...]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return tuple(node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))


@functools.cache
def _client(service: str) -> Any:
    session = botocore.session.get_session()
    session.set_credentials("x", "x")
    return session.create_client(service, "eu-west-1")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, list | tuple):
        yield from (text for each in value for text in _texts(each))


def _tags(shape: Shape, tags: Mapping[str, str]) -> Any:
    """Spell tags as a shape does."""
    if "Items" in getattr(shape, "members", {}):
        return {"Items": _tags(shape.members["Items"], tags)}
    if not isinstance(shape, ListShape):
        return dict(tags)
    members = getattr(shape.member, "members", {})
    key, value = (next(each for each in spelled if each in members) for spelled in (_KEYS, _VALUES))
    return [{key: one, value: other} for one, other in tags.items()]


def _arn(partition: str, rng: Random) -> str:
    partition = rng.choice((partition, partition, *PARTITIONS))
    service, rest = rng.choice(
        (
            ("sqs", "jobs"),
            ("sns", "alerts"),
            ("dynamodb", "table/orders"),
            ("dynamodb", "table/orders/stream/2026-01-01T00:00:00.000"),
            ("kinesis", "stream/clicks"),
            ("kafka", "cluster/k/1"),
            ("lambda", "function:f"),
            ("lambda", "function:f:live"),
            ("iam", "role/a/b"),
            ("iam", "root"),
            ("kms", "key/0f1e"),
            ("ecs", "cluster/c"),
            ("ecs", "service/c/s"),
            ("ecs", "task-definition/web:7"),
            ("s3", "bucket"),
            ("elasticloadbalancing", "loadbalancer/app/web/50dc6c495c0c9188"),
            ("ec2", "volume/vol-1"),
            ("logs", "log-group:/aws/größe:*"),
        )
    )
    region = "" if service in ("iam", "s3") else PARTITIONS[partition]
    account = "" if service == "s3" else rng.choice((ACCOUNT_ID, ACCOUNT_ID, "444455556666"))
    return f"arn:{partition}:{service}:{region}:{account}:{rest}"


_MAPS: Mapping[str, tuple[str, ...]] = {
    "MapOfMethodSettings": ("*/*", "pets/GET"),
    "MapOfStringToString": ("Owner", "Environment"),
    "RouteSettingsMap": ("$connect",),
}
"""The keys of maps whose keys are nobody's words."""

_GONE: Mapping[str, str] = {"s3.HeadBucket": "404"}
"""Operations that have no answer but an error where there is nothing, with its code."""


def _doubled(value: object) -> str:
    """Spell a value in JSON, its braces as `str.format` takes them."""
    return json.dumps(value).replace("{", "{{").replace("}", "}}")


_LOW = "LOGGER_SEVERITY_INFO"
_LIKELY: Mapping[str, tuple[str, ...]] = {
    "ComplianceResourceId": ("i-1", "i-2"),
    "ComplianceTypeName": ("Patch", "Association", "Custom:Shop"),
    "AlarmActions": (
        "arn:{partition}:sns:{region}:111122223333:alerts",
        "arn:{partition}:sns:{region}:444455556666:theirs",
        "arn:{partition}:lambda:{region}:111122223333:function:f",
    ),
    "AlarmRule": ('ALARM("a") OR ALARM(x-1)', 'AT_LEAST(2, ALARM, ("a", "x-1"))', "TRUE", "("),
    "AttributeName": ("restore", "name"),
    "AttributeValues": ("all", "444455556666"),
    "CacheClusterId": ("pages-001",),
    "CacheSubnetGroupName": ("default", "private"),
    "Cidr": ("0.0.0.0/0", "::/0", "10.0.0.0/8", "198.51.100.7"),
    "CidrIp": ("0.0.0.0/0", "10.0.0.0/8", "198.51.100.7/32", "0.0.0.0/1"),
    "CidrIpv6": ("::/0", "2001:db8::/32", "::/1", "2001:DB8::1/128"),
    "DBClusterArn": ("arn:{partition}:rds:{region}:111122223333:cluster:orders",),
    "DBClusterIdentifier": ("orders", "carts", ""),
    "DBInstanceStatus": ("available", "available", "stopped"),
    "DestinationCidrBlock": ("0.0.0.0/0", "10.0.0.0/8"),
    "DestinationIpv6CidrBlock": ("::/0", "2001:db8::/32"),
    "DomainName": ("b.s3.amazonaws.com", "x.lambda-url.eu-west-1.on.aws", "www.example.com"),
    "Engine": (
        "aurora-mysql",
        "aurora-postgresql",
        "docdb",
        "mariadb",
        "mysql",
        "neptune",
        "oracle-se2",
        "postgres",
        "sqlserver-se",
        "redis",
        "memcached",
    ),
    "EngineMode": ("provisioned",),
    "EngineVersion": ("8.0.mysql_aurora.3.02.0", "8.0.mysql_aurora.3.08.0", "10.6.14", "11.8.3", "5.0.6"),
    "EventSourceArn": (
        "arn:{partition}:sqs:{region}:111122223333:jobs",
        "arn:{partition}:kinesis:{region}:111122223333:stream/clicks",
    ),
    "Field": ("host-header", "host-header", "path-pattern"),
    "FunctionArn": ("arn:{partition}:lambda:{region}:111122223333:function:f",),
    "FunctionName": ("f", "g"),
    "GatewayId": ("igw-1", "vgw-1", "local"),
    "GroupId": ("sg-1", "sg-2"),
    "GroupName": ("default", "web"),
    "ImageBlockPublicAccessState": ("unblocked", "block-new-sharing"),
    "InstanceId": ("i-1", "i-2"),
    "IpProtocol": ("tcp", "udp", "-1", "6", "icmp", "TCP"),
    "Ipv6Address": ("2001:db8::5", "fd12::5"),
    "Ipv6Prefix": ("2001:db8:0:1::/80",),
    "KeyManager": ("CUSTOMER", "CUSTOMER", "AWS"),
    "KeyId": ("0f1e", "1f2e"),
    "LaunchTemplateId": ("lt-1",),
    "ListenerArn": ("arn:{partition}:elasticloadbalancing:{region}:111122223333:listener/app/web/50dc/f2f7",),
    "LocationConstraint": ("", "EU", "eu-central-1"),
    "MasterUsername": ("admin", "awsuser", "postgres", "keeper"),
    "MultiAZ": ("Enabled", "Disabled"),
    "MemberClusters": ("pages-001",),
    "Origin": ("AWS_KMS", "AWS_KMS", "EXTERNAL"),
    "OwnerId": ("111122223333", "111122223333", "111122223333", "444455556666"),
    "ParameterName": (
        "require_ssl",
        "rds.force_ssl",
        "require_secure_transport",
        "server_audit_logging",
        "server_audit_events",
        "tls",
    ),
    "ParameterValue": ("0", "1", "false", "true", "enabled", "tls1.2+", "CONNECT"),
    "PlatformIdentifier": ("notebook-al2-v3", "notebook-al2023-v1"),
    "PolicyName": ("a", "x-1", "team/app:1"),
    "PolicyNames": ("a", "x-1"),
    "PolicyTypeName": ("SSLNegotiationPolicyType", "AppCookieStickinessPolicyType"),
    "PublicIp": ("198.51.100.7",),
    "location": ("https://bitbucket.org/o/r.git", "https://u:p@bitbucket.org/o/r.git"),
    "ReplicationTaskSettings": (
        _doubled({"Logging": {"EnableLogging": False}}),
        *(
            _doubled({"Logging": {"EnableLogging": True, "LogComponents": [{"Id": each, "Severity": _LOW}]}})
            for each in ("TARGET_LOAD", "SOURCE_UNLOAD")
        ),
    ),
    "ReplicationGroupId": ("pages", ""),
    "Runtime": ("python3.8", "python3.13", "nodejs16.x"),
    "SecurityConfiguration": (
        '{{"EncryptionConfiguration": {{"EnableAtRestEncryption": true, "EnableInTransitEncryption": false}}}}',
        '{{"EncryptionConfiguration": {{"EnableAtRestEncryption": false, "EnableInTransitEncryption": true}}}}',
    ),
    "SslPolicy": ("ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
    "Priority": ("1", "2", "default"),
    "State": ("Enabled", "Enabled", "Disabled", "available"),
    "StateTransitionReason": ("User initiated (2026-09-01 12:30:00 GMT)", "Server.ScheduledStop", ""),
    "StatusCode": ("Complete", "Complete", "Complete", "PartialData"),
    "TargetGroupArn": ("arn:{partition}:elasticloadbalancing:{region}:111122223333:targetgroup/web/73e2",),
    "URI": ("http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/s3/LogDelivery"),
    "SnapshotId": ("snap-1", "snap-2"),
    "SnapshotType": ("manual", "manual", "automated"),
    "SubnetId": ("subnet-1", "subnet-2"),
    "SubnetIdentifier": ("subnet-1", "subnet-2"),
    "Values": ("www.example.com", "WWW.example.com"),
    "VpcId": ("vpc-1", "vpc-2"),
    "VolumeId": ("vol-1", "vol-2"),
    "VpcSecurityGroupId": ("sg-1", "sg-2"),
    "capacityProvider": ("FARGATE", "FARGATE_SPOT", "mine"),
    "containerInsights_value": ("enabled", "enhanced", "disabled"),
    "mode": ("non-blocking", "non-blocking", "blocking"),
    "elb.http.desyncmitigationmode_value": ("monitor", "defensive", "strictest"),
    "routing.http.desync_mitigation_mode_value": ("monitor", "defensive", "strictest"),
    "cpu": ("256", "1024", ".5 vCPU"),
    "image": ("nginx", "nginx:latest", "nginx:1", "x.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:" + "0" * 64),
    "memory": ("512", "2048", "1GB"),
    "operatingSystemFamily": ("LINUX", "LINUX", "WINDOWS_SERVER_2022_CORE"),
    "platformVersion": ("LATEST", "1.3.0", "1.4.0", "1.0.0"),
    "strategy": ("ROLLING", "ROLLING", "CANARY"),
    "taskDefinition": ("arn:{partition}:ecs:{region}:111122223333:task-definition/web:7",),
    "version": ("1.30", "1.36", "1.99"),
    "user": ("root", "0", "1000:1000", "app", "0:0", ""),
}
"""What stands in members that the models call plain strings, or that have many values of which few matter."""

_ENUMERATED_TOO = ("State",)
"""Members that are a plain string in some shapes and enumerated in others."""

_POLICIES = (
    "AssumeRolePolicyDocument", "Document", "Policy", "PolicyContent", "PolicyDocument", "RedrivePolicy",
    "policyDocument",
)  # fmt: skip
_AS_TEXT = ("Policy", "policyDocument")
"""Policies that a service sends as they are, without percent signs."""


def _spelled_policy(name: str, partition: str, odd: bool, rng: Random) -> Any:
    if odd:
        return rng.choice(_BROKEN)
    if name == "PolicyContent":
        return rng.choice(_TAG_POLICIES)
    if name == "RedrivePolicy":
        target = f"arn:{partition}:sqs:{PARTITIONS[partition]}:{ACCOUNT_ID}:dead"
        return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": rng.choice((1, 5, "3"))})
    text = _policy(partition, rng)
    return text if name in _AS_TEXT else rng.choice((json.loads(text), quote(text), text))


def _one_or_many(values: Sequence[str], rng: Random) -> Any:
    picked = rng.sample(values, rng.choice((1, 1, 2)))
    return picked[0] if len(picked) == 1 and rng.random() < 0.6 else picked


def _policy(partition: str, rng: Random) -> str:
    """Draw a policy in any legal spelling."""
    statements = [_statement(partition, rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    document: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
    if len(statements) == 1 and rng.random() < 0.5:
        document["Statement"] = statements[0]
    return json.dumps(document, ensure_ascii=rng.random() < 0.5)


def _statement(partition: str, rng: Random) -> dict[str, Any]:
    said: dict[str, Any] = {"Effect": rng.choice(("Allow", "Allow", "Deny"))}
    if rng.random() < 0.95:
        principals = rng.choice(
            (
                "*",
                {"AWS": "*"},
                {"AWS": [f"arn:{partition}:iam::444455556666:root", ACCOUNT_ID]},
                {"Service": "s3.amazonaws.com"},
                {"Service": "omics.amazonaws.com"},
                {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"], "Federated": "accounts.google.com"},
                {"Federated": f"arn:{partition}:iam::{ACCOUNT_ID}:oidc-provider/token.actions.githubusercontent.com"},
                {"CanonicalUser": "0" * 64},
            )
        )
        said[rng.choice(("Principal", "Principal", "Principal", "NotPrincipal"))] = principals
    actions = (
        "*",
        "s3:*",
        "s3:PutBucketPolicy",
        "sts:AssumeRole",
        "sts:AssumeRoleWithWebIdentity",
        "kms:Decrypt",
        "iam:Pass*",
        "lambda:InvokeFunction",
        "SQS:SendMessage",
        "sns:Publish",
    )
    said[rng.choice(("Action", "Action", "Action", "NotAction"))] = _one_or_many(actions, rng)
    where = ("*", f"arn:{partition}:s3:::b", f"arn:{partition}:s3:::b/*", f"arn:{partition}:kms:*:*:key/*")
    said[rng.choice(("Resource", "Resource", "Resource", "NotResource"))] = _one_or_many(where, rng)
    if rng.random() < 0.4:
        said["Condition"] = rng.choice(
            (
                {"Bool": {"aws:SecureTransport": "false"}},
                {"Bool": {"aws:SecureTransport": False}},
                {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID, "AWS:SourceArn": ["arn:aws:s3:::b"]}},
                {"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgID": ["o-1", "o-2"]}},
                {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
                {"NumericLessThan": {"s3:TlsVersion": 1.2}},
                {"Null": {"aws:MultiFactorAuthAge": True}},
                {},
            )
        )
    return said


_BROKEN = ("", "{", "[]", "7", "null", "%7B", '{"Statement": 7}', '{"Statement": [{"Effect": "Maybe"}]}', '{"tags": 7}')
_TAG_POLICIES = (
    "",
    '{"tags": {"owner": {"tag_key": "Owner", "tag_value": ["a*", "b"]}}}',
    '{"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": {"@@assign": ["1"]}}}}',
    '{"tags": {"owner": {"tag_key": "Owner", "tag_value": 7}}}',
)
