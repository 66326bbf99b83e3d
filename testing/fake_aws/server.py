"""The fake AWS itself: who is asked what, what the weather does to it, and how often each was asked."""

import base64
import datetime as dt
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType

from testing.fake_aws import ec2_answers, s3_answers
from testing.fake_aws.estate import ACCOUNT, Bucket, Estate
from testing.fake_aws.faults import Call, Fault, Faults, Knobs
from testing.fake_aws.http import Reply, Request

CONTROL = "/_control"
_S3_CONTROL = "/v20180820/"
_PAGE, _BUCKETS_PAGE = 1_000, 10_000
_OF_EC2 = MappingProxyType({"Content-Type": "text/xml;charset=UTF-8", "Server": "AmazonEC2"})
_OF_S3 = MappingProxyType(
    {
        "x-amz-id-2": "Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg==",
        "x-amz-request-id": "4442587FB7D0A2F9",
        "Content-Type": "application/xml",
        "Server": "AmazonS3",
    }
)
_EMPTY = MappingProxyType({"DescribeVolumes": "volumeSet", "DescribeSecurityGroups": "securityGroupInfo"})
_VIRTUAL = re.compile(r"(?P<bucket>[^/]+)\.(?:localhost|s3[.-].*)\Z")
_BUCKET = re.compile(r"bucket-(\d{5,})\Z")
_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/(.+)\Z")
_SCP = "with an explicit deny in a service control policy"

Answer = s3_answers.Answer


