"""What comes with a good status and is no answer is refused, in every protocol that the catalogue speaks."""

import contextlib
from typing import Any

import botocore.parsers
import botocore.session
import pytest

from muster.catalog.catalog import load
from muster.sdk.errors import transient
from muster.sdk.wire.validation import _WRONG, Bodies

SESSION = botocore.session.Session()
PAGE = b"<html><head><title>Sign in</title></head><body><p>Your network asks you to sign in.</p></body></html>"
LOOSE = b"<!DOCTYPE html>\n<html><meta charset=utf-8><p>Sign in<br></html>"
CLIENTS = sorted({each.client for each in [*load().listers.values(), *load().describers.values()]} | {"sts"})
ANSWERS = {
    ("dynamodb", "ListTables"): b'{"TableNames": []}',
    ("sqs", "ListQueues"): b"{}",
    ("lambda", "GetFunctionConcurrency"): b'{"ReservedConcurrentExecutions":null}',
    (
        "ec2",
        "DescribeVolumes",
    ): b'<?xml version="1.0"?>\n<DescribeVolumesResponse xmlns="u"><volumeSet/></DescribeVolumesResponse>',
    (
        "sns",
        "ListTopics",
    ): b'<ListTopicsResponse xmlns="u"><ListTopicsResult><Topics/></ListTopicsResult></ListTopicsResponse>',
    ("s3", "ListBuckets"): b'<ListAllMyBucketsResult xmlns="u"><Buckets/></ListAllMyBucketsResult>',
    ("s3", "GetBucketLocation"): b'<LocationConstraint xmlns="u"/>',
    ("s3", "GetBucketEncryption"): (
        b'<ServerSideEncryptionConfiguration xmlns="u"><Rule/></ServerSideEncryptionConfiguration>'
    ),
    ("s3control", "GetPublicAccessBlock"): (
        b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
    ),
}
"""An answer that holds next to nothing, of each protocol and each kind of shape."""


def hold(service: str, operation: str, body: Any, status: int = 200) -> None:
    model = SESSION.get_service_model(service).operation_model(operation)
    answers = Bodies(model.service_model)
    response = {"status_code": status, "headers": {}, "body": body}
    answers.held(operation_model=model, response_dict=response)
    parsed = None
    if status < 300 and not model.has_streaming_output:
        parser = botocore.parsers.create_parser(model.service_model.resolved_protocol)
        parsed = parser.parse(response, model.output_shape)
    answers.examined(f"response-received.{service}.{operation}", parsed, response)


@pytest.mark.parametrize("client", CLIENTS)
def test_every_protocol_that_is_spoken_is_held(client: str) -> None:
    assert SESSION.get_service_model(client).resolved_protocol in _WRONG


@pytest.mark.parametrize(("service", "operation"), ANSWERS)
def test_an_answer_that_holds_nothing_is_one(service: str, operation: str) -> None:
    hold(service, operation, ANSWERS[service, operation])


@pytest.mark.parametrize(("service", "operation"), ANSWERS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PAGE, id="a page"),
        pytest.param(LOOSE, id="a page that is no XML"),
        pytest.param(b'<HTML xmlns="http://www.w3.org/1999/xhtml"/>', id="a page with a namespace"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"Service Unavailable", id="words"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b'"signed out"', id="a JSON text"),
        pytest.param(b"[]", id="a JSON list"),
    ],
)
def test_what_is_no_answer_may_be_one_a_moment_later(service: str, operation: str, body: bytes) -> None:
    with pytest.raises(botocore.parsers.ResponseParserError, match=r"unable to parse the response: .") as error:
        hold(service, operation, body)
    assert transient(error.value)


@pytest.mark.parametrize(
    ("service", "operation"), [each for each in ANSWERS if each[0] not in ("ec2", "sns", "sqs")], ids="-".join
)
def test_half_an_answer_is_none(service: str, operation: str) -> None:
    """Of EC2's and the query protocol the root is looked at here: their parsers refuse what is broken behind it."""
    body = ANSWERS[service, operation]
    for end in range(len(body)):
        with pytest.raises(botocore.parsers.ResponseParserError):
            hold(service, operation, body[:end])


