"""The projecting parser reads of DescribeInstances what botocore reads, as far as anybody looks at it."""

import threading
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.config
import botocore.parsers
import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.facets.ec2.instances import Instance
from muster.facets.tagging.tags import Tags
from muster.model.coverage import Ledger
from muster.model.listing import Listed
from muster.model.shard import Shard
from muster.readers.ec2.instances import instances
from muster.sdk.errors import transient
from muster.sdk.session import Clients, reading
from muster.sdk.wire import ec2_parser
from muster.sdk.wire.projection import BESIDE, Paths, tree
from testing.fake_aws import ec2_answers
from testing.fake_aws.estate import Estate
from testing.fake_aws.process import FakeAws
from tests.examples import examples
from tests.integration.conftest import listing
from tests.unit.sdk.wire.test_projection import Style, Writer, paths_in, styles

HERE = "eu-west-1"
SHARD = Shard("123456789012", HERE, "ec2", HERE, (HERE,))
NAMESPACES = ("http://ec2.amazonaws.com/doc/2016-11-15/", "http://ec2.amazonaws.com/doc/2036-01-01/", "")
ROOT = "DescribeInstancesResponse"
REQUIRED = frozenset({"Reservations", "Instances", "InstanceId", "Key"})
FULL = botocore.session.Session().get_service_model("ec2").operation_model("DescribeInstances")
CUT = reading(botocore.session.Session()).get_service_model("ec2").operation_model("DescribeInstances")
READS: Any = tree(instances.reads)
FACTORY = ec2_parser.Factory(load().projections())
EMPTY = f'<{ROOT} xmlns="{NAMESPACES[0]}"><requestId>r</requestId>{{}}</{ROOT}>'
BOTH = [pytest.param(False, id="botocore"), pytest.param(True, id="ours")]


def said(body: bytes, status: int = 200) -> dict[str, Any]:
    return {"status_code": status, "headers": {}, "body": body}


def botocores(body: bytes) -> Any:
    return botocore.parsers.EC2QueryParser().parse(said(body), FULL.output_shape)


def ours(body: bytes) -> Any:
    return FACTORY.create_parser("ec2").parse(said(body), CUT.output_shape)


def restricted(value: Any, paths: Paths | None) -> Any:
    """Return what is left of an answer when only the named members are."""
    if isinstance(value, list):
        return [restricted(inner, paths) for inner in value]
    if not isinstance(value, dict) or paths is None:
        return value
    read = {name.removesuffix(BESIDE): within for name, within in paths.items()}
    left = {name: restricted(inner, read[name]) for name, inner in value.items() if name in read}
    return {name: [] if isinstance(inner, list) and bare(inner, read[name]) else inner for name, inner in left.items()}


def bare(value: Any, paths: Paths | None) -> bool:
    """Whether a list holds no leaf but those that are read for what stands beside them, where there are such."""
    marked = {path for path in dotted(paths) if path.endswith(BESIDE)}
    held = set(paths_in(value, ""))
    return bool(marked) and not held & (set(dotted(paths)) - marked)


def dotted(paths: Paths | None, before: str = "") -> list[str]:
    """Return the leaves of a tree of members as dotted paths."""
    if paths is None:
        return [before[:-1]]
    return [path for name, within in paths.items() for path in dotted(within, f"{before}{name}.")]


def unmarked() -> set[str]:
    """Return the paths of what is read, without the marks."""
    return {path.removesuffix(BESIDE) for path in instances.reads}


def each(answer: Mapping[str, Any]) -> list[Any]:
    """Return the instances of an answer, whichever reservation holds them."""
    return [item for reservation in answer.get("Reservations", ()) for item in reservation.get("Instances", ())]


def listed(answer: Any) -> tuple[list[Listed], str | None, str]:
    """Return what becomes of an answer: resources with facets, the next token, and the error that ended it."""
    page = instances.function(SimpleNamespace(describe_instances=lambda **_: answer), SHARD, None)
    found: list[Listed] = []
    try:
        found.extend(page.items)
    except (KeyError, TypeError, AttributeError) as error:
        return found, page.then or None, repr(error)
    return found, page.then or None, ""