class Server:
    """Answers requests over one estate; what it counts and the knobs are read and set under `/_control`."""

    def __init__(self, estate: Estate, knobs: Knobs | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Serve an estate under some knobs."""
        self._estate, self._clock = estate, clock
        self._drawn = Faults(clock=clock)
        self._drawn.set(knobs or Knobs())
        self._pages: dict[str, ec2_answers.Page] = {}
        self._calls: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._in_flight = self._peak = self._keys = 0

    def answer(self, request: Request) -> Reply:
        """Answer one request, or do with it what the weather wants."""
        self._in_flight += 1
        if request.path == CONTROL:
            return self._controlled(request)
        began = self._clock()
        self._peak = max(self._peak, self._in_flight)
        call = self._call(request)
        self._calls[call.api] += 1
        fault, seconds = self._drawn.decide(call)
        if fault is not Fault.NONE:
            self._faults[fault.value] += 1
        if fault is Fault.DOWN:
            return Reply(500, b"", {}, 0, 0)
        refused = _refused(fault, call, _account_of(call.key))
        status, body, headers = refused or self._answer_of(call, request)
        if fault is Fault.MALFORMED:
            body = self._drawn.garbled(body)
        more = _OF_EC2 if call.service in ("ec2", "sts") else _OF_S3
        left = max(0.0, seconds - (self._clock() - began))
        return Reply(status, body, {**more, **headers}, left, 0.5 if fault is Fault.RESET else 1)

    def done(self) -> None:
        """Count one call less in flight."""
        self._in_flight -= 1

    def _controlled(self, request: Request) -> Reply:
        if request.method == "POST":
            try:
                change = json.loads(request.body or b"{}")
                if change.pop("forget", False):
                    self._calls.clear()
                    self._faults.clear()
                    self._peak = 0
                if change:
                    self._drawn.set(self._drawn.knobs.set(change))
            except (ValueError, TypeError, AttributeError) as error:
                return Reply(400, json.dumps({"error": str(error)}).encode(), {"Content-Type": "application/json"})
        status = {
            "calls": dict(self._calls),
            "faults": dict(self._faults),
            "in_flight": self._in_flight - 1,
            "peak": self._peak,
            "knobs": asdict(self._drawn.knobs),
            "estate": asdict(self._estate),
        }
        return Reply(200, json.dumps(status).encode(), {"Content-Type": "application/json"})

    def _call(self, request: Request) -> Call:
        service, region, key = request.service, request.region, request.key
        if service in ("ec2", "sts"):
            return Call(service, request.form.get("Action", ""), region, key)
        if request.path.startswith(_S3_CONTROL):
            return Call("s3control", "GetPublicAccessBlock", region, key)
        if not _bucket_name(request):
            return Call("s3", "ListBuckets", region, key)
        named = next((CONFIGURED[word][0] for word in request.query if word in CONFIGURED), "Unknown")
        return Call("s3", named, region, key)

    def _answer_of(self, call: Call, request: Request) -> Answer:
        if not call.service:
            return s3_answers.s3_error(403, "AccessDenied", "Access Denied")
        if call.service == "ec2":
            return self._ec2(call, request.form)
        if call.service == "sts":
            return self._sts(call, request.form)
        if call.service == "s3control":
            return s3_answers.account_public_access_block()
        if call.operation == "ListBuckets":
            return self._buckets(request.query)
        return self._bucket(call, request)

    def _ec2(self, call: Call, form: Mapping[str, str]) -> Answer:
        if call.operation == "DescribeInstances":
            return self._instances(call, form)
        if call.operation == "DescribeRegions":
            found = ec2_answers.regions_of(self._estate, self._drawn.knobs.opted_out)
            return 200, ec2_answers.describe_regions(found), {}
        if call.operation == "GetEbsEncryptionByDefault":
            return 200, ec2_answers.ebs_encryption_by_default(), {}
        if call.operation in _EMPTY:
            return 200, ec2_answers.empty_list(call.operation, _EMPTY[call.operation]), {}
        message = f"The action {call.operation} is not valid for this web service."
        return 400, ec2_answers.ec2_error("InvalidAction", message), {}

    def _instances(self, call: Call, form: Mapping[str, str]) -> Answer:
        token, size = form.get("NextToken", ""), int(form.get("MaxResults", _PAGE))
        start = self._from(token)
        if start is None:
            # What EC2 answers: https://github.com/boto/boto3/issues/2673
            message = f"Value ( {token} ) for parameter NextToken is invalid. The token is invalid."
            return 400, ec2_answers.ec2_error("InvalidParameterValue", message), {}
        if not 5 <= size <= _PAGE:  # noqa: PLR2004 - what EC2 documents
            message = f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000."
            return 400, ec2_answers.ec2_error("InvalidParameterValue", message), {}
        numbers = self._estate.numbers(call.region)
        account = _account_of(call.key)
        render = self._pages.setdefault(account, ec2_answers.instances_page(account))
        pieces = render((self._estate.instance(number) for number in numbers[start : start + size]), call.region)
        more = self._token(start + size) if start + size < len(numbers) else ""
        return 200, ec2_answers.describe_instances(pieces, more), {}

    def _sts(self, call: Call, form: Mapping[str, str]) -> Answer:
        account = _account_of(call.key)
        if call.operation == "GetCallerIdentity":
            return 200, ec2_answers.caller_identity(account, f"arn:aws:iam::{account}:user/bench"), {}
        role = _ROLE.match(form.get("RoleArn", ""))
        if call.operation == "AssumeRole" and role:
            self._keys += 1
            until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
            arn = f"arn:aws:sts::{role[1]}:assumed-role/{role[2].rpartition('/')[2]}/{form.get('RoleSessionName')}"
            key = f"ASIA{role[1]}{self._keys:06d}"
            return 200, ec2_answers.assumed_role(arn, key, f"{until:%Y-%m-%dT%H:%M:%SZ}"), {}
        return 400, ec2_answers.sts_error("InvalidAction", f"Could not find operation {call.operation}"), {}

    def _buckets(self, query: Mapping[str, str]) -> Answer:
        start = self._from(query.get("continuation-token", ""))
        if start is None:
            return s3_answers.s3_error(
                400,
                "InvalidArgument",
                "The continuation token provided is incorrect",
                "<ArgumentName>continuation-token</ArgumentName>",
            )
        end = min(self._estate.buckets, start + int(query.get("max-buckets", _BUCKETS_PAGE)))
        more = self._token(end) if end < self._estate.buckets else ""
        return s3_answers.list_buckets(self._listed(range(start, end), query.get("bucket-region")), more)

    def _listed(self, numbers: Iterable[int], region: str | None) -> Iterable[Bucket]:
        found = (self._estate.bucket(number) for number in numbers)
        return (bucket for bucket in found if region in (None, bucket.region))

    def _bucket(self, call: Call, request: Request) -> Answer:
        name = _bucket_name(request)
        known = _BUCKET.match(name)
        if not known or int(known[1]) >= self._estate.buckets or name in self._drawn.knobs.gone_buckets:
            return s3_answers.no_such_bucket(name)
        bucket = self._estate.bucket(int(known[1]))
        if call.region != bucket.region and call.operation != "GetBucketLocation":
            message = f"The authorization header is malformed; the region '{call.region}' is wrong; "
            return s3_answers.s3_error(
                400,
                "AuthorizationHeaderMalformed",
                f"{message}expecting '{bucket.region}'",
                f"<Region>{bucket.region}</Region>",
                {"x-amz-bucket-region": bucket.region},
            )
        for word in request.query:
            if word in CONFIGURED and request.method == "GET":
                return CONFIGURED[word][1](bucket)
        return s3_answers.s3_error(501, "NotImplemented", "A header you provided implies functionality not implemented")

    def _token(self, start: int) -> str:
        return base64.urlsafe_b64encode(f"{start}/{self._clock():.3f}".encode()).decode()

    def _from(self, token: str) -> int | None:
        """Return where a page begins, or None when its token is not taken."""
        if not token:
            return 0
        try:
            start, _, made = base64.urlsafe_b64decode(token).decode().partition("/")
            age = self._clock() - float(made)
        except ValueError:
            return None
        return int(start) if self._drawn.takes_token(token, age) else None


CONFIGURED = s3_answers.CONFIGURED


def _bucket_name(request: Request) -> str:
    virtual = _VIRTUAL.match(request.host)
    return virtual["bucket"] if virtual else request.path.strip("/").partition("/")[0]


def _account_of(key: str) -> str:
    """Return the account of an access key: those that AssumeRole gave carry it."""
    return key[4:16] if key.startswith("ASIA") and key[4:16].isdigit() else ACCOUNT


def _refused(fault: Fault, call: Call, account: str) -> Answer | None:
    """Return the error that a service answers, or None when it answers well, or as well as it may."""
    who = f"User: arn:aws:iam::{account}:user/bench is not authorized to perform: {call.api}"
    change = {
        Fault.THROTTLED: _THROTTLED,
        Fault.BROKEN: _BROKEN,
        Fault.EXPIRED: _EXPIRED,
        Fault.OPTED_OUT: {"": (401, "AuthFailure", "AWS was not able to validate the provided access credentials")},
        Fault.DENIED: {
            "ec2": (403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {who}"),
            "": (403, "AccessDenied", f"{who} because no identity-based policy allows the action"),
        },
        Fault.BLOCKED: {
            "ec2": (403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {who} {_SCP}"),
            "": (403, "AccessDenied", f"{who} {_SCP}"),
        },
    }.get(fault)
    if change is None:
        return None
    status, code, message = change.get(call.service, change[""])
    if call.service == "ec2":
        return status, ec2_answers.ec2_error(code, message), {}
    if call.service == "sts":
        return status, ec2_answers.sts_error(code, message), {}
    return s3_answers.s3_error(status, code, message)


_Errors = Mapping[str, tuple[int, str, str]]
_THROTTLED: _Errors = {
    "ec2": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "": (503, "SlowDown", "Please reduce your request rate."),
}
_BROKEN: _Errors = {
    "ec2": (500, "InternalError", "An internal error has occurred"),
    "": (500, "InternalError", "We encountered an internal error. Please try again."),
}
_EXPIRED: _Errors = {
    "ec2": (400, "RequestExpired", "Request has expired."),
    "sts": (403, "ExpiredToken", "The security token included in the request is expired"),
    "": (400, "ExpiredToken", "The provided token has expired."),
}
