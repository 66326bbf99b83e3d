"""The fast path to a bucket's configuration answers, fails and counts as an ordinary client does."""

import datetime as dt
import functools
import hashlib
import hmac
import io
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.auth
import botocore.config
import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials, RefreshableCredentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from muster.model.coverage import Ledger
from muster.sdk.errors import code_of, transient
from muster.sdk.limiter import MOST, CallGate, Limiter
from muster.sdk.session import Clients, reading
from muster.sdk.wire import s3_fast_path as lane_module
from muster.sdk.wire.s3_fast_path import ATTEMPTS, S3FastClient, is_small
from muster.sdk.wire.signing import TIME
from testing.fake_aws.estate import Estate
from testing.fake_aws.faults import Knobs
from testing.fake_aws.process import FakeAws
from testing.fake_aws.s3_answers import s3_error
from tests.examples import examples

HERE, THERE = "eu-west-1", "us-east-1"
ACCOUNT = "123456789012"
ESTATE = Estate(instances=1, buckets=16, regions=(HERE, THERE))
BUCKETS = [ESTATE.bucket(number) for number in range(ESTATE.buckets)]
MINE = next(bucket.name for bucket in BUCKETS if bucket.region == HERE)
FOREIGN = next(bucket.name for bucket in BUCKETS if bucket.region == THERE)
STANDARD = botocore.config.Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
EMPTY = b"<VersioningConfiguration/>"

ABSENT = {
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_policy_status": "NoSuchBucketPolicy",
    "get_bucket_replication": "ReplicationConfigurationNotFoundError",
    "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
}
"""What no bucket of the estate has, with the code by which S3 says so."""

Told = list[tuple[str, int, str]]
ANSWERS: Mapping[str, bytes] = {
    "get_bucket_acl": b"<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList/></AccessControlPolicy>",
    "get_bucket_encryption": b"<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>",
    "get_bucket_lifecycle_configuration": b"<LifecycleConfiguration><Rule/></LifecycleConfiguration>",
    "get_bucket_logging": b"<BucketLoggingStatus/>",
    "get_bucket_ownership_controls": b"<OwnershipControls><Rule/></OwnershipControls>",
    "get_bucket_policy": b"{}",
    "get_bucket_policy_status": b"<PolicyStatus><IsPublic>false</IsPublic></PolicyStatus>",
    "get_bucket_replication": b"<ReplicationConfiguration><Rule/></ReplicationConfiguration>",
    "get_bucket_tagging": b"<Tagging><TagSet/></Tagging>",
    "get_bucket_versioning": EMPTY,
    "get_object_lock_configuration": b"<ObjectLockConfiguration><Rule/></ObjectLockConfiguration>",
    "get_public_access_block": b"<PublicAccessBlockConfiguration><BlockPublicAcls/></PublicAccessBlockConfiguration>",
    "list_bucket_metrics_configurations": (
        b"<ListMetricsConfigurationsResult><IsTruncated>false</IsTruncated></ListMetricsConfigurationsResult>"
    ),
}
"""The least that each operation answers with."""


@pytest.fixture(scope="module")
def server() -> Iterator[FakeAws]:
    with FakeAws(ESTATE) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeAws) -> Iterator[FakeAws]:
    server.forget()
    yield server
    calm = Knobs()
    server.control(**{name: getattr(calm, name) for name in calm.__dataclass_fields__})


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let nobody wait between two attempts, neither the fast path nor botocore."""
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    return waits


@functools.cache
def session() -> Any:
    """Return one session for all clients: it reads S3's model once."""
    return boto3.session.Session(botocore_session=reading(botocore.session.Session()), region_name=HERE)


def plain(url: str | None = None, region: str = HERE) -> Any:
    return session().client("s3", region, endpoint_url=url, config=STANDARD)