def agree(body: bytes) -> list[Any]:
    expected = botocores(body)
    if "Reservations" not in expected:
        with pytest.raises(botocore.parsers.ResponseParserError, match="it has no reservationSet"):
            ours(body)
        return []
    found = each(ours(body))
    assert found == [restricted(item, READS["Reservations"]["Instances"]) for item in each(expected)]
    assert listed(ours(body)) == listed(expected)
    return found


def page_of(estate: Estate, count: int, token: str = "") -> bytes:
    render = ec2_answers.instances_page(SHARD.account_id)
    return ec2_answers.describe_instances(render((estate.instance(n) for n in range(count)), HERE), token)


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles(NAMESPACES, REQUIRED))
@example(style=Style(namespace=NAMESPACES[0], required=REQUIRED))
@example(style=Style(density=0, required=REQUIRED))
@example(style=Style(strangers=True, shuffled=True, indent="    ", newline="\r\n", namespace=NAMESPACES[0]))
def test_of_any_body_that_the_shape_allows_the_same_is_read(style: Style) -> None:
    agree(Writer(style).body(ROOT, FULL.output_shape))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles(NAMESPACES))
def test_of_a_body_that_lacks_even_ids_the_same_is_read(style: Style) -> None:
    agree(Writer(style).body(ROOT, FULL.output_shape))


def test_the_bodies_hold_every_member_that_is_read() -> None:
    seen: set[str] = set()
    for seed in range(40):
        body = Writer(Style(seed=seed, namespace=NAMESPACES[0])).body(ROOT, FULL.output_shape)
        seen |= set(paths_in(agree(body), "Reservations.Instances."))
    assert unmarked() <= seen


@pytest.mark.parametrize("padding", [0, 3 << 20])
def test_a_body_is_read_the_same_in_one_piece_and_in_several(padding: int) -> None:
    for seed in range(5):
        agree(Writer(Style(seed=seed, namespace=NAMESPACES[0])).body(ROOT, FULL.output_shape, padding))


@pytest.mark.parametrize("size", [1, 64, 1000])
@pytest.mark.parametrize("indent", ["", "  "])
def test_wherever_the_pieces_end_no_text_is_lost(size: int, indent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ec2_parser, "_SLICE", size)
    for seed in range(20):
        style = Style(seed=seed, density=0.6, namespace=NAMESPACES[0], indent=indent, required=REQUIRED)
        agree(Writer(style).body(ROOT, FULL.output_shape))


ITEM = "<item>\n<instanceId>i-{}</instanceId>{}</item>\n"


def pieces_of(body: bytes) -> list[int]:
    """Return how many instances each document holds that a body is cut into."""
    lazy = ours(body)["Reservations"]
    return [
        sum(len(inner) for inner in piece.iter(lazy._namespace + lazy._nested.tags[1]))
        for piece in ec2_parser._pieces(lazy._body, lazy._nested)
    ]


@pytest.mark.parametrize("in_one", [1, 7, 90, 500])
def test_no_piece_is_much_larger_than_a_slice_however_many_instances_a_reservation_has(in_one: int) -> None:
    items = [ITEM.format(number, "<architecture>" + "x" * 6_000 + "</architecture>") for number in range(500)]
    reservations = ("".join(items[start : start + in_one]) for start in range(0, 500, in_one))
    inner = "".join(f"<item><instancesSet>{each}</instancesSet></item>" for each in reservations)
    body = EMPTY.format(f"<reservationSet>{inner}</reservationSet>").encode()
    assert len(agree(body)) == 500
    held = pieces_of(body)
    assert sum(held) == 500
    assert max(held) * 6_000 < 2 * ec2_parser._SLICE


