"""Every operation of the services that people use here is inferred from what botocore really sends."""

import io
import urllib.parse
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config

from local.inference import Inferred, infer
from local.inference.services import candidates, model_of

SERVICES = (
    "account", "acm", "application-autoscaling", "athena", "autoscaling", "backup", "ce", "cloudformation",
    "cloudtrail", "cloudwatch", "config", "dax", "dynamodb", "dynamodbstreams", "ec2", "ecr", "ecs", "efs", "elb",
    "elbv2", "events", "firehose", "glue", "iam", "kms", "lambda", "logs", "organizations", "pipes", "pricing", "rds",
    "resourcegroupstaggingapi", "s3", "s3control", "scheduler", "secretsmanager", "securityhub", "ses", "sesv2", "sns",
    "sqs", "ssm", "stepfunctions", "sts", "xray",
)  # fmt: skip
"""What Muster, its stack, the demo and people with the AWS command line call."""

SAME = {
    "s3:GetBucketLifecycle": "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketNotification": "s3:GetBucketNotificationConfiguration",
    "s3:PutBucketLifecycle": "s3:PutBucketLifecycleConfiguration",
    "s3:PutBucketNotification": "s3:PutBucketNotificationConfiguration",
}
"""Operations with the same method, path and query string as another: deprecated ones."""


ADDED_BY_MOTO = {"BucketCORSPreflightCheck", "ObjectCORSPreflightCheck", "PostObject"}
"""Operations that only browsers call: moto adds them to the model of S3 that it shares with the tests."""

ADDED: Mapping[str, frozenset[str]] = defaultdict(
    frozenset,
    {
        "ec2": frozenset({"PresignedUrl", "DestinationRegion"}),
        "rds": frozenset({"PreSignedUrl", "SourceRegion"}),
        "s3": frozenset({"ChecksumAlgorithm", "ChecksumCRC32", "ContentLength", "ContentMD5", "Expires"}),
    },
)
"""What botocore adds to a request or takes out of it after its parameters are settled."""


class _SentError(Exception):
    """Carries a request, and the parameters that botocore made it of, instead of sending it."""

    def __init__(self, request: AWSPreparedRequest, given: Mapping[str, Any]) -> None:
        super().__init__()
        self.request, self.given = request, given


def requests(
    service: str, names: Iterable[str] | None = None, **how: Any
) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    """Yield name, parameters and WSGI environment of each operation, once with what it requires and once with all."""
    client = _client(service, **how)
    for name in names or sorted(set(client.meta.service_model.operation_names) - ADDED_BY_MOTO):
        shape = client.meta.service_model.operation_model(name).input_shape
        for whole in (False, True):
            given = _drawn(shape, whole=whole) if shape else {}
            sent = _request(client, name, given)
            yield name, sent.given, _environ(sent.request)


def _client(service: str, endpoint: str | None = "http://127.0.0.1:1", style: str = "auto") -> Any:
    config = Config(
        parameter_validation=False, s3={"addressing_style": style},
        retries={"total_max_attempts": 1},
    )  # fmt: skip
    session: Any = boto3.session.Session("AKIDEXAMPLE", "secret", region_name="eu-west-1")
    client = session.client(service, endpoint_url=endpoint, config=config)

    built: dict[str, Any] = {}

    def keep(params: Mapping[str, Any], **_: Any) -> None:
        built.clear()
        built.update(params)

    def stop(request: AWSPreparedRequest, **_: Any) -> None:
        raise _SentError(request, dict(built))

    client.meta.events.register_last("before-parameter-build", keep)
    client.meta.events.register("before-send", stop)
    return client


def _request(client: Any, name: str, given: Mapping[str, Any]) -> _SentError:
    with pytest.raises(_SentError) as sent:
        client._make_api_call(name, dict(given))
    return sent.value


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    url = urllib.parse.urlsplit(request.url)
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else body.read()
    headers = {
        key: value.decode() if isinstance(value, bytes) else str(value) for key, value in request.headers.items()
    }
    uri = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    environ = {
        "REQUEST_METHOD": request.method,
        "REQUEST_URI": uri,
        "PATH_INFO": urllib.parse.unquote(url.path or "/", "latin-1"),
        "QUERY_STRING": url.query,
        "wsgi.input": io.BytesIO(body),
        "HTTP_HOST": url.netloc,
        **{f"HTTP_{key.upper().replace('-', '_')}": value for key, value in headers.items()},
        "CONTENT_LENGTH": str(len(body)),
    }
    kind = environ.pop("HTTP_CONTENT_TYPE", None)
    return environ | ({"CONTENT_TYPE": kind} if kind else {})