def test_a_text_that_is_empty_is_none() -> None:
    """That there is no policy has a code of its own."""
    with pytest.raises(botocore.parsers.ResponseParserError, match="it is empty"):
        hold("s3", "GetBucketPolicy", b"")


def test_another_operations_answer_is_none() -> None:
    with pytest.raises(botocore.parsers.ResponseParserError, match="it is no DescribeInstancesResponse"):
        hold("ec2", "DescribeInstances", ANSWERS["ec2", "DescribeVolumes"])


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        pytest.param("s3", "GetObject", object(), id="a stream"),
        pytest.param("s3", "GetBucketPolicy", PAGE, id="any text"),
        pytest.param("s3", "GetBucketPolicy", b"{", id="half a policy, which its reader refuses"),
        pytest.param("s3", "PutObject", b"", id="headers alone"),
        pytest.param("sqs", "DeleteQueue", b"", id="nothing to say"),
    ],
)
def test_what_is_no_document_is_not_held(service: str, operation: str, body: Any) -> None:
    hold(service, operation, body)


ERRORS = {
    (
        "dynamodb",
        "ListTables",
    ): b'{"__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException"}',
    ("lambda", "GetPolicy"): b'{"__type": "ResourceNotFoundException"}',
    (
        "ec2",
        "DescribeVolumes",
    ): b"<Response><Errors><Error><Code>OptInRequired</Code></Error></Errors></Response>",
    ("sns", "ListTopics"): b"<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>",
    ("s3", "GetBucketLocation"): b"<Error><Code>NoSuchBucket</Code></Error>",
    ("s3control", "GetPublicAccessBlock"): (
        b"<ErrorResponse><Error><Code>NoSuchPublicAccessBlockConfiguration</Code></Error></ErrorResponse>"
    ),
}


@pytest.mark.parametrize(("service", "operation"), ERRORS)
@pytest.mark.parametrize("status", [400, 403, 404])
def test_an_error_that_names_its_code_is_botocores_to_read(service: str, operation: str, status: int) -> None:
    hold(service, operation, ERRORS[service, operation], status)


@pytest.mark.parametrize(("service", "operation"), ERRORS)
@pytest.mark.parametrize("status", [403, 404, 429])
@pytest.mark.parametrize("body", [PAGE, LOOSE, b"", b"<Error><Co", b'{"__type": "Acc'], ids=range(5))
def test_an_error_that_lost_its_code_says_nothing(service: str, operation: str, status: int, body: bytes) -> None:
    """Neither that something is not there, nor that the role lacks a permission."""
    with pytest.raises(botocore.parsers.ResponseParserError, match=r"(?i)unable to parse") as error:
        hold(service, operation, body, status)
    assert transient(error.value)


@pytest.mark.parametrize("status", [301, 307, 500, 502, 503])
def test_what_the_status_alone_tells_is_botocores_to_act_upon(status: int) -> None:
    hold("dynamodb", "ListTables", PAGE, status)


def test_a_question_that_is_answered_without_a_body_has_its_status_for_a_code() -> None:
    hold("s3", "HeadBucket", b"", 404)


@pytest.mark.parametrize(
    ("service", "operation", "body", "refused"),
    [
        ("stepfunctions", "DescribeStateMachine", b'{"name": "scan"}', False),
        ("lambda", "GetFunctionConfiguration", b'{"FunctionName": "scan"}', False),
        ("organizations", "ListAccounts", b"{}", True),
        ("stepfunctions", "ListExecutions", b"{}", True),
        ("ec2", "DescribeRegions", b"<DescribeRegionsResponse/>", True),
    ],
)
def test_of_calls_beside_a_scan_only_lists_must_hold_what_they_document(
    service: str, operation: str, body: bytes, *, refused: bool
) -> None:
    model = SESSION.get_service_model(service).operation_model(operation)
    parser = botocore.parsers.create_parser(model.service_model.resolved_protocol)
    response = {"status_code": 200, "headers": {}, "body": body}
    parsed = parser.parse(response, model.output_shape)
    answers = Bodies(model.service_model, reads=False)
    with pytest.raises(botocore.parsers.ResponseParserError) if refused else contextlib.nullcontext():
        answers.examined(f"response-received.{service}.{operation}", parsed, response)