@pytest.mark.parametrize(
    "stranger",
    [
        "<!-- <item>\n<instanceId> -->",
        "<!-- <instancesSet><item>\n<instanceId> -->",
        "<zz><![CDATA[<item>\n<instanceId>]]></zz>",
        "<zz><![CDATA[<instancesSet><item>\n<instanceId>]]></zz>",
        "<zz><item>\n<instanceId>i-9</instanceId></item></zz>",
        "<zz><instancesSet><item>\n<instanceId/></item></instancesSet></zz>",
        "<?zz <item>\n<instanceId> ?>",
        "<?zz <instancesSet><item>\n<instanceId> ?>",
    ],
)
@pytest.mark.parametrize("place", ["before", "among", "within", "behind", "everywhere"])
def test_what_looks_like_the_place_to_cut_and_is_none_is_not_cut(
    stranger: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = {name: stranger if place in (name, "everywhere") else "" for name in ("before", "among", "within", "behind")}
    items = ITEM.format(1, at["within"]) + at["among"] + ITEM.format(2, at["within"])
    reservation = f"<item><instancesSet>{at['among']}{items}</instancesSet>{at['behind']}</item>"
    body = EMPTY.format(f"{at['before']}<reservationSet>{reservation * 3}</reservationSet>").encode()
    # Whatever stands in a list is an item of it, for botocore too; what has no id is no instance.
    expected = [item["InstanceId"] for item in each(botocores(body)) if "InstanceId" in item]
    assert expected.count("i-1") == 3
    for size in (1, 150, 300, 600):
        monkeypatch.setattr(ec2_parser, "_SLICE", size)
        assert [item["InstanceId"] for item in each(ours(body)) if "InstanceId" in item] == expected, size


def test_an_estates_instances_are_read_the_same_and_are_what_the_estate_says() -> None:
    estate = Estate(instances=400)
    body = page_of(estate, 400, "bmV4dA==")
    assert len(body) > 2 * ec2_parser._SLICE, "it is read in several pieces"
    assert len(agree(body)) == 400
    found, then, error = listed(ours(body))
    assert (then, error) == ("bmV4dA==", "")
    for number, item in enumerate(found):
        expected, facet = estate.instance(number), item.facets[Instance]
        assert isinstance(facet, Instance)
        assert (item.resource.id, facet.state, facet.metadata_tokens, facet.metadata_endpoint, facet.monitoring) == (
            expected.id,
            expected.state,
            expected.tokens,
            expected.endpoint,
            expected.monitoring,
        )
        assert item.facets[Tags] == Tags(expected.tags)
        assert [address.partition(" ")[0] for address in facet.public_ipv4] == [expected.public_ip] * bool(
            expected.public_ip
        )


@pytest.mark.parametrize("cut", range(1, 1 << 21, 100_003))
def test_a_text_that_two_pieces_share_is_read_whole(cut: int) -> None:
    item = "<item><key>k{0}</key><value>  é &amp; {0}  </value></item>"
    tags = "".join(item.format(number) for number in range(2000))
    one = f"<item><instanceId>i-1</instanceId><tagSet>{tags}</tagSet></item>"
    filler = f"<zz>{'x' * (ec2_parser._SLICE - cut % ec2_parser._SLICE)}</zz>"
    reservation = f"<reservationSet><item><instancesSet>{one}</instancesSet></item></reservationSet>"
    agree(EMPTY.format(filler + reservation).encode())


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<reservationSet/>",
        "<reservationSet></reservationSet>",
        "<reservationSet>\n  </reservationSet>",
        "<reservationSet><item/></reservationSet>",
        "<reservationSet><item><instancesSet/></item></reservationSet>",
        "<reservationSet><item><instancesSet>\n</instancesSet></item></reservationSet>",
        (
            "<reservationSet><item><groupSet/></item><item><instancesSet><item><instanceId>i-1</instanceId></item>"
            "</instancesSet></item></reservationSet>"
        ),
        (
            "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><tagSet/><networkInterfaceSet/>"
            "<instanceState/><monitoring/><metadataOptions/></item></instancesSet></item></reservationSet>"
        ),
        (
            "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><tagSet><item><key>a</key></item>"
            "<item><key/><value/></item><item><key> </key><value>\n</value></item></tagSet></item></instancesSet>"
            "</item></reservationSet>"
        ),
        "<reservationSet><item><instancesSet><item/></instancesSet></item></reservationSet>",
    ],
)
@pytest.mark.parametrize("namespace", NAMESPACES)
def test_where_nothing_is_the_same_nothing_is_read(inner: str, namespace: str) -> None:
    agree(EMPTY.format(inner).replace(NAMESPACES[0], namespace).encode())


