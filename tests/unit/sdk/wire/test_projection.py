"""Plans read what botocore's own parser reads: on bodies made from the shapes, S3's examples, and an estate's."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.model import DenormalizedStructureBuilder, ListShape, OperationModel, Shape, ShapeResolver, StructureShape
from botocore.utils import parse_timestamp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.sdk.errors import transient
from muster.sdk.wire.absence import absence
from muster.sdk.wire.projection import SMALL, UnsupportedShape, compiled, namespace_of, root_of, timestamp, tree
from muster.sdk.wire.s3_fast_path import S3FastClient, is_small
from testing.fake_aws import s3_answers
from testing.fake_aws.estate import Estate
from tests.examples import examples

S3 = botocore.session.get_session().get_service_model("s3")
OPERATIONS = sorted(name for name in S3.operation_names if is_small(S3.operation_model(name)))
NAMESPACES = ("http://s3.amazonaws.com/doc/2006-03-01/", "http://s3.amazonaws.com/doc/2036-01-01/", "")
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
TEXTS = (
    "plain",
    "",
    " ",
    "  two  blanks  ",
    "\n",
    "line\nbreak\tand tab",
    "<&>\"'",
    "]]>",
    "&amp;lt;",
    "grün ☃ 𝄞 \u200b é",
    "\u0085\u2028",
    "true",
    "0",
    "x" * 400,
    "é" * 4000,
)
TIMES = ("2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00Z", "2026-03-01T08:15:30+02:00", "1772323200")
ALL_IN_ONE = '<a xmlns="urn:one"><!-- said --><b>1<!-- between -->2<?pi x?>3</b><?pi x?><c> </c></a>'


@dataclass(frozen=True, slots=True)
class Style:
    """How a body is written, and how much of it is there."""

    seed: int = 1
    density: float = 1.0
    namespace: str = ""
    indent: str = ""
    newline: str = "\n"
    declared: bool = True
    strangers: bool = False
    """Elements and comments that no shape knows of stand between the others."""
    shuffled: bool = False
    required: frozenset[str] = frozenset()
    """Members that are there whatever the density."""


def styles(namespaces: tuple[str, ...], required: frozenset[str] = frozenset()) -> st.SearchStrategy[Style]:
    return st.builds(
        Style,
        seed=st.integers(0, 1 << 32),
        density=st.floats(0, 1),
        namespace=st.sampled_from(namespaces),
        indent=st.sampled_from(["", "  ", "\t"]),
        newline=st.sampled_from(["\n", "\r\n"]),
        declared=st.booleans(),
        strangers=st.booleans(),
        shuffled=st.booleans(),
        required=st.just(required),
    )


class Writer:
    """Writes a body that a shape describes, as botocore's serializations say that AWS spells it."""

    def __init__(self, style: Style) -> None:
        self.style, self.random = style, random.Random(style.seed)  # noqa: S311 - examples are no secret

    def body(self, root: str, shape: Shape, padding: int = 0) -> bytes:
        """Return a document; `padding` is the length of an element that nothing reads."""
        style = self.style
        declaration = '<?xml version="1.0" encoding="UTF-8"?>' + style.newline if style.declared else ""
        attributes = f' xmlns="{style.namespace}"' if style.namespace else ""
        pieces = list(self._members(shape, 1))
        if padding:
            pieces.append(f"<Padding>{'x' * padding}</Padding>")
        return (declaration + self._wrapped(root, attributes, pieces, 0)).encode()

    def element(self, tag: str, shape: Shape, level: int) -> str:
        more = self._attributes(shape)
        if isinstance(shape, StructureShape):
            return self._wrapped(tag, more, list(self._members(shape, level + 1)), level)
        if isinstance(shape, ListShape):
            name = shape.member.serialization.get("name", "member")
            return self._wrapped(tag, more, self._items(name, shape, level + 1), level)
        text = self._text(shape)
        return f"<{tag}{more}>{text}</{tag}>" if text or self.random.random() < 0.5 else f"<{tag}{more}/>"

    def _members(self, shape: Any, level: int) -> Iterator[str]:
        members = [(name, member) for name, member in shape.members.items() if self._is_there(name, member)]
        pieces = []
        for name, member in members:
            tag = member.serialization.get("name", name)
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                pieces += self._items(member.member.serialization.get("name", tag), member, level)
            else:
                pieces.append(self.element(tag, member, level))
        if self.style.strangers:
            pieces += [
                f'<zzUnknown kind="new">{escape(self.random.choice(TEXTS))}</zzUnknown>',
                "<zzDeep><item><name>unknown</name></item><item/></zzDeep>",
                "<!-- a comment -->",
                "<zzEmpty/>",
            ]
        if self.style.shuffled or self.style.strangers:
            self.random.shuffle(pieces)
        yield from pieces

    def _is_there(self, name: str, member: Shape) -> bool:
        said = member.serialization
        if said.get("location") or said.get("xmlAttribute"):
            return False
        return name in self.style.required or self.random.random() < self.style.density

    def _items(self, tag: str, shape: Any, level: int) -> list[str]:
        return [self.element(tag, shape.member, level) for _ in range(self.random.choice((0, 1, 1, 2, 3)))]

    def _attributes(self, shape: Shape) -> str:
        more = ""
        if isinstance(shape, StructureShape):
            for member in shape.members.values():
                if member.serialization.get("xmlAttribute") and self.random.random() < self.style.density:
                    kind = self.random.choice(("CanonicalUser", "Group", "A &amp; B"))
                    more += f'{XSI} {member.serialization["name"]}="{kind}"'
        return more + (' zz="unknown"' if self.style.strangers and self.random.random() < 0.2 else "")

    def _wrapped(self, tag: str, attributes: str, pieces: list[str], level: int) -> str:
        if not pieces and self.random.random() < 0.5:
            return f"<{tag}{attributes}/>"
        style = self.style
        if not style.indent:
            return f"<{tag}{attributes}>{''.join(pieces)}</{tag}>"
        inner = "".join(f"{style.newline}{style.indent * (level + 1)}{piece}" for piece in pieces)
        return f"<{tag}{attributes}>{inner}{style.newline}{style.indent * level}</{tag}>"

    def _text(self, shape: Shape) -> str:
        if shape.type_name == "boolean":
            return self.random.choice(("true", "false"))
        if shape.type_name in ("integer", "long"):
            return str(self.random.choice((0, -1, 7, 1 << 31, 1 << 53)))
        if shape.type_name in ("float", "double"):
            return self.random.choice(("0", "0.25", "1e-7"))
        if shape.type_name == "timestamp":
            return self.random.choice(TIMES)
        assert shape.type_name in ("string", "character"), shape.type_name
        return self._spelled(self.random.choice((*TEXTS, *getattr(shape, "enum", ()))))

    def _spelled(self, text: str) -> str:
        way = self.random.randrange(6)
        if way == 0:
            return "".join(f"&#{ord(character)};" for character in text)
        if way == 1 and text.strip() and "]]>" not in text:
            return f"<![CDATA[{text}]]>"
        return escape(text)