class Way:
    """A fast path with what stands around it: its limiter, and what it told of its calls."""

    def __init__(self, client: Any, credentials: Any = None) -> None:
        self.client, self.limiter, self.told = client, Limiter(), []  # type: Any, Limiter, Told
        self.lane = S3FastClient(
            client,
            credentials or Credentials("AKIAEXAMPLE", "secret"),
            CallGate(self.limiter, ACCOUNT, HERE, "s3"),
            lambda *told: self.told.append(told[:3]),
        )

    def limit(self, operation: str) -> float:
        return self.limiter.limit((ACCOUNT, HERE, "s3", operation))

    def in_flight(self) -> int:
        return sum(bound.in_flight for bound in self.limiter._bounds.values())


class Wire:
    """Answers what a client sends without a network, one answer after the other, the last one for ever."""

    def __init__(self, client: Any, *answers: tuple[int, bytes, Any] | Exception) -> None:
        self.sent: list[Any] = []
        self.answers = list(answers) or [(200, EMPTY, {})]
        client.meta.events.register("before-send.s3", self.send)

    def send(self, request: Any, **_: object) -> AWSResponse:
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        return AWSResponse(request.url, status, headers, _Raw(body))


class _Raw(io.BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


def outcome(call: Callable[[], Any]) -> Any:
    """Return an answer without what it says of the request, or what is wrong."""
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"], error.operation_name
    answer.pop("ResponseMetadata", None)
    return answer


def scope(request: Any) -> tuple[str, str, str]:
    """Return the key, the region and the service that a request is signed for."""
    authorization = request.headers["Authorization"]
    text = authorization.decode() if isinstance(authorization, bytes) else authorization
    key, _, region, service, _ = text.partition("Credential=")[2].partition(",")[0].split("/")
    return key, region, service


def test_the_private_names_that_it_uses_exist_in_botocore() -> None:
    client = plain()
    assert callable(client._endpoint.http_session.send)
    assert callable(client._resolve_endpoint_ruleset)


def operation_of(name: str) -> str:
    """Return the operation of a client's method."""
    return str(plain().meta.method_to_api_mapping[name])


def test_an_operation_is_small_before_and_after_botocore_called_it() -> None:
    """Botocore removes the bucket from the path of an operation when it makes the first call."""
    client = plain()
    Wire(client, (200, b"<Tagging><TagSet/></Tagging>", {}))
    model = client.meta.service_model.operation_model("GetBucketTagging")
    assert is_small(model)
    client.get_bucket_tagging(Bucket="site")
    assert is_small(client.meta.service_model.operation_model("GetBucketTagging"))


@pytest.mark.parametrize("name", ANSWERS)
def test_every_bucket_has_the_same_answer_or_the_same_error_as_of_a_plain_client(fake: FakeAws, name: str) -> None:
    way, client = Way(plain(fake.url)), plain(fake.url)
    answers = 0
    for bucket in [*(bucket.name for bucket in BUCKETS), "bucket-99999"]:
        found = outcome(lambda bucket=bucket: getattr(way.lane, name)(Bucket=bucket))
        assert found == outcome(lambda bucket=bucket: getattr(client, name)(Bucket=bucket))
        answers += isinstance(found, dict)
    assert answers or name in ABSENT
    assert way.in_flight() == 0


@pytest.mark.parametrize(("name", "code"), ABSENT.items())
def test_what_is_not_there_is_a_client_error_with_its_code_and_is_asked_for_once(
    fake: FakeAws, name: str, code: str
) -> None:
    way = Way(plain(fake.url))
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        getattr(way.lane, name)(Bucket=MINE)
    assert code_of(caught.value) == code
    assert way.told == [(operation_of(name), 0, code)]
    assert fake.counts() == {f"s3:{operation_of(name)}": 1}


def test_a_bucket_that_is_gone_is_said_to_be(fake: FakeAws) -> None:
    fake.control(gone_buckets=[MINE])
    way = Way(plain(fake.url))
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchBucket"):
        way.lane.get_bucket_versioning(Bucket=MINE)
    assert way.told == [("GetBucketVersioning", 0, "NoSuchBucket")]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_call_that_goes_well_is_one_request_and_told_of_once(fake: FakeAws, name: str) -> None:
    way = Way(plain(fake.url))
    outcome(lambda: getattr(way.lane, name)(Bucket=MINE))
    assert [(operation, retries) for operation, retries, _ in way.told] == [(operation_of(name), 0)]
    assert fake.counts() == {f"s3:{operation_of(name)}": 1}


@pytest.mark.parametrize(
    ("knob", "code"),
    [("throttle", "SlowDown"), ("error_5xx", "InternalError"), ("reset", None), ("malformed", "ResponseParserError")],
)
def test_trouble_of_the_moment_is_tried_again_as_often_as_botocore_does(
    fake: FakeAws, knob: str, code: str | None, slept: list[float]
) -> None:
    fake.control(**{knob: 1})
    way = Way(plain(fake.url))
    with pytest.raises(
        (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, botocore.parsers.ResponseParserError)
    ) as caught:
        way.lane.get_bucket_versioning(Bucket=MINE)
    assert transient(caught.value)
    assert code is None or code_of(caught.value) == code
    assert fake.counts() == {"s3:GetBucketVersioning": ATTEMPTS}
    assert way.told == [("GetBucketVersioning", ATTEMPTS - 1, code_of(caught.value))]
    assert all(0 <= wait <= lane_module._LONGEST for wait in slept)
    assert way.in_flight() == 0


@pytest.mark.parametrize("failures", range(1, ATTEMPTS))
@pytest.mark.parametrize(
    "trouble",
    [
        s3_error(503, "SlowDown", "Please reduce your request rate."),
        s3_error(500, "InternalError", "We encountered an internal error. Please try again."),
        s3_error(200, "InternalError", "We encountered an internal error. Please try again."),
        s3_error(503, "ServiceUnavailable", "Please reduce your request rate."),
        s3_error(503, "Busy", "The service is unavailable. Try again later."),
        s3_error(504, "Unheard", "A code that nobody knows."),
        s3_error(400, "RequestTimeout", "Your socket connection was not read from within the timeout period."),
        (502, b"<html>Bad gateway</html>", {}),
        (500, b"", {}),
        (200, b"<Versioning", {}),
        (200, b"", {}),
        (200, b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Sign in</p></body></html>', {}),
        botocore.exceptions.ReadTimeoutError(endpoint_url="https://example.test"),
        botocore.exceptions.ConnectionClosedError(endpoint_url="https://example.test"),
    ],
    ids=str,
)
def test_an_answer_after_some_attempts_counts_and_so_do_the_attempts(trouble: Any, failures: int) -> None:
    way = Way(plain())
    wire = Wire(
        way.client,
        *[trouble] * failures,
        (200, b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", {}),
    )
    assert way.lane.get_bucket_versioning(Bucket="site") == {"Status": "Enabled"}
    assert len(wire.sent) == failures + 1
    assert way.told == [("GetBucketVersioning", failures, "")]


@pytest.mark.parametrize(
    "answer",
    [
        s3_error(503, "SlowDown", "Please reduce your request rate."),
        s3_error(503, "Busy", "The service is unavailable. Try again later."),
        s3_error(501, "NotImplemented", "not implemented"),
        s3_error(403, "AccessDenied", "no"),
    ],
    ids=str,
)
def test_it_makes_as_many_attempts_as_botocore_and_ends_with_the_same_error(answer: Any) -> None:
    way, client = Way(plain()), plain()
    short, long = Wire(way.client, answer), Wire(client, answer)
    found, expected = (outcome(lambda each=each: each.get_bucket_acl(Bucket="site")) for each in (way.lane, client))
    assert found == expected
    assert len(short.sent) == len(long.sent)


@pytest.mark.parametrize(
    "answer", [(500, b"", {}), (502, b"<html>Bad gateway</html>", {}), (404, b"<Err", {})], ids=str
)
def test_an_error_that_names_no_code_is_of_the_moment(answer: Any) -> None:
    way = Way(plain())
    wire = Wire(way.client, answer)
    with pytest.raises(botocore.parsers.ResponseParserError) as caught:
        way.lane.get_bucket_acl(Bucket="site")
    assert transient(caught.value)
    assert len(wire.sent) == ATTEMPTS


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchBucket", "ExpiredToken", "InvalidAccessKeyId"])
def test_what_no_attempt_can_mend_is_asked_once(code: str) -> None:
    way = Way(plain())
    wire = Wire(way.client, s3_error(403, code, "no"))
    with pytest.raises(botocore.exceptions.ClientError, match=code):
        way.lane.get_bucket_acl(Bucket="site")
    assert len(wire.sent) == 1
    assert way.told == [("GetBucketAcl", 0, code)]


def test_the_limiter_hears_of_throttling_and_of_nothing_else(fake: FakeAws) -> None:
    way = Way(plain(fake.url))
    fake.control(error_5xx=1)
    outcome(lambda: way.lane.get_bucket_acl(Bucket=MINE))
    assert way.limit("GetBucketAcl") == MOST
    fake.control(error_5xx=0, throttle=1)
    outcome(lambda: way.lane.get_bucket_acl(Bucket=MINE))
    assert way.limit("GetBucketAcl") == 1
    assert way.limit("GetBucketPolicy") == MOST


def test_a_place_is_given_back_whatever_happens() -> None:
    way = Way(plain())
    Wire(way.client, MemoryError("not an error of reading"))
    with pytest.raises(MemoryError):
        way.lane.get_bucket_acl(Bucket="site")
    assert way.in_flight() == 0


def test_a_bucket_of_another_region_is_read_through_the_ordinary_client(fake: FakeAws) -> None:
    way = Way(plain(fake.url))
    wire: list[Any] = []
    way.client.meta.events.register("before-send.s3", lambda request, **_: wire.append(request))
    answer = way.lane.get_bucket_encryption(Bucket=FOREIGN)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200, "the ordinary client's answer, as it gives it"
    assert [scope(request)[1] for request in wire][-1] == THERE
    assert way.told == [("GetBucketEncryption", 0, "")]
    assert way.in_flight() == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_by_the_ordinary_client(status: int) -> None:
    way = Way(plain())
    code = {301: "PermanentRedirect", 302: "Redirect", 307: "TemporaryRedirect", 308: "PermanentRedirect"}[status]
    moved = s3_error(
        status,
        code,
        "Please re-send this request to the specified endpoint.",
        "<Endpoint>site.s3.us-east-1.amazonaws.com</Endpoint><Bucket>site</Bucket>",
        {"x-amz-bucket-region": THERE},
    )
    wire = Wire(
        way.client,
        moved,
        moved,
        (200, b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", {}),
    )
    assert way.lane.get_bucket_versioning(Bucket="site")["Status"] == "Enabled"
    assert [scope(request)[1] for request in wire.sent] == [HERE, HERE, THERE]


def test_a_credential_that_was_refreshed_signs_the_next_call() -> None:
    now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    made: list[str] = []

    def refresh() -> dict[str, str]:
        made.append(f"ASIA{len(made)}")
        until = (now + dt.timedelta(hours=1)).isoformat()
        return {"access_key": made[-1], "secret_key": "secret", "token": f"of-{made[-1]}", "expiry_time": until}

    class Clock:
        def __call__(self, *_: object) -> dt.datetime:
            return now

    credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "test")
    credentials._time_fetcher = Clock()
    way = Way(plain(), credentials)
    wire = Wire(way.client)
    for hours in (0, 0.5, 2, 2.5):
        now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        way.lane.get_bucket_versioning(Bucket="site")
    assert [scope(request)[0] for request in wire.sent] == ["ASIA0", "ASIA0", "ASIA1", "ASIA1"]
    assert [_said(request, "X-Amz-Security-Token") for request in wire.sent] == ["of-ASIA0"] * 2 + ["of-ASIA1"] * 2


def _said(request: Any, header: str) -> str:
    value = {name.lower(): value for name, value in request.headers.items()}[header.lower()]
    return value.decode() if isinstance(value, bytes) else str(value)


def test_credentials_that_cannot_be_had_are_the_errors_that_botocore_raises() -> None:
    class Lost:
        def get_frozen_credentials(self) -> None:
            raise botocore.exceptions.CredentialRetrievalError(provider="sso", error_msg="expired")

    way = Way(plain(), Lost())
    with pytest.raises(botocore.exceptions.CredentialRetrievalError):
        way.lane.get_bucket_acl(Bucket="site")
    assert way.in_flight() == 0


def test_without_credentials_it_is_the_ordinary_way() -> None:
    nothing: Any = None
    way = Way(plain())
    way.lane = S3FastClient(way.client, nothing, nothing, nothing)
    wire = Wire(way.client)
    assert "ResponseMetadata" in way.lane.get_bucket_versioning(Bucket="site")
    assert len(wire.sent) == 1


@pytest.mark.parametrize("bucket", ["site", "with.dots.in.it", "Old_Name", "a-1"])
@pytest.mark.parametrize("name", ANSWERS)
def test_it_asks_for_the_same_address_as_botocore_and_signs_for_the_same(name: str, bucket: str) -> None:
    way, client = Way(plain()), plain()
    body = (200, ANSWERS[name], {})
    short, long = Wire(way.client, body), Wire(client, body)
    getattr(way.lane, name)(Bucket=bucket)
    getattr(client, name)(Bucket=bucket)
    assert [request.url for request in short.sent] == [request.url for request in long.sent]
    assert [request.method for request in short.sent] == [request.method for request in long.sent]
    assert scope(short.sent[0])[1:] == scope(long.sent[0])[1:] == (HERE, "s3")


@pytest.mark.parametrize("region", [THERE, "eu-central-1", "cn-north-1", "us-gov-west-1"])
def test_it_asks_in_the_region_and_partition_of_its_client(region: str) -> None:
    way, client = Way(plain(region=region)), plain(region=region)
    short, long = Wire(way.client), Wire(client)
    way.lane.get_bucket_versioning(Bucket="site")
    client.get_bucket_versioning(Bucket="site")
    assert short.sent[0].url == long.sent[0].url
    assert scope(short.sent[0])[1:] == scope(long.sent[0])[1:] == (region, "s3")


def test_the_token_of_a_page_is_written_as_botocore_writes_it() -> None:
    way, client, token = Way(plain()), plain(), "a+b/c=d&e f~é"
    metrics = (200, ANSWERS["list_bucket_metrics_configurations"], {})
    short, long = Wire(way.client, metrics), Wire(client, metrics)
    for each in (way.lane, client):
        each.list_bucket_metrics_configurations(Bucket="site", ContinuationToken=token)
    assert short.sent[0].url == long.sent[0].url


@pytest.mark.parametrize("token", [None, "a+b/c=d&e f~é"])
def test_the_signature_is_the_one_that_aws_computes(token: str | None) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html ."""
    way = Way(plain(), Credentials("AKIAEXAMPLE", "secret", "session"))
    wire = Wire(way.client, (200, ANSWERS["list_bucket_metrics_configurations"], {}))
    way.lane.list_bucket_metrics_configurations(Bucket="with.dots", **({"ContinuationToken": token} if token else {}))
    (request,) = wire.sent
    url = urllib.parse.urlsplit(request.url)
    pairs = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{name}={urllib.parse.quote(value, safe='-_.~')}" for name, value in pairs)
    authorization = _said(request, "Authorization")
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    values = {"host": url.netloc} | {name: _said(request, name) for name in names if name != "host"}
    assert {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"} <= values.keys()
    headers = "".join(f"{name}:{values[name]}\n" for name in names)
    asked = "\n".join(("GET", url.path, query, headers, ";".join(names), values["x-amz-content-sha256"]))
    assert values["x-amz-content-sha256"] == hashlib.sha256(b"").hexdigest()
    at = values["x-amz-date"]
    where = (at[:8], HERE, "s3", "aws4_request")
    text = "\n".join(("AWS4-HMAC-SHA256", at, "/".join(where), hashlib.sha256(asked.encode()).hexdigest()))
    key = functools.reduce(_hmac, where, b"AWS4secret")
    assert authorization.rpartition("Signature=")[2] == _hmac(key, text).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:80",
        "https://Example.test:443",
        "https://example.test:80",
        "http://10.0.0.1:5000",
        "http://[::1]:1",
    ],
)
def test_it_signs_for_the_host_that_the_session_names(url: str) -> None:
    way = Way(plain(url))
    wire = Wire(way.client)
    way.lane.get_bucket_versioning(Bucket="site")
    (request,) = wire.sent
    botocores = AWSRequest("GET", request.url)
    with pytest.MonkeyPatch.context() as patch:
        at = dt.datetime.strptime(_said(request, "X-Amz-Date"), TIME)  # noqa: DTZ007 - botocore's clock has no zone
        patch.setattr(botocore.auth, "get_current_datetime", lambda: at)
        botocore.auth.S3SigV4Auth(Credentials("AKIAEXAMPLE", "secret"), "s3", HERE).add_auth(botocores)
    assert _said(request, "Authorization") == botocores.headers["Authorization"]


def test_it_says_who_asks_as_botocore_does() -> None:
    way, client = Way(plain()), plain()
    short, long = Wire(way.client), Wire(client)
    for each in (way.lane, client):
        each.get_bucket_versioning(Bucket="site")
    ours, theirs = (_said(sent[0], "User-Agent").split()[0] for sent in (short.sent, long.sent))
    assert ours == theirs


def test_botocore_is_asked_once_where_buckets_answer_and_once_for_each_odd_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way = Way(plain())
    wire = Wire(way.client)
    asked: Counter[str] = Counter()
    resolve = way.client._resolve_endpoint_ruleset

    def counted(model: Any, parameters: Any, context: Any) -> Any:
        asked[parameters["Bucket"]] += 1
        return resolve(model, parameters, context)

    monkeypatch.setattr(way.client, "_resolve_endpoint_ruleset", counted)
    for name in ANSWERS:
        wire.answers = [(200, ANSWERS[name], {})]
        for bucket in ("one", "two", "with.dots", "an--x"):
            getattr(way.lane, name)(Bucket=bucket)
    assert asked == {lane_module._ANY: 1, "with.dots": 1, "an--x": 1}


CLIENTS = [
    {},
    {"region": THERE},
    {"region": "cn-north-1"},
    {"region": "us-gov-west-1"},
    {"url": "http://127.0.0.1:5000"},
    {"url": "https://gateway.example.test/base"},
    {"s3": {"addressing_style": "path"}},
    {"s3": {"use_dualstack_endpoint": True}},
    {"s3": {"use_accelerate_endpoint": True}},
    {"use_fips_endpoint": True},
]


@functools.cache
def lane_of(number: int) -> S3FastClient:
    said = dict(CLIENTS[number])
    url, region = said.pop("url", None), said.pop("region", HERE)
    client = session().client("s3", region, endpoint_url=url, config=botocore.config.Config(**said))
    return Way(client).lane


@settings(max_examples=examples(150), deadline=None)
@given(
    name=st.one_of(
        st.from_regex(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", fullmatch=True),
        st.from_regex(r"[a-zA-Z0-9._-]{1,70}", fullmatch=True),
        st.from_regex(r"[a-z0-9-]{1,20}--(x|xa|op|table)-s3", fullmatch=True),
    ),
    number=st.integers(0, len(CLIENTS) - 1),
)
@example("site", 0)
@example("a-1", 4)
@example("sthree-configurator", 0)
@example("amzn-s3-demo-bucket", 0)
@example("0000000000-op", 0)
@example(lane_module._ANY, 8)
def test_every_bucket_is_where_botocore_says_that_it_is(name: str, number: int) -> None:
    lane = lane_of(number)
    try:
        expected: Any = lane._resolved(name, "GetBucketAcl")
    except botocore.exceptions.BotoCoreError as error:
        with pytest.raises(type(error)):
            lane._place(name, "GetBucketAcl")
    else:
        assert lane._place(name, "GetBucketAcl") == expected


def test_no_more_places_are_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane_module, "_PLACES", 3)
    way = Way(plain())
    wire = Wire(way.client)
    for number in range(10):
        way.lane.get_bucket_versioning(Bucket=f"site-{number}")
        assert len(way.lane._places) <= 3
    assert len(wire.sent) == 10


def test_what_it_does_not_know_is_the_clients() -> None:
    way = Way(plain())
    assert way.lane.meta is way.client.meta
    assert way.lane.list_buckets.__func__ is way.client.list_buckets.__func__
    assert way.lane.exceptions is way.client.exceptions
    with pytest.raises(AttributeError):
        _ = way.lane.no_such_operation


def test_a_parameter_that_it_does_not_know_goes_the_ordinary_way() -> None:
    way = Way(plain())
    wire = Wire(way.client)
    way.lane.get_bucket_versioning(Bucket="site", ExpectedBucketOwner=ACCOUNT)
    assert _said(wire.sent[0], "x-amz-expected-bucket-owner") == ACCOUNT
    with pytest.raises(botocore.exceptions.ParamValidationError):
        way.lane.get_bucket_versioning(Bucket="site", Owner=ACCOUNT)


@pytest.mark.parametrize("bucket", ["site--euw1-az1--x-s3"])
def test_what_is_signed_for_another_service_goes_the_ordinary_way(bucket: str) -> None:
    way = Way(plain())
    wire = Wire(way.client)
    outcome(lambda: way.lane.get_bucket_encryption(Bucket=bucket))
    assert {scope(request)[2] for request in wire.sent} == {"s3express"}
    assert way.told == []


def test_many_threads_share_it(fake: FakeAws) -> None:
    way, client = Way(plain(fake.url)), plain(fake.url)
    mine = [bucket.name for bucket in BUCKETS if bucket.region == HERE]
    found: dict[int, list[Any]] = {}

    def read(number: int) -> None:
        found[number] = [
            outcome(lambda bucket=bucket, name=name: getattr(way.lane, name)(Bucket=bucket))
            for bucket in mine
            for name in ANSWERS
        ]

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [
        outcome(lambda bucket=bucket, name=name: getattr(client, name)(Bucket=bucket))
        for bucket in mine
        for name in ANSWERS
    ]
    assert all(found[number] == expected for number in range(8))
    assert way.in_flight() == 0
    assert len(way.told) == 8 * len(expected)


def counting(url: str | None = None) -> tuple[Any, Ledger]:
    """Return a client as a scan makes it, and the ledger that it counts in."""
    ledger = Ledger(ACCOUNT, HERE, "s3")
    return Clients(session(), ledger, url, account_id=ACCOUNT).get("s3", HERE), ledger


def test_the_client_of_a_scan_takes_the_short_way_and_counts_in_its_ledger(fake: FakeAws) -> None:
    client, ledger = counting(fake.url)
    assert isinstance(client, S3FastClient)
    client.get_bucket_versioning(Bucket=MINE)
    fake.control(throttle=1)
    outcome(lambda: client.get_bucket_acl(Bucket=MINE))
    fake.control(throttle=0, deny=["s3:GetBucketTagging"])
    outcome(lambda: client.get_bucket_tagging(Bucket=MINE))
    rows = {row.api: (row.calls, row.retries, row.denials, row.errors) for row in ledger.rows()}
    assert rows == {
        "s3:GetBucketVersioning": (1, 0, 0, 0),
        "s3:GetBucketAcl": (1, ATTEMPTS - 1, 0, 1),
        "s3:GetBucketTagging": (1, 0, 1, 0),
    }


def test_a_policy_that_is_empty_is_not_read_as_none() -> None:
    way = Way(plain())
    wire = Wire(way.client, (200, b"", {}), (200, b"{}", {}))
    assert way.lane.get_bucket_policy(Bucket="site") == {"Policy": "{}"}
    assert len(wire.sent) == 2


@pytest.mark.parametrize("status", [200, 403, 404, 502])
@pytest.mark.parametrize("body", [b"", b"<html><p>Sign in<br></html>", b"<Err"])
def test_where_a_bucket_is_has_trouble_as_any_call_has(status: int, body: bytes) -> None:
    """Botocore reads this answer by hand, an error's too: what is no XML went through as nobody's error."""
    client, _ = counting()
    Wire(client, (status, body, {}))
    for _ in range(2 * MOST):
        with pytest.raises((botocore.exceptions.ClientError, botocore.parsers.ResponseParserError)) as caught:
            client.get_bucket_location(Bucket="site")
    assert transient(caught.value)


def test_where_a_bucket_is_is_read_as_botocore_reads_it() -> None:
    client, _ = counting()
    Wire(client, (200, b'<LocationConstraint xmlns="u">eu-west-1</LocationConstraint>', {}))
    assert client.get_bucket_location(Bucket="site")["LocationConstraint"] == "eu-west-1"


def test_a_handler_of_what_is_sent_is_heard(aws: None) -> None:  # noqa: ARG001 - moto is on while it is used
    client, _ = counting()
    client.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": HERE})
    assert client.get_bucket_versioning(Bucket="site") == {}
    client.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    assert client.get_bucket_versioning(Bucket="site") == {"Status": "Enabled"}
    tags = [{"Key": "Owner", "Value": "grün & <fein>"}]
    client.put_bucket_tagging(Bucket="site", Tagging={"TagSet": tags})
    assert client.get_bucket_tagging(Bucket="site") == {"TagSet": tags}
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchBucketPolicy"):
        client.get_bucket_policy(Bucket="site")


RETAINED = b"""<?xml version="1.0" encoding="UTF-8"?>
<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled>
<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>"""
COPIED = b"""<?xml version="1.0" encoding="UTF-8"?>
<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Role>arn:aws:iam::123456789012:role/r</Role>
<Rule><ID>one</ID><Priority>1</Priority><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>
</Filter><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination></Rule>
<Rule><ID>two</ID><Prefix></Prefix><Status>Disabled</Status><Destination><Bucket>arn:aws:s3:::old</Bucket></Destination>
</Rule></ReplicationConfiguration>"""
BLOCKED = b"""<?xml version="1.0" encoding="UTF-8"?>
<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>
<ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>
<BlockedEncryptionTypes><EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule>
</ServerSideEncryptionConfiguration>"""


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("get_object_lock_configuration", RETAINED, {"Mode": "GOVERNANCE", "Days": 30}),
        ("get_bucket_replication", COPIED, ["arn:aws:s3:::copy", "arn:aws:s3:::old"]),
        ("get_bucket_encryption", BLOCKED, ["SSE-C"]),
    ],
)
def test_locks_copies_and_what_is_blocked_are_read_as_botocore_reads_them(name: str, body: bytes, said: Any) -> None:
    way, client = Way(plain()), plain()
    for each in (way.client, client):
        Wire(each, (200, body, {}))
    answer, ordinary = getattr(way.lane, name)(Bucket="site"), getattr(client, name)(Bucket="site")
    ordinary.pop("ResponseMetadata")
    assert {key: value for key, value in answer.items() if key != "ResponseMetadata"} == ordinary
    (found,) = ordinary.values()
    read = {
        "get_object_lock_configuration": lambda: found["Rule"]["DefaultRetention"],
        "get_bucket_replication": lambda: [rule["Destination"]["Bucket"] for rule in found["Rules"]],
        "get_bucket_encryption": lambda: found["Rules"][0]["BlockedEncryptionTypes"]["EncryptionType"],
    }
    assert read[name]() == said