@pytest.mark.parametrize(
    "root",
    [
        '<DescribeInstancesResponse xmlns="urn:x">',
        "<DescribeInstancesResponse xmlns='urn:x'>",
        '<DescribeInstancesResponse\n    xmlns="urn:x">',
        '<DescribeInstancesResponse\nxmlns="urn:x">',
        '<DescribeInstancesResponse\txmlns = "urn:x" >',
        '<DescribeInstancesResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="urn:x">',
        "<DescribeInstancesResponse>",
    ],
)
def test_however_the_namespace_is_written_the_instances_are_found(root: str) -> None:
    inner = "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item>"
    assert len(agree(f"{root}{inner}</reservationSet></{ROOT}>".encode())) == 1


@pytest.mark.parametrize(
    "token",
    ["", "bmV4dA==", "a+b/c=", "a&amp;b", "&lt;a&gt;", "a&#43;b", "é", " a "],
)
def test_the_next_token_is_known_before_anything_is_read(token: str) -> None:
    body = EMPTY.format(f"<reservationSet/><nextToken>{token}</nextToken>").encode()
    assert (ours(body).get("NextToken") or None) == (botocores(body).get("NextToken") or None)


@pytest.mark.parametrize("inner", ["<nextToken/><reservationSet/>", "<nextToken>t</nextToken><reservationSet/>"])
def test_the_next_token_is_found_wherever_it_stands(inner: str) -> None:
    body = EMPTY.format(inner).encode()
    assert (ours(body).get("NextToken") or None) == (botocores(body).get("NextToken") or None)


def test_a_tag_that_looks_like_a_token_is_none() -> None:
    tag = "<item><key>&lt;nextToken&gt;no&lt;/nextToken&gt;</key><value>v</value></item>"
    one = f"<item><instanceId>i-1</instanceId><tagSet>{tag}</tagSet></item>"
    agree(EMPTY.format(f"<reservationSet><item><instancesSet>{one}</instancesSet></item></reservationSet>").encode())


def test_a_list_is_read_once_and_says_so() -> None:
    answer = ours(page_of(Estate(), 3))
    assert len(each(answer)) == 3
    with pytest.raises(botocore.parsers.ResponseParserError):
        each(answer)


@settings(max_examples=examples(60), deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_body_that_was_cut_off_is_an_error_of_the_moment_wherever_the_cut_is(share: float) -> None:
    body = page_of(Estate(), 5, "bmV4dA==").rstrip()
    with pytest.raises(botocore.parsers.ResponseParserError) as caught:
        each(ours(body[: int(len(body) * share)]))
    assert transient(caught.value)


@pytest.mark.parametrize("body", [b"", b"upstream", b"<html><body>\x00 & upstream", EMPTY.format("&no;").encode()])
def test_what_is_no_answer_is_an_error_of_the_moment(body: bytes) -> None:
    with pytest.raises(botocore.parsers.ResponseParserError):
        each(ours(body))
    with pytest.raises(botocore.parsers.ResponseParserError):
        botocores(body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, ec2_answers.ec2_error("RequestLimitExceeded", "Request limit exceeded.")),
        (403, ec2_answers.ec2_error("UnauthorizedOperation", "no")),
        (500, b""),
        (502, b"<html><body>Bad gateway</body></html>"),
    ],
)
def test_errors_are_botocores(status: int, body: bytes) -> None:
    expected = botocore.parsers.EC2QueryParser().parse(said(body, status), FULL.output_shape)
    assert FACTORY.create_parser("ec2").parse(said(body, status), CUT.output_shape) == expected


@pytest.mark.parametrize("operation", ["DescribeVolumes", "DescribeSecurityGroups", "DescribeRegions"])
def test_answers_that_nothing_is_cut_out_of_are_botocores(operation: str) -> None:
    full = botocore.session.Session().get_service_model("ec2").operation_model(operation)
    cut = reading(botocore.session.Session()).get_service_model("ec2").operation_model(operation)
    for seed in range(5):
        body = Writer(Style(seed=seed, namespace=NAMESPACES[0])).body(f"{operation}Response", full.output_shape)
        expected = botocore.parsers.EC2QueryParser().parse(said(body), full.output_shape)
        assert FACTORY.create_parser("ec2").parse(said(body), cut.output_shape) == expected