def botocores(model: OperationModel, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Return what botocore reads, less what it says of the request."""
    parser = botocore.parsers.create_parser("rest-xml")
    parsed = parser.parse({"status_code": 200, "headers": headers, "body": body}, model.output_shape)
    parsed.pop("ResponseMetadata")
    return parsed


def ours(model: OperationModel, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> Any:
    """Return what the fast path reads of a body, whatever its root element is called."""
    nothing: Any = None
    lane = S3FastClient(nothing, nothing, nothing, nothing)
    return lane._read(model, headers, body) if _is_text(model) else lane._planned(model, headers, root_of(body))


def read(model: OperationModel, body: bytes) -> Any:
    """Return what the fast path reads, once it has looked at whether it is an answer at all."""
    nothing: Any = None
    return S3FastClient(nothing, nothing, nothing, nothing)._read(model, {}, body)


def _is_text(model: OperationModel) -> bool:
    shape: Any = model.output_shape
    payload = shape.serialization.get("payload")
    return bool(payload) and shape.members[payload].type_name == "string"


def payload_of(model: OperationModel) -> Shape:
    shape: Any = model.output_shape
    payload = shape.serialization.get("payload")
    return shape.members[payload] if payload else shape


def types_of(value: Any) -> Any:
    """Return a value's types all the way down: 1 is not True."""
    if isinstance(value, dict):
        return {name: types_of(inner) for name, inner in value.items()}
    return [types_of(inner) for inner in value] if isinstance(value, list) else type(value)


def agree(operation: str, body: bytes, headers: Mapping[str, str] = MappingProxyType({})) -> Any:
    model = S3.operation_model(operation)
    found, expected = ours(model, body, headers), botocores(model, body, headers)
    assert found == expected
    assert types_of(found) == types_of(expected)
    return found


XML = [name for name in OPERATIONS if payload_of(S3.operation_model(name)).type_name == "structure"]


def test_all_answers_but_the_policy_are_xml() -> None:
    assert set(OPERATIONS) - set(XML) == {"GetBucketPolicy"}


@pytest.mark.parametrize("operation", XML)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(style=styles(NAMESPACES))
@example(style=Style())
@example(style=Style(density=0))
@example(style=Style(strangers=True, indent="  ", newline="\r\n", namespace=NAMESPACES[0]))
def test_a_plan_reads_what_botocore_reads_of_any_body_that_the_shape_allows(operation: str, style: Style) -> None:
    shape = payload_of(S3.operation_model(operation))
    small, large = Writer(style).body("Any", shape), Writer(style).body("Any", shape, padding=SMALL)
    assert len(large) > SMALL
    agree(operation, large)
    agree(operation, small)


@pytest.mark.parametrize("operation", XML)
def test_the_bodies_hold_every_member_of_the_shape(operation: str) -> None:
    shape: Any = payload_of(S3.operation_model(operation))
    seen: set[str] = set()
    for seed in range(40):
        seen |= set(paths_in(agree(operation, Writer(Style(seed=seed)).body("Any", shape))))
    prefix = S3.operation_model(operation).output_shape.serialization.get("payload", "")
    missing = {f"{prefix}.{path}".strip(".") for path in paths_of(shape)} - seen
    assert missing == set()


def paths_of(shape: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(shape, ListShape):
        yield from paths_of(shape.member, prefix)
    elif isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            if not member.serialization.get("location"):
                yield f"{prefix}{name}"
                yield from paths_of(member, f"{prefix}{name}.")


def paths_in(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from paths_in(inner, prefix)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{prefix}{name}"
            yield from paths_in(inner, f"{prefix}{name}.")


@given(text=st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=200))
def test_a_policy_is_the_text_of_the_body(text: str) -> None:
    assert agree("GetBucketPolicy", text.encode()) == {"Policy": text}


def test_what_stands_in_a_header_is_read_whatever_the_case_of_its_name() -> None:
    headers = HeadersDict({"X-Amz-Transition-Default-Minimum-Object-Size": "varies_by_storage_class"})
    found = agree("GetBucketLifecycleConfiguration", b"<LifecycleConfiguration/>", headers)
    assert found == {"TransitionDefaultMinimumObjectSize": "varies_by_storage_class"}


DOCUMENTED: list[tuple[str, str]] = [
    (
        "GetObjectLockConfiguration",
        """<?xml version="1.0" encoding="UTF-8"?>
<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <ObjectLockEnabled>Enabled</ObjectLockEnabled>
  <Rule>
    <DefaultRetention>
      <Mode>COMPLIANCE</Mode>
      <Days>30</Days>
    </DefaultRetention>
  </Rule>
</ObjectLockConfiguration>""",
    ),
    (
        "GetBucketReplication",
        """<?xml version="1.0" encoding="UTF-8"?>
<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule>
    <ID>rule1</ID>
    <Status>Enabled</Status>
    <Priority>1</Priority>
    <DeleteMarkerReplication>
      <Status>Disabled</Status>
    </DeleteMarkerReplication>
    <Filter>
      <And>
        <Prefix>TaxDocs</Prefix>
        <Tag>
          <Key>key1</Key>
          <Value>value1</Value>
        </Tag>
      </And>
    </Filter>
    <Destination>
      <Bucket>arn:aws:s3:::amzn-s3-demo-bucket1</Bucket>
    </Destination>
  </Rule>
  <Role>arn:aws:iam::35667example:role/CrossRegionReplicationRoleForS3</Role>
</ReplicationConfiguration>""",
    ),
    (
        "GetBucketAcl",
        """<?xml version="1.0" encoding="UTF-8"?>
<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Owner>
    <ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID>
    <DisplayName>CustomersName@amazon.com</DisplayName>
  </Owner>
  <AccessControlList>
    <Grant>
      <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">
        <ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID>
        <DisplayName>CustomersName@amazon.com</DisplayName>
      </Grantee>
      <Permission>FULL_CONTROL</Permission>
    </Grant>
    <Grant>
      <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">
        <URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>
      </Grantee>
      <Permission>READ</Permission>
    </Grant>
  </AccessControlList>
</AccessControlPolicy>""",
    ),
    (
        "GetBucketEncryption",
        """<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <Rule>
        <ApplyServerSideEncryptionByDefault>
            <SSEAlgorithm>aws:kms</SSEAlgorithm>
            <KMSMasterKeyID>arn:aws:kms:us-east-1:1234/5678example</KMSMasterKeyID>
        </ApplyServerSideEncryptionByDefault>
        <BucketKeyEnabled>true</BucketKeyEnabled>
        <BlockedEncryptionTypes>
            <EncryptionType>SSE-C</EncryptionType>
        </BlockedEncryptionTypes>
    </Rule>
</ServerSideEncryptionConfiguration>""",
    ),
    (
        "GetBucketLifecycleConfiguration",
        """<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule>
    <ID>Archive and then delete rule</ID>
    <Prefix>projectdocs/</Prefix>
    <Status>Enabled</Status>
    <Transition>
      <Days>30</Days>
      <StorageClass>STANDARD_IA</StorageClass>
    </Transition>
    <Transition>
      <Days>365</Days>
      <StorageClass>GLACIER</StorageClass>
    </Transition>
    <Expiration>
      <Days>3650</Days>
    </Expiration>
  </Rule>
  <Rule>
    <ID>tagged</ID>
    <Filter>
      <And>
        <Prefix>a/</Prefix>
        <Tag><Key>k1</Key><Value>v1</Value></Tag>
        <Tag><Key>k2</Key><Value/></Tag>
        <ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>
        <ObjectSizeLessThan>64000</ObjectSizeLessThan>
      </And>
    </Filter>
    <Status>Disabled</Status>
    <Expiration><Date>2027-01-01T00:00:00.000Z</Date></Expiration>
    <NoncurrentVersionTransition>
      <NoncurrentDays>30</NoncurrentDays><StorageClass>GLACIER</StorageClass>
    </NoncurrentVersionTransition>
    <NoncurrentVersionExpiration>
      <NewerNoncurrentVersions>5</NewerNoncurrentVersions><NoncurrentDays>90</NoncurrentDays>
    </NoncurrentVersionExpiration>
  </Rule>
  <Rule>
    <ID>markers</ID>
    <Filter><Prefix></Prefix></Filter>
    <Status>Enabled</Status>
    <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>
    <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>
  </Rule>
</LifecycleConfiguration>""",
    ),
    (
        "GetBucketLogging",
        """<?xml version="1.0" encoding="UTF-8"?>
<BucketLoggingStatus xmlns="http://doc.s3.amazonaws.com/2006-03-01">
  <LoggingEnabled>
    <TargetBucket>mybucketlogs</TargetBucket>
    <TargetPrefix>mybucket-access_log-/</TargetPrefix>
    <TargetGrants>
      <Grant>
        <Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="AmazonCustomerByEmail">
          <EmailAddress>user@company.com</EmailAddress>
        </Grantee>
        <Permission>READ</Permission>
      </Grant>
    </TargetGrants>
    <TargetObjectKeyFormat>
      <PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix>
    </TargetObjectKeyFormat>
  </LoggingEnabled>
</BucketLoggingStatus>""",
    ),
    (
        "GetBucketLogging",
        """<?xml version="1.0" encoding="UTF-8"?>
<BucketLoggingStatus xmlns="http://doc.s3.amazonaws.com/2006-03-01" />""",
    ),
    (
        "GetBucketNotificationConfiguration",
        """<?xml version="1.0" encoding="UTF-8"?>
<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <TopicConfiguration>
    <Id>YjVkM2Y0YmUtNGI3NC00ZjQyLWEwNGItNDIyYWUxY2I0N2M4</Id>
    <Topic>arn:aws:sns:us-east-1:account-id:s3notificationtopic2</Topic>
    <Event>s3:ReducedRedundancyLostObject</Event>
    <Event>s3:ObjectCreated:*</Event>
  </TopicConfiguration>
  <EventBridgeConfiguration/>
</NotificationConfiguration>""",
    ),
    (
        "GetBucketOwnershipControls",
        """<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Rule>
    <ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>
  </Rule>
</OwnershipControls>""",
    ),
    (
        "GetBucketPolicy",
        """{
"Version":"2012-10-17",
"Id":"aaaa-bbbb-cccc-dddd",
"Statement":[{"Effect":"Deny","Sid":"1","Principal":{"AWS":["111122223333","444455556666"]},
"Action":["s3:*"],"Resource":"arn:aws:s3:::bucket/*"}]
}""",
    ),
    (
        "GetBucketPolicyStatus",
        """<PolicyStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <IsPublic>true</IsPublic>
</PolicyStatus>""",
    ),
    (
        "GetBucketTagging",
        """<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <TagSet>
     <Tag>
       <Key>Project</Key>
       <Value>Project One</Value>
     </Tag>
     <Tag>
       <Key>User</Key>
       <Value>jsmith</Value>
     </Tag>
  </TagSet>
</Tagging>""",
    ),
    ("GetBucketTagging", '<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet/></Tagging>'),
    (
        "GetBucketVersioning",
        """<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Status>Suspended</Status>
  <MfaDelete>Disabled</MfaDelete>
</VersioningConfiguration>""",
    ),
    ("GetBucketVersioning", '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'),
    (
        "GetPublicAccessBlock",
        """<PublicAccessBlockConfiguration>
   <BlockPublicAcls>TRUE</BlockPublicAcls>
   <IgnorePublicAcls>FALSE</IgnorePublicAcls>
   <BlockPublicPolicy>true</BlockPublicPolicy>
   <RestrictPublicBuckets>false</RestrictPublicBuckets>
</PublicAccessBlockConfiguration>""",
    ),
    (
        "ListBucketMetricsConfigurations",
        """<ListMetricsConfigurationsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
   <MetricsConfiguration>
      <Id>EntireBucket</Id>
   </MetricsConfiguration>
   <MetricsConfiguration>
      <Id>Documents</Id>
      <Filter><Prefix>documents/</Prefix></Filter>
   </MetricsConfiguration>
   <IsTruncated>true</IsTruncated>
   <ContinuationToken>a</ContinuationToken>
   <NextContinuationToken>b+c/d=</NextContinuationToken>
</ListMetricsConfigurationsResult>""",
    ),
]
"""As the API's reference words them; what its examples leave out is added as its response syntax has it.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("operation", "body"), DOCUMENTED)
def test_a_plan_reads_what_botocore_reads_of_the_documented_answers(operation: str, body: str, end: str) -> None:
    found = agree(operation, body.replace("\n", end).encode())
    assert found or body.endswith("/>")


READ = {each.operation.partition(":")[2] for each in load().describers.values() if each.client == "s3"}
"""The operations of S3 that a scan calls for a bucket."""


def test_every_operation_of_a_scan_is_small_and_has_a_documented_answer_unless_it_goes_the_ordinary_way() -> None:
    # The model does not describe the answer of the first; the second answers with headers and has no body; the last
    # lists the directory buckets of a region.
    assert READ - set(OPERATIONS) == {"GetBucketLocation", "HeadBucket", "ListDirectoryBuckets"}
    assert {operation for operation, _ in DOCUMENTED} == READ & set(OPERATIONS)


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param("GetObjectAcl", id="it reads an object"),
        pytest.param("GetObject", id="its answer is a stream"),
        pytest.param("ListBuckets", id="it reads no bucket"),
        pytest.param("ListObjectsV2", id="it takes more than the bucket"),
        pytest.param("GetBucketMetricsConfiguration", id="it takes an id"),
        pytest.param("GetBucketLocation", id="the model does not describe its answer"),
        pytest.param("GetBucketNotification", id="it is deprecated"),
        pytest.param("PutBucketAcl", id="it writes"),
        pytest.param("HeadBucket", id="it has no answer"),
    ],
)
def test_other_operations_go_the_ordinary_way(operation: str) -> None:
    assert not is_small(S3.operation_model(operation))


ANSWERS: list[tuple[str, Callable[[Any], s3_answers.Answer]]] = [
    (operation, answer) for operation, answer in s3_answers.CONFIGURED.values() if operation in OPERATIONS
]


NEVER_THERE = ("GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketReplication", "GetObjectLockConfiguration")
"""What no bucket of the benchmarks' estate has."""


def test_an_estate_answers_all_operations() -> None:
    assert {operation for operation, _ in ANSWERS} == READ & set(OPERATIONS)


@pytest.mark.parametrize(("operation", "answer"), ANSWERS, ids=[operation for operation, _ in ANSWERS])
def test_a_plan_reads_what_botocore_reads_of_an_estates_buckets(
    operation: str, answer: Callable[[Any], s3_answers.Answer]
) -> None:
    estate, read = Estate(), 0
    for number in range(100):
        status, body, headers = answer(estate.bucket(number))
        if status == 200:
            agree(operation, body, headers)
            read += 1
    assert read or operation in NEVER_THERE


def test_a_large_answer_that_is_all_content_is_read_the_same() -> None:
    items = "".join(
        f"<MetricsConfiguration><Id>m{number}</Id><Filter><And><Prefix>{number}/</Prefix><Tag><Key>k</Key>"
        f"<Value>é{number}</Value></Tag></And></Filter></MetricsConfiguration>\n"
        for number in range(1000)
    )
    body = (
        f'<ListMetricsConfigurationsResult xmlns="{NAMESPACES[0]}">{items}</ListMetricsConfigurationsResult>'.encode()
    )
    assert len(body) > SMALL
    assert len(agree("ListBucketMetricsConfigurations", body)["MetricsConfigurationList"]) == 1000


@pytest.mark.parametrize("padding", [0, SMALL])
@pytest.mark.parametrize(
    "body",
    [
        "",
        "<",
        "<a>",
        "<a><b></a>",
        "<a/><b/>",
        "not XML",
        "<a>&unknown;</a>",
        "<html><body>\x00",
        "<LifecycleConfiguration><Rule><Expiration><Days>many</Days></Expiration></Rule></LifecycleConfiguration>",
        "<LifecycleConfiguration><Rule><Expiration><Days/></Expiration></Rule></LifecycleConfiguration>",
        "<LifecycleConfiguration><Rule><Expiration><Date>some day</Date></Expiration></Rule></LifecycleConfiguration>",
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_moment(body: str, padding: int) -> None:
    text = body.encode() if not padding else body.encode() + b"\n" * (padding + 1)
    with pytest.raises(botocore.parsers.ResponseParserError) as caught:
        read(S3.operation_model("GetBucketLifecycleConfiguration"), text)
    assert transient(caught.value)


def test_an_empty_answer_is_none_though_botocore_reads_nothing_of_it() -> None:
    model = S3.operation_model("GetBucketVersioning")
    assert botocores(model, b"") == {}
    with pytest.raises(botocore.parsers.ResponseParserError):
        read(model, b"")


@pytest.mark.parametrize("operation", XML)
@pytest.mark.parametrize("padding", [0, SMALL])
def test_an_error_that_comes_with_the_status_of_an_answer_is_one(operation: str, padding: int) -> None:
    _, body, _ = s3_answers.s3_error(200, "InternalError", "Please try again.", f"<Padding>{'x' * padding}</Padding>")
    with pytest.raises(botocore.exceptions.ClientError, match="InternalError") as caught:
        read(S3.operation_model(operation), body)
    assert transient(caught.value)


@pytest.mark.parametrize("padding", [0, SMALL])
def test_comments_and_instructions_are_not_read(padding: int) -> None:
    read = compiled(structure({"b": {"type": "string"}, "c": {"type": "string"}}), "{urn:one}")
    body = ALL_IN_ONE.encode().replace(b"</a>", b"<d>" + b"x" * padding + b"</d></a>")
    assert read(root_of(body)) == {"b": "123", "c": " "}


@pytest.mark.parametrize("padding", [0, SMALL])
def test_what_is_said_between_the_items_of_a_list_is_none_of_them(padding: int) -> None:
    tag = "<Tag><Key>a</Key><Value>b</Value></Tag>"
    body = f"<T><TagSet><!-- one -->{tag}<?pi x?>{tag}<!-- end --></TagSet><P>{'x' * padding}</P></T>"
    assert len(agree("GetBucketTagging", body.encode())["TagSet"]) == 2


@pytest.mark.parametrize("padding", [0, SMALL])
def test_of_a_structure_that_is_there_twice_the_first_is_read(padding: int) -> None:
    one = "<LoggingEnabled><TargetBucket>{}</TargetBucket></LoggingEnabled>"
    body = f"<B>{one.format('first')}{one.format('second')}<P>{'x' * padding}</P></B>"
    assert agree("GetBucketLogging", body.encode()) == {"LoggingEnabled": {"TargetBucket": "first"}}


@pytest.mark.parametrize("padding", [0, SMALL])
def test_a_flattened_list_goes_by_the_name_of_its_members(padding: int) -> None:
    shapes = {
        "Out": {"type": "structure", "members": {"Boxes": {"shape": "Boxes", "locationName": "zz"}}},
        "Boxes": {"type": "list", "flattened": True, "member": {"shape": "Text", "locationName": "box"}},
        "Text": {"type": "string"},
    }
    shape = ShapeResolver(shapes).get_shape_by_name("Out")
    body = f"<r><box>1</box><zz>no</zz><box>2</box><P>{'x' * padding}</P></r>".encode()
    said = {"status_code": 200, "headers": {}, "body": body}
    parsed = botocore.parsers.create_parser("rest-xml").parse(said, shape)
    assert compiled(shape, "")(root_of(body)) == {"Boxes": parsed["Boxes"]} == {"Boxes": ["1", "2"]}


@pytest.mark.parametrize("padding", [0, SMALL])
def test_no_entity_is_fetched_from_elsewhere(padding: int, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a><b>&x;</b><d>{"x" * padding}</d></a>'.encode()
    try:
        found = compiled(structure({"b": {"type": "string"}}), "")(root_of(body))
    except Exception as error:  # noqa: BLE001 - either library may refuse in its own way
        found = repr(error)
    assert "secret" not in str(found).replace(str(secret), "")


def structure(members: dict[str, Any]) -> Shape:
    return DenormalizedStructureBuilder().with_members(members).build_model()


def test_only_the_named_members_are_read() -> None:
    shape = structure(
        {
            "a": {"type": "structure", "members": {"x": {"type": "string"}, "y": {"type": "integer"}}},
            "b": {"type": "list", "member": {"type": "structure", "members": {"x": {"type": "string"}}}},
            "c": {"type": "integer"},
        }
    )
    root = root_of(b"<r><a><x>1</x><y>not read</y></a><b><member><x>2</x></member></b><c>not read</c></r>")
    assert compiled(shape, "", tree(["a.x", "b"]))(root) == {"a": {"x": "1"}, "b": [{"x": "2"}]}


def test_dotted_paths_share_their_branches() -> None:
    assert tree(["a.b.c", "a.b.d", "a.e", "f"]) == {"a": {"b": {"c": None, "d": None}, "e": None}, "f": None}


def test_the_namespace_of_an_element_is_what_stands_before_its_name() -> None:
    assert namespace_of(root_of(b'<a xmlns="urn:one"/>')) == "{urn:one}"
    assert namespace_of(root_of(b"<a/>")) == ""


@pytest.mark.parametrize(
    "member",
    [
        {"type": "blob"},
        {"type": "map", "key": {"type": "string"}, "value": {"type": "string"}},
    ],
)
def test_what_no_plan_can_read_is_said_when_it_is_compiled(member: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedShape):
        compiled(structure({"a": member}), "")


def test_a_body_is_large_above_the_bound_only() -> None:
    at, above = (root_of(b"<a>" + b"x" * (SMALL - 7 + more) + b"</a>") for more in (0, 1))
    assert type(at).__module__ == "xml.etree.ElementTree"
    assert type(above).__module__.startswith("lxml")


@pytest.mark.parametrize("text", [*TIMES, "2026-03-01T00:00:00.123456Z", "2026-03-01T00:00:00.1Z", "20260301T000000Z"])
def test_a_time_is_the_one_that_botocore_reads(text: str) -> None:
    assert timestamp(text) == parse_timestamp(text)
    assert timestamp(text).utcoffset() == parse_timestamp(text).utcoffset()


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "2026-03-01T24:61:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - botocore says it in its own words
        timestamp(text)


HEADERS = {"x-amz-request-id": "R", "x-amz-id-2": "H", "date": "now"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<Error><Code>NoSuchTagSet</Code><Message>a &amp; b</Message><BucketName/></Error>", id="plain"),
        pytest.param("<Error><Code>A</Code><RequestId>r</RequestId><HostId>h</HostId></Error>", id="its ids"),
        pytest.param("<Error/>", id="nothing"),
    ],
)
def test_an_absence_is_read_as_botocore_reads_it(body: str) -> None:
    answer = {"status_code": 404, "headers": HeadersDict(HEADERS), "body": body.encode()}
    expected = botocore.parsers.create_parser("rest-xml").parse(
        answer, S3.operation_model("GetBucketTagging").output_shape
    )
    assert absence(HEADERS, body.encode()) == expected


@pytest.mark.parametrize(
    "body", ["", "<html/>", "<Error><Code>A</Code><Code>B</Code></Error>", "<Error><a><b/></a></Error>", "<Error>"]
)
def test_other_absences_are_left_to_botocore(body: str) -> None:
    assert absence(HEADERS, body.encode()) is None
    assert absence({}, b"<Error><Code>A</Code></Error>") is None