def _drawn(shape: Any, *, whole: bool, depth: int = 0, name: str = "") -> Any:
    """Return a value of a shape: the required members, or all of them down to a depth."""
    if shape.type_name == "structure":
        if shape.metadata.get("document"):
            return {}
        required = set(shape.required_members)
        wanted = [key for key in shape.members if key in required or (whole and depth < 3)]
        wanted = wanted[:1] if shape.metadata.get("union") else wanted
        wanted = [
            key for key in wanted if key != "EndpointId"
        ]  # needs a signature that botocore makes with a library of C
        return (
            {key: _drawn(shape.members[key], whole=whole, depth=depth + 1, name=key) for key in wanted}
            if depth < 9
            else {}
        )
    if shape.type_name == "list":
        return [_drawn(shape.member, whole=whole, depth=depth + 1, name=name)]
    if shape.type_name == "map":
        return {
            "Key": "value" if shape.value.type_name == "string" else _drawn(shape.value, whole=whole, depth=depth + 1)
        }
    return _SCALARS.get(shape.type_name, lambda _: f"{name}-x")(shape)


def _text(shape: Any) -> str:
    if shape.name in _PLAIN:
        return "a-name"
    if shape.enum:
        return str(shape.enum[0])
    if "header" in shape.serialization.get("location", ""):
        return "123456789012"  # headers are ASCII
    return "123456789012" if "ccount" in shape.name else "a-name/with é&+"


_PLAIN = {
    "AccessPointName",
    "BucketName",
    "EndpointId",
    "NonEmptyMaxLength64String",
    "ObjectLambdaAccessPointName",
    "OutpostId",
}
"""What is checked to be fit for a host name before a request is sent."""