@pytest.mark.parametrize("protocol", ["rest-xml", "query", "json", "rest-json"])
def test_other_protocols_have_botocores_parsers(protocol: str) -> None:
    assert type(FACTORY.create_parser(protocol)) is type(botocore.parsers.create_parser(protocol))


@pytest.mark.parametrize("paths", [["Reservations"], ["Reservations.Instances", "NextToken"], ["A.B", "A.C"]])
def test_what_does_not_lie_in_one_list_within_one_list_is_refused(paths: list[str]) -> None:
    shape: Any = CUT.output_shape
    parser = ec2_parser.Factory({shape.name: tuple(paths)}).create_parser("ec2")
    with pytest.raises((ValueError, TypeError)):
        parser.parse(said(EMPTY.format("").encode()), shape)


def test_one_parser_serves_all_threads() -> None:
    bodies = [
        Writer(Style(seed=seed, namespace=NAMESPACES[seed % 3], required=REQUIRED)).body(ROOT, FULL.output_shape)
        for seed in range(12)
    ]
    found: dict[int, Any] = {}

    def read(number: int) -> None:
        found[number] = [each(ours(bodies[number])) for _ in range(5)]

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, body in enumerate(bodies):
        expected = [restricted(item, READS["Reservations"]["Instances"]) for item in each(botocores(body))]
        assert found[number] == [expected] * 5


class Recorded(Mapping[str, Any]):
    """An answer that notes which of its members somebody asks for."""

    def __init__(self, value: Mapping[str, Any], path: str, asked: set[str]) -> None:
        self.value, self.path, self.asked = value, path, asked

    def __getitem__(self, name: str) -> Any:
        path = f"{self.path}.{name}" if self.path else name
        self.asked.add(path)
        return self._wrapped(self.value[name], path)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a facet walks over all members, so nothing can be left out")

    def __len__(self) -> int:
        return len(self.value)

    def _wrapped(self, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [self._wrapped(inner, path) for inner in value]
        return Recorded(value, path, self.asked) if isinstance(value, dict) else value


def leaves(shape: Shape, prefix: str = "") -> Iterator[str]:
    """Yield the paths of all members that hold no others."""
    if isinstance(shape, ListShape):
        yield from leaves(shape.member, prefix)
    elif isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from leaves(member, f"{prefix}.{name}" if prefix else name)
    else:
        yield prefix


def asked_of(style: Style) -> set[str]:
    asked: set[str] = set()
    parsed = botocores(Writer(style).body(ROOT, FULL.output_shape))
    listed(Recorded(parsed, "", asked))
    return asked


def test_all_that_is_read_is_looked_at() -> None:
    # Some bodies have no IPv6 address: a text that is none ends the reading of an instance.
    bodies = (Style(seed=seed, density=density, required=REQUIRED) for seed in range(20) for density in (0.5, 1))
    asked = set().union(*map(asked_of, bodies))
    assert unmarked() - asked == set()


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles(NAMESPACES, REQUIRED))
@example(style=Style())
@example(style=Style(density=0, required=REQUIRED))
def test_nothing_is_looked_at_that_is_not_read(style: Style) -> None:
    assert asked_of(style) & set(leaves(FULL.output_shape)) <= {*unmarked(), "NextToken"}


def test_a_region_is_listed_the_same_through_a_client_of_ours_and_a_plain_one() -> None:
    with FakeAws(Estate(instances=1100)) as aws:
        session = boto3.session.Session(
            botocore_session=reading(botocore.session.Session(), load().projections()), region_name=HERE
        )
        ledger = Ledger(SHARD.account_id, HERE, "ec2")
        client = Clients(session, ledger, aws.url).get("ec2", HERE)
        plain = boto3.client(
            "ec2", HERE, endpoint_url=aws.url, config=botocore.config.Config(retries={"mode": "standard"})
        )
        found = listing(instances, client, SHARD)
        assert found == listing(instances, plain, SHARD)
        assert len({item.resource.id for item in found}) == 1100
        assert aws.counts()["ec2:DescribeInstances"] == 4
