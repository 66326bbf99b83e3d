"""Declarations of listers and describers: the facet, the call and its permission."""

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, Unpack

from muster.model.arn import ArnForm
from muster.model.finding import ACCOUNT, REGION, Related, Resource
from muster.model.listing import Facet, Listed, Narrowing, Page
from muster.model.paging import Paging
from muster.model.shard import Shard

F = TypeVar("F", bound=Facet)
Of = TypeVar("Of")
Call = Callable[..., Mapping[str, Any]]
"""Calls AWS with (client, resource), or with (client, resource, key), and returns the answer."""

List = Callable[..., Page]
"""Requests one page with (client, shard, token): the first page, or the one that a token names."""


@dataclass(frozen=True, slots=True)
class Lister:
    """Lists one resource type, a page a call; `page` is how many resources a full page holds.

    `of` is a facet of the region or account that the listing is made from, passed as the fourth argument: what is
    read once for other checks is not listed again. `each_of` is the resource type whose resources are listed for one by
    one. `reads` names what is read of an answer, where nothing else is parsed: see `muster.sdk.wire`. `on` is the
    narrowest pattern of ARNs that the permissions besides the listing's take, and those of the type's describers that
    declare none. `granted_on` is the pattern that the listing's own permission takes, where IAM has one for it.
    `operation_name` is the API operation where IAM's action has another name. With `once_per_account` one listing has
    the resources of all regions.

    Some resources alone are scanned by their names: `arn` is the form of their ARNs; `only` narrows the call to some
    ids, which the function takes as keyword arguments; `made` makes a resource of an id where the listing holds no
    more than names; `gone` are the error codes by which AWS says that a resource of this type does not exist.

    With `rest` it lists what no other lister lists: the function takes the forms of the others' ARNs as `known`, a
    sequence of them by the service in the ARN.
    """

    resource_type: str
    client: str
    permission: str
    permissions: tuple[str, ...]
    facets: tuple[type, ...]
    function: List
    reads: tuple[str, ...] = ()
    page: int = 100
    of: type | None = None
    on: str = "*"
    granted_on: str = "*"
    each_of: str = ""
    operation_name: str = ""
    once_per_account: bool = False
    arn: ArnForm | None = None
    only: Narrowing | None = None
    made: Callable[[Shard, str], Listed] | None = None
    gone: frozenset[str] = frozenset()
    rest: bool = False

    @property
    def operation(self) -> str:
        """The API operation it calls, as `service:Operation`, both spelled as the SDK spells them."""
        return _operation(self)


def lists(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    *,
    permission: str,
    client: str = "",
    facets: tuple[type, ...] = (),
    also: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    page: int = 100,
    of: type | None = None,
    on: str = "*",
    granted_on: str = "*",
    each_of: str = "",
    operation: str = "",
    once_per_account: bool = False,
    arn: str = "",
    only: Narrowing | None = None,
    made: Callable[[Shard, str], Listed] | None = None,
    gone: tuple[str, ...] = (),
    rest: bool = False,
) -> Callable[[List], Lister]:
    """Declare a lister; `facets` come with the listing, `also` are permissions that it needs besides.

    `client` and `operation` are the SDK's names where IAM's differ from them. The rest is as `Lister` explains it.
    """

    def declare(function: List) -> Lister:
        return Lister(
            resource_type=resource_type, client=client or _service(permission), function=function, facets=facets,
            permission=permission, permissions=(permission, *also), on=on, operation_name=operation, reads=reads,
            page=page, of=of, granted_on=granted_on, each_of=each_of, once_per_account=once_per_account,
            arn=ArnForm(arn) if arn else None, only=only, made=made, gone=frozenset(gone),
            rest=rest,
        )  # fmt: skip

    return declare


