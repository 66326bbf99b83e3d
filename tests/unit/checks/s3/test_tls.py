"""Which bucket policies refuse requests without TLS: every spelling, one named case a row."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.s3.access import s3_bucket_ssl_requests_only
from muster.facets.s3.buckets import BucketPolicy
from muster.model.finding import Resource, Status, Unknown, UnknownField, Verdict, non_compliant

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
EXAMPLE = Resource("AWS::S3::Bucket", "example", "123456789012", "eu-west-1", arn="arn:aws:s3:::example")
BUCKET = "arn:aws:s3:::example"
OBJECTS = "arn:aws:s3:::example/*"
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS], "Condition": PLAIN}
READ = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}


def deny(**changed: Any) -> dict[str, Any]:
    """Return the statement AWS recommends with something changed, or left out where it is None."""
    return {key: value for key, value in {**DENY, **changed}.items() if value is not None}


def under(operator: str, value: Any = "false", key: str = "aws:SecureTransport") -> dict[str, Any]:
    return deny(Condition={operator: {key: value}})


def judge(*statements: dict[str, Any]) -> Verdict:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return s3_bucket_ssl_requests_only(EXAMPLE, BucketPolicy.parse({"Policy": document}))


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        pytest.param([DENY], C, id="as AWS recommends it"),
        pytest.param([READ, DENY], C, id="beside an Allow"),
        pytest.param([deny(Principal={"AWS": "*"})], C, id="everybody, spelled as an AWS principal"),
        pytest.param([deny(Principal={"AWS": ["*"]})], C, id="everybody, in a list"),
        pytest.param([deny(Principal={"AWS": "arn:aws:iam::111122223333:root"})], N, id="one account"),
        pytest.param([deny(Principal={"Service": "logging.s3.amazonaws.com"})], N, id="one service"),
        pytest.param([deny(Principal=None, NotPrincipal={"AWS": "111122223333"})], N, id="everybody but one"),
        pytest.param([deny(Principal=None)], N, id="nobody"),
        pytest.param([deny(Effect="Allow")], N, id="an Allow with the same words"),
        # Actions.
        pytest.param([deny(Action="*")], C, id="all actions of all services"),
        pytest.param([deny(Action=["s3:*"])], C, id="all actions in a list"),
        pytest.param([deny(Action="S3:*")], C, id="all actions in capitals"),
        pytest.param([deny(Action=["s3:Get*", "s3:*"])], C, id="all actions among others"),
        pytest.param([deny(Action="s3:**")], C, id="one asterisk too many"),
        pytest.param([deny(Action="*:*")], C, id="all actions of all services, in two parts"),
        pytest.param([deny(Action="s3:")], N, id="no action at all"),
        pytest.param([deny(Action="s3:Get*")], N, id="s3:Get* alone is not all actions"),
        pytest.param([deny(Action=["s3:PutObject"])], N, id="one action"),
        pytest.param([deny(Action=["s3:Get*", "s3:Put*"])], N, id="actions that do not add up"),
        pytest.param([deny(Action="s3-object-lambda:*")], N, id="another service"),
        pytest.param([deny(Action=None, NotAction="s3:GetObject")], N, id="all actions except one"),
        # Resources.
        pytest.param([deny(Resource="*")], C, id="every resource"),
        pytest.param([deny(Resource="arn:aws:s3:::*")], C, id="every bucket"),
        pytest.param([deny(Resource=f"{BUCKET}*")], C, id="bucket and objects in one pattern"),
        pytest.param([deny(Resource=[BUCKET, "arn:aws:s3:::*/*"])], C, id="the objects of every bucket"),
        pytest.param([deny(Resource=["arn:aws-cn:s3:::example", "arn:aws-cn:s3:::example/*"])], C, id="in China"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/?*"])], C, id="objects whose keys have a letter, as all have"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/*?"])], C, id="the same from the other end"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/??*"])], N, id="objects whose keys have two letters"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/?"])], N, id="objects whose keys have one letter"),
        pytest.param([deny(Resource=BUCKET)], N, id="only the bucket"),
        pytest.param([deny(Resource=OBJECTS)], N, id="only the objects"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/logs/*"])], N, id="only the objects of a prefix"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/*.html"])], N, id="only the objects of a suffix"),
        pytest.param([deny(Resource=[BUCKET, f"{BUCKET}/"])], N, id="only the object with an empty name"),
        pytest.param(
            [deny(Resource=[BUCKET, "arn:aws:s3:eu-west-1:111122223333:accesspoint/*"])], N, id="only access points"
        ),
        pytest.param([deny(Resource="arn:aws:s3:eu-west-1:111122223333:accesspoint/*")], N, id="no bucket at all"),
        pytest.param([deny(Resource=None, NotResource=f"{BUCKET}/public/*")], N, id="all resources but some"),
        pytest.param([deny(Resource=BUCKET), deny(Resource=OBJECTS)], C, id="two statements together"),
        pytest.param(
            [deny(Resource=BUCKET), deny(Resource=OBJECTS, Action="s3:GetObject")], N, id="the second denies too little"
        ),
        pytest.param([deny(Resource=f"{BUCKET}/a/*"), deny(Resource=[BUCKET])], N, id="a prefix and the bucket"),
        # Conditions.
        pytest.param([under("BoolIfExists")], C, id="BoolIfExists"),
        pytest.param([under("Bool", value=False)], C, id="a JSON boolean"),
        pytest.param([under("Bool", "False")], C, id="a capital letter"),
        pytest.param([under("Bool", ["false"])], C, id="a list"),
        pytest.param([under("Bool", ["false", "true"])], C, id="with TLS too"),
        pytest.param([under("Bool", key="AWS:securetransport")], C, id="the key in other letters"),
        pytest.param([under("StringEquals")], C, id="compared as a text"),
        pytest.param([under("StringEqualsIgnoreCase", "FALSE")], C, id="compared as a text in any case"),
        pytest.param([under("StringLike", "f*")], C, id="compared with a pattern"),
        pytest.param([under("StringNotEquals", "true")], C, id="not true"),
        pytest.param([under("StringNotLike", "tru?")], C, id="not like true"),
        pytest.param([under("ForAnyValue:Bool")], C, id="for any value of one"),
        pytest.param([under("Bool", "true")], N, id="the wrong way round"),
        pytest.param([under("StringEquals", "False")], N, id="a text that never equals"),
        pytest.param([under("StringNotEquals", "false")], N, id="not false"),
        pytest.param([under("StringNotLike", "*")], N, id="like nothing at all"),
        pytest.param([under("NumericEquals", "0")], N, id="compared as a number"),
        pytest.param([under("Null", "true")], N, id="asked whether it is there"),
        pytest.param([under("Bool", key="aws:ViaAWSService")], N, id="another key"),
        pytest.param(
            [deny(Condition={"Bool": {**PLAIN["Bool"], "aws:ViaAWSService": "false"}})], N, id="and another key"
        ),
        pytest.param(
            [deny(Condition={**PLAIN, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})], N, id="from somewhere"
        ),
        pytest.param([deny(Condition=None)], C, id="everything is denied to everybody"),
        # The version of TLS.
        pytest.param([under("NumericLessThanIfExists", "1.2", "s3:TlsVersion")], C, id="an old version or none"),
        pytest.param([under("NumericLessThanIfExists", 1.2, "s3:TlsVersion")], C, id="a version as a number"),
        pytest.param([under("NumericLessThan", "1.2", "s3:TlsVersion")], N, id="an old version of TLS only"),
        pytest.param([under("StringEqualsIfExists", "1.0", "s3:TlsVersion")], C, id="one version or none"),
        pytest.param(
            [deny(Condition={**PLAIN, "NumericLessThanIfExists": {"s3:TlsVersion": "1.2"}})],
            C,
            id="no TLS, and for the version the same",
        ),
        pytest.param(
            [deny(Condition={**PLAIN, "NumericLessThan": {"s3:TlsVersion": "1.2"}})], N, id="no TLS but an old version"
        ),
        pytest.param([DENY, under("NumericLessThan", "1.2", "s3:TlsVersion")], C, id="a version besides"),
    ],
)
def test_s3_bucket_ssl_requests_only(statements: list[dict[str, Any]], status: Status) -> None:
    assert judge(*statements).status is status


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([DENY], "Bucket policy denies all requests without TLS"),
        ([], "Bucket has no policy, so requests without TLS are allowed"),
        ([READ], "Bucket policy has no statement that denies all requests without TLS"),
        (
            [deny(Resource=BUCKET)],
            "Bucket policy denies requests without TLS only on the bucket itself, not on its objects",
        ),
        (
            [deny(Resource=OBJECTS)],
            "Bucket policy denies requests without TLS only on objects, not on the bucket itself",
        ),
        (
            [deny(Resource=None, NotResource=f"{BUCKET}/a/*")],
            "Bucket policy denies requests without TLS only on everything except arn:aws:s3:::example/a/*",
        ),
        (
            [deny(Resource=f"{BUCKET}/a/*")],
            "Bucket policy denies requests without TLS only on arn:aws:s3:::example/a/*",
        ),
        (
            [deny(Resource=[BUCKET, f"{BUCKET}/a/*"])],
            "Bucket policy denies requests without TLS only on arn:aws:s3:::example, arn:aws:s3:::example/a/*",
        ),
    ],
)
def test_the_reason_names_what_is_missing(statements: list[dict[str, Any]], reason: str) -> None:
    verdict = judge(*statements)
    assert verdict.reason == reason


def test_a_bucket_without_a_policy_answers_plain_http() -> None:
    china = Resource("AWS::S3::Bucket", "example", "123456789012", "cn-north-1", "aws-cn", "arn:aws-cn:s3:::example")
    assert s3_bucket_ssl_requests_only(china, BucketPolicy.parse({})) == non_compliant(
        "Bucket has no policy, so requests without TLS are allowed", partition="aws-cn"
    )


def test_a_policy_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="cannot be parsed"):
        s3_bucket_ssl_requests_only(EXAMPLE, BucketPolicy.parse({"Policy": "{"}))
    with pytest.raises(UnknownField, match="so it is"):
        s3_bucket_ssl_requests_only(EXAMPLE, BucketPolicy(Unknown("so it is")))


STATEMENTS = st.builds(
    deny,
    Effect=st.sampled_from(("Allow", "Deny")),
    Principal=st.sampled_from(("*", {"AWS": "*"}, {"AWS": "111122223333"}, {"Service": "s3.amazonaws.com"})),
    Action=st.sampled_from(("*", "s3:*", "s3:GetObject", ["s3:Get*", "s3:*"])),
    Resource=st.sampled_from((BUCKET, OBJECTS, [BUCKET, OBJECTS], "*", f"{BUCKET}/a/*")),
    Condition=st.sampled_from((None, PLAIN, {"Bool": {"aws:SecureTransport": "true"}}, {"StringEquals": {"a:b": "c"}})),
)
POLICIES = st.lists(STATEMENTS, max_size=5)


@given(POLICIES, STATEMENTS)
def test_one_more_statement_never_opens_a_policy(policy: list[dict[str, Any]], added: dict[str, Any]) -> None:
    if judge(*policy).status is C:
        assert judge(*policy, added).status is C


@given(POLICIES.flatmap(lambda policy: st.tuples(st.just(policy), st.permutations(policy))))
def test_the_order_of_statements_never_matters(pair: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert judge(*pair[0]).status is judge(*pair[1]).status


@given(POLICIES)
def test_allows_decide_nothing(policy: list[dict[str, Any]]) -> None:
    denies = [statement for statement in policy if statement["Effect"] == "Deny"]
    assert judge(*policy).status is judge(*denies).status


@given(STATEMENTS, st.sampled_from(("Action", "Resource")))
def test_a_text_is_as_good_as_a_list_of_one(statement: dict[str, Any], element: str) -> None:
    if isinstance(statement[element], str):
        assert judge(statement) == judge({**statement, element: [statement[element]]})


@given(POLICIES)
def test_a_condition_of_its_own_takes_a_statement_away(policy: list[dict[str, Any]]) -> None:
    narrowed = {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}
    assert judge(*({**each, "Condition": {**each.get("Condition", {}), **narrowed}} for each in policy)).status is N