_SCALARS: dict[str, Any] = {
    "string": _text,
    "boolean": lambda _: True,
    "integer": lambda _: 7,
    "long": lambda _: 7,
    "float": lambda _: 0.5,
    "double": lambda _: 0.5,
    "blob": lambda _: b"bytes",
    "timestamp": lambda _: datetime(2026, 11, 21, 14, 38, 24, tzinfo=UTC),
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_and_its_parameters_are_inferred(service: str) -> None:
    wrong: dict[str, Any] = {}
    for name, given, environ in requests(service):
        asked, found = f"{service}:{name}", infer(environ)
        if found.operation != SAME.get(asked, asked):
            wrong[asked] = found.operation
        elif asked not in SAME:
            sent, expected = _plain(found.parameters), _expected(service, name, given)
            differing = {key for key in {*sent, *expected} if sent.get(key) != expected.get(key)} - ADDED[service]
            wrong |= {f"{asked} {key}": (sent.get(key), expected.get(key)) for key in differing}
    assert wrong == {}


def _expected(service: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a server can know of the parameters: a body that is a blob is left out."""
    shape = model_of(service).operation_model(name).input_shape
    payload = shape.serialization.get("payload") if shape else None
    return _plain(
        {key: value for key, value in given.items() if key != payload or shape.members[key].type_name != "blob"}
    )


def _plain(value: Any) -> Any:
    """Leave out what is empty, for which the query protocols send nothing, and the zones of timestamps."""
    if isinstance(value, Mapping):
        return {key: plain for key, each in value.items() if (plain := _plain(each)) not in ({}, [])}
    if isinstance(value, list):
        return [plain for each in value if (plain := _plain(each)) not in ({}, [])]
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.mark.parametrize("endpoint", [None, "http://localhost:4566"])
def test_the_bucket_may_stand_in_the_host(endpoint: str | None) -> None:
    for name, given, environ in requests("s3", endpoint=endpoint, style="virtual"):
        if "Bucket" in given and f"s3:{name}" not in SAME and name != "GetBucketLocation":  # always path style
            assert environ["HTTP_HOST"].startswith("a-name."), name
            found = infer(environ)
            assert (found.operation, found.parameters["Bucket"]) == (f"s3:{name}", "a-name")


def test_the_account_may_stand_in_the_host() -> None:
    [_, (_, _, environ)] = requests("s3control", ["GetPublicAccessBlock"], endpoint=None)
    assert environ["HTTP_HOST"] == "123456789012.s3-control.eu-west-1.amazonaws.com"
    del environ["HTTP_X_AMZ_ACCOUNT_ID"]
    assert infer(environ) == Inferred("s3control:GetPublicAccessBlock", {"AccountId": "123456789012"})


SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=0"
)


def _request_of(
    method: str = "GET", path: str = "/", body: bytes = b"", kind: str = "", service: str = "", **headers: str
) -> dict[str, Any]:
    """Return a WSGI environment; without a service nobody signed the request."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "REQUEST_URI": path,
        "PATH_INFO": urllib.parse.unquote(path, "latin-1"),
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1:4566",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **({"CONTENT_TYPE": kind} if kind else {}),
        **({"HTTP_AUTHORIZATION": SIGNATURE.format(service)} if service else {}),
        **headers,
    }


FORM = "application/x-www-form-urlencoded; charset=utf-8"
PRESIGNED = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request"
CBOR = b"\xa1" + b"\x6a" + b"AlarmNames" + b"\x81" + b"\x61a"


@pytest.mark.parametrize(
    ("request_", "operation", "parameters"),
    [
        pytest.param(
            _request_of("POST", body=b"Action=GetCallerIdentity&Version=2011-06-15", kind=FORM, service="sts"),
            "sts:GetCallerIdentity", {}, id="a form",
        ),
        pytest.param(
            _request_of("POST", body=b"Action=AssumeRoleWithWebIdentity&RoleArn=r&Version=2011-06-15", kind=FORM),
            "sts:AssumeRoleWithWebIdentity", {"RoleArn": "r"}, id="a form that nobody signs",
        ),
        pytest.param(
            _request_of("GET", "/?Action=ListTopics&Version=2010-03-31&NextToken=n", service="sns"),
            "sns:ListTopics", {"NextToken": "n"}, id="a form in the query string",
        ),
        pytest.param(
            _request_of("POST", body=b"Action=DescribeLoadBalancers&Version=2012-06-01", kind=FORM,
                        service="elasticloadbalancing"),
            "elb:DescribeLoadBalancers", {}, id="two services of one name: the version decides",
        ),
        pytest.param(
            _request_of("POST", body=b"Action=DescribeAlarms&AlarmNames.member.1=a", kind=FORM, service="monitoring"),
            "cloudwatch:DescribeAlarms", {"AlarmNames": ["a"]}, id="an older protocol of a service",
        ),
        pytest.param(
            _request_of("POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", CBOR,
                        "application/cbor", "monitoring", HTTP_SMITHY_PROTOCOL="rpc-v2-cbor"),
            "cloudwatch:DescribeAlarms", {"AlarmNames": ["a"]}, id="a newer protocol of a service",
        ),
        pytest.param(
            _request_of("GET", f"/photos/a%2Fb?{PRESIGNED}"), "s3:GetObject", {"Bucket": "photos", "Key": "a/b"},
            id="a presigned URL",
        ),
        pytest.param(
            _request_of("GET", "/photos/a"), "s3:GetObject", {"Bucket": "photos", "Key": "a"}, id="a stranger",
        ),
        pytest.param(
            _request_of("PUT", "/photos/a/?x-id=PutObject", b"x", service="s3"),
            "s3:PutObject", {"Bucket": "photos", "Key": "a/", "ContentLength": 1},
            id="a key that ends in a slash, from an SDK that names its operations",
        ),
        pytest.param(
            _request_of("GET", "/photos/?list-type=2&prefix=x", service="s3"),
            "s3:ListObjectsV2", {"Bucket": "photos", "Prefix": "x"}, id="a bucket with a slash",
        ),
        pytest.param(_request_of("GET", "/", service="s3"), "s3:ListBuckets", {}, id="no bucket"),
        pytest.param(
            _request_of("POST", body=b"{not json", kind="application/x-amz-json-1.0", service="states",
                        HTTP_X_AMZ_TARGET="AWSStepFunctions.StartExecution"),
            "stepfunctions:StartExecution", {}, id="a body that cannot be read",
        ),
        pytest.param(_request_of("GET", "/", service="no-service"), "", {}, id="a service that AWS does not have"),
        pytest.param(
            _request_of("POST", HTTP_X_AMZ_TARGET="AWSStepFunctions.NoSuchThing", service="states"), "", {},
            id="an operation that the service does not have",
        ),
    ],
)  # fmt: skip
def test_requests_of_other_clients(request_: dict[str, Any], operation: str, parameters: dict[str, Any]) -> None:
    body = request_["wsgi.input"].getvalue()
    assert infer(request_) == Inferred(operation, parameters)
    assert request_["wsgi.input"].read() == body


@pytest.mark.parametrize("service", SERVICES)
def test_the_name_in_a_signature_leads_to_the_service(service: str) -> None:
    assert service in candidates(model_of(service).signing_name)