@dataclass(frozen=True, slots=True)
class Describer:
    """Reads one facet of one resource with one call, or of up to `at_once` resources.

    `permissions` are all that it needs. `keys` is called with the facet `of` and the resource. `call` is the call of
    a short form, without the parsing. For the other fields see `Options`.
    """

    resource_type: str
    service: str
    client: str
    permission: str
    facet: type
    function: Callable[..., Any]
    absent: frozenset[str]
    permissions: tuple[str, ...]
    of: type | None = None
    keys: Callable[[Any, Resource], Sequence[str]] | None = None
    when: Callable[[Any], bool] | None = None
    at_once: int = 1
    timed: bool = False
    elsewhere: bool = False
    given: bool = False
    on: str | Mapping[str, str] = "*"
    operation_name: str = ""
    page: Paging | None = None
    call: Call | None = None

    @property
    def operation(self) -> str:
        """The API operation it calls, as `service:Operation`, both spelled as the SDK spells them."""
        return _operation(self)

    @property
    def related(self) -> bool:
        """Whether it reads other resources than the judged one."""
        return self.keys is not None


class Options(typing.TypedDict, typing.Generic[Of], total=False):
    """Options of a describer besides its resource type, its permission and its facet."""

    client: str
    """The SDK's name of the service, where IAM's differs from it."""
    operation: str
    """The API operation, where IAM's action has another name."""
    also: tuple[str, ...]
    """Permissions that it needs besides."""
    on: str | Mapping[str, str]
    """The narrowest pattern of ARNs that the permissions take, or that each takes: one that is missing takes none."""
    absent: tuple[str, ...]
    """The error codes by which AWS says that there is none."""
    of: "type[Of]"
    """The facet that `when` and `keys` are called with; `Related[Facet]` where that facet is one of other resources."""
    when: "Callable[[Of], bool]"
    """Calls only for the resources where this is true; for the others there is none."""
    keys: "Callable[[Of], Sequence[str]]"
    """Reads the facet of the resources that the judged one names, once for each of these keys."""
    keys_for: "Callable[[Of, Resource], Sequence[str]]"
    """As `keys`, where the keys depend on the judged resource too."""
    service: str
    """The service whose shards read it: only for a facet of the account, which is not the client's everywhere."""
    page: Paging
    """The number of calls that reading a whole region takes; without, it counts as one."""
    at_once: int
    """The most resources that one call reads."""
    timed: bool
    """Passes the time when the scan began, as `at`."""
    elsewhere: bool
    """Passes a function that returns the client of a service in a region, as `clients`."""
    given: bool
    """Passes the facet `of` as the third argument: only for a facet of the account or the region."""


def describes(
    resource_type: str, *, permission: str, **options: Unpack[Options[Of]]
) -> Callable[[Callable[..., Any]], Describer]:
    """Declare a describer: a function of (client, resource), or of (client, resource, key) with keys.

    The facet is what the function is annotated to return. With `at_once` it is a function of (client, resources) that
    returns `Mapping[str, the facet]` by the resources' ids; with keys too, of (client, region, keys), and the answer is
    by key. What is missing in the answer could not be read.

    Raises:
        TypeError: the declaration is incomplete; the message says what to change.
    """

    def declare(function: Callable[..., Any]) -> Describer:
        facet = _annotated(function, options)
        return _describer(resource_type, facet, permission, function, **options)

    return declare


def reads(resource_type: str, facet: type[F], permission: str, call: Call, **options: Unpack[Options[Of]]) -> Describer:
    """Declare a describer that makes one call and parses its answer as it is.

    `call` is a function of (client, resource), or of (client, resource, key) with keys.

    Raises:
        TypeError: the declaration is incomplete; the message says what to change.
    """
    return replace(_describer(resource_type, facet, permission, _parsing(facet, call), **options), call=call)


def related(
    describer: Describer, facet: type[F], *, of: type[Of], keys: Callable[[Of], Sequence[str]], gone: str
) -> Describer:
    """Declare that what a short form reads of a resource is read too of those that the judged one names.

    `facet` marks whose facet it is: a subclass of the describer's. `gone` is the error code that says that a resource
    of this name does not exist.

    Raises:
        TypeError: the describer is no short form, or the facet no subclass of its facet.
    """
    call = describer.call
    if call is None or not issubclass(facet, describer.facet):
        raise TypeError(f"{facet.__name__}: it is no {describer.facet.__name__}, or that is not read by a short form")

    def call_with_key(client: Any, resource: Resource, key: str) -> Mapping[str, Any]:
        return call(client, replace(resource, id=key, arn=None))

    return replace(
        describer, facet=facet, function=_parsing(facet, call_with_key), call=call_with_key,
        absent=describer.absent | {gone}, of=of, keys=_with_resource(keys),
    )  # fmt: skip


def _describer(
    resource_type: str, facet: type, permission: str, function: Callable[..., Any], **options: Unpack[Options[Of]]
) -> Describer:
    name = f"{function.__module__}.{function.__name__}"
    of, keys, keys_for = options.get("of"), options.get("keys"), options.get("keys_for")
    if of is None and (keys or keys_for or "when" in options):
        raise TypeError(f"{name}: keys and when are read from a facet; name it with of")
    if options.get("given") and (of is None or resource_type not in (ACCOUNT, REGION)):
        raise TypeError(f"{name}: only a facet of the account or the region is given another one; name it with of")
    if "service" in options and resource_type not in (ACCOUNT, REGION):
        raise TypeError(f"{name}: the service is the lister's; name one for a facet of the account or the region only")
    client = options.get("client") or _service(permission)
    return Describer(
        resource_type=resource_type, service=options.get("service", client), client=client, facet=facet,
        function=function, absent=frozenset(options.get("absent", ())),
        permission=permission, permissions=(permission, *options.get("also", ())), on=options.get("on", "*"),
        of=typing.get_args(of)[0] if typing.get_origin(of) is Related else of,
        keys=keys_for or (_with_resource(keys) if keys else None), when=options.get("when"),
        at_once=options.get("at_once", 1), timed=options.get("timed", False),
        elsewhere=options.get("elsewhere", False), given=options.get("given", False),
        operation_name=options.get("operation", ""), page=options.get("page"),
    )  # fmt: skip


def _parsing(facet: type[F], call: Call) -> Callable[..., F]:
    """Return a describer's function that parses the answer of a call."""

    def read(client: Any, resource: Resource, *key: str) -> F:
        return facet.parse(call(client, resource, *key))

    read.__name__, read.__module__ = facet.__name__, call.__module__
    return read


def _operation(reader: Lister | Describer) -> str:
    name = reader.operation_name or reader.permission.partition(":")[2]
    return name if ":" in name else f"{reader.client}:{name}"


def _service(permission: str) -> str:
    return permission.partition(":")[0]


def _with_resource(keys: Callable[[Any], Sequence[str]]) -> Callable[[Any, Resource], Sequence[str]]:
    return lambda facet, _resource: keys(facet)


def _annotated(function: Callable[..., Any], options: Options[Any]) -> type:
    """Return the facet that a describer is annotated to return."""
    name = f"{function.__module__}.{function.__name__}"
    many = options.get("at_once", 1) > 1
    for option, parameter in (("timed", "at"), ("elsewhere", "clients")):
        if bool(options.get(option)) != (parameter in function.__annotations__):
            raise TypeError(
                f"{name}: a describer with {option}=True, and no other, has a keyword-only parameter `{parameter}`"
            )
    facet = function.__annotations__.get("return")
    if many:
        answer = typing.get_args(facet)
        facet = answer[1] if len(answer) == 2 else None  # noqa: PLR2004 - key and value
    if not isinstance(facet, type) or not hasattr(facet, "parse"):
        annotation = "Mapping[str, the facet], as it reads many at once" if many else "the facet it returns"
        raise TypeError(f"{name}: a describer is annotated with {annotation}")
    return facet
