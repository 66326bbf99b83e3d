"""Whether a role may make a request, against concrete requests that are evaluated one by one.

The evaluation is written from IAM's pages and shares nothing with what it tests: it takes policies as JSON.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.analysis.authorization.families import all_objects
from muster.analysis.authorization.requests import Request
from muster.analysis.authorization.roles import ResourcePolicy, Role, decide
from muster.analysis.policies.document import Policy
from tests.examples import examples

OWN, OTHER = "123456789012", "111122223333"
ROLE, ELSE = f"arn:aws:iam::{OWN}:role/replication", f"arn:aws:iam::{OWN}:role/else"
BUCKET, KEY = "arn:aws:s3:::b", f"arn:aws:kms:eu-west-1:{OTHER}:key/k"
OBJECTS = [f"{BUCKET}/{''.join(key)}" for size in (1, 2, 3) for key in itertools.product("abx", repeat=size)]
VIA = "s3.eu-west-1.amazonaws.com"
TAG = "aws:PrincipalTag/team"

Document = dict[str, Any]
Said = Mapping[str, str]


def like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(pattern[1:], text) or bool(text and like(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and like(pattern[1:], text[1:])


def meets(condition: Document, said: Said) -> bool:
    for operator, tests in condition.items():
        for key, values in tests.items():
            name = operator.removesuffix("IfExists")
            text = next((value for each, value in said.items() if each.lower() == key.lower()), None)
            if text is None:
                if not (operator.endswith("IfExists") or "Not" in name):
                    return False
                continue
            alike = any(like(value, text) if name.endswith("Like") else value == text for value in values)
            if alike == ("Not" in name):
                return False
    return True


def concerns(statement: Document, action: str, resource: str, said: Said) -> bool:
    actions = statement.get("Action", statement.get("NotAction"))
    if any(like(each.lower(), action.lower()) for each in actions) != ("Action" in statement):
        return False
    resources = statement.get("Resource", statement.get("NotResource"))
    if any(like(each, resource) for each in resources) != ("Resource" in statement):
        return False
    return meets(statement.get("Condition", {}), said)


def evaluated(  # noqa: PLR0913 - a request, and the policies that decide on it
    identity: Sequence[Document],
    boundary: Sequence[Document] | None,
    resource_policy: Sequence[Document],
    request: tuple[str, str, Said],
    *,
    key: bool,
    same: bool,
) -> bool:
    """Decide on one request as IAM does."""

    def effect(statements: Sequence[Document], word: str, principals: set[str] | None = None) -> bool:
        return any(
            each["Effect"] == word
            and concerns(each, *request)
            and (principals is None or each["Principal"]["AWS"] in principals)
            for each in statements
        )

    root = f"arn:aws:iam::{OWN}:root"
    if effect([*identity, *(boundary or ())], "Deny") or effect(resource_policy, "Deny", {"*", ROLE, root}):
        return False
    if boundary is not None and not effect(boundary, "Allow"):
        return False
    by_identity = effect(identity, "Allow")
    by_role, by_account = effect(resource_policy, "Allow", {"*", ROLE}), effect(resource_policy, "Allow", {root})
    if not same:
        return by_identity and (by_role or by_account)
    if key:
        return by_role or (by_account and by_identity)
    return by_identity or by_role


def statements(resources: Sequence[str], actions: Sequence[str], keys: Mapping[str, Sequence[str]]) -> Any:
    """Draw the statements of a policy, without principals."""
    condition = st.sampled_from(sorted(keys)).flatmap(
        lambda key: st.fixed_dictionaries(
            {},
            optional={
                "StringEquals": st.just({key: [keys[key][0]]}),
                "StringLike": st.just({key: list(keys[key])}),
                "StringNotLikeIfExists": st.just({key: [keys[key][-1]]}),
            },
        )
    )
    some = st.lists(st.sampled_from(actions), min_size=1, max_size=2)
    where = st.lists(st.sampled_from(resources), min_size=1, max_size=2)
    return st.builds(
        lambda effect, what, on, test: {"Effect": effect, **what, **on, **({"Condition": test} if test else {})},
        st.sampled_from(["Allow", "Allow", "Deny"]),
        st.one_of(some.map(lambda each: {"Action": each}), some.map(lambda each: {"NotAction": each})),
        st.one_of(where.map(lambda each: {"Resource": each}), where.map(lambda each: {"NotResource": each})),
        st.one_of(st.just({}), condition),
    )


def with_principals(drawn: Any) -> Any:
    whom = st.sampled_from(["*", ROLE, ELSE, f"arn:aws:iam::{OWN}:root"])
    return st.builds(lambda each, name: {**each, "Principal": {"AWS": name}}, drawn, whom)


def parsed(drawn: Sequence[Document]) -> Policy:
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": list(drawn)}))


PATTERNS = ["*", f"{BUCKET}/*", f"{BUCKET}/a*", f"{BUCKET}/?", f"{BUCKET}/*b", f"{BUCKET}/a?", BUCKET, f"{BUCKET}/ab"]
S3_KEYS = {"aws:ResourceAccount": [OTHER, OWN], "aws:SecureTransport": ["true", "false"], TAG: ["a", "b"]}
KMS_KEYS = {
    "kms:ViaService": [VIA, "s3.*.amazonaws.com", "dynamodb.*"],
    "kms:EncryptionContext:aws:s3:arn": [f"{BUCKET}/a", f"{BUCKET}/*", f"{BUCKET}/a*"],
    "aws:PrincipalAccount": [OWN, OTHER],
    TAG: ["a", "b"],
}
S3 = statements(PATTERNS, ["s3:*", "S3:Replicate*", "s3:ReplicateObject", "s3:ReplicateTag?"], S3_KEYS)
KMS = statements(["*", KEY, "arn:aws:kms:*:*:key/*"], ["kms:*", "kms:Encrypt", "kms:Decrypt"], KMS_KEYS)
WORLDS: list[Said] = [{}, {TAG: "a"}, {TAG: "b"}, {TAG: "zz"}]
"""What is not known of a request: the tags of its role."""


def outcomes(requests: Sequence[tuple[str, str, Said]], decided: Any) -> set[bool]:
    return {all(decided((action, on, {**said, **world})) for action, on, said in requests) for world in WORLDS}


@given(st.data(), st.booleans())
@settings(max_examples=examples(300))
def test_all_objects_of_a_bucket(data: st.DataObject, same: bool) -> None:
    identity = data.draw(st.lists(S3, max_size=3))
    boundary = data.draw(st.none() | st.lists(S3, max_size=2))
    policy = data.draw(st.lists(with_principals(S3), max_size=2))
    owner = OWN if same else OTHER
    said = {"aws:ResourceAccount": owner, "aws:SecureTransport": "true"}
    role = Role(ROLE, (("a policy", parsed(identity)),), None if boundary is None else parsed(boundary))
    known = {key.lower(): value for key, value in said.items()}
    request = Request("s3:replicateobject", all_objects(BUCKET), known)
    found = decide(role, request, ResourcePolicy("the bucket policy", parsed(policy), owner)).allowed

    def decided(each: tuple[str, str, Said]) -> bool:
        return evaluated(identity, boundary, policy, each, key=False, same=same)

    truth = outcomes([("s3:ReplicateObject", each, said) for each in OBJECTS], decided)
    assert found is None or truth == {found}
    if TAG not in json.dumps([identity, boundary, policy]):
        assert found is not None


@given(st.data(), st.booleans(), st.booleans())
@settings(max_examples=examples(300))
def test_a_key_in_the_context_of_all_objects(data: st.DataObject, same: bool, bucket_key: bool) -> None:
    identity = data.draw(st.lists(KMS, max_size=3))
    boundary = data.draw(st.none() | st.lists(KMS, max_size=2))
    policy = data.draw(st.lists(with_principals(KMS), max_size=3))
    owner = OWN if same else OTHER
    said = {"kms:ViaService": VIA, "aws:PrincipalAccount": OWN}
    context = "kms:EncryptionContext:aws:s3:arn"
    objects = [BUCKET] if bucket_key else OBJECTS
    role = Role(ROLE, (("a policy", parsed(identity)),), None if boundary is None else parsed(boundary))
    known = {key.lower(): value for key, value in said.items()}
    family = BUCKET if bucket_key else all_objects(BUCKET)
    request = Request("kms:encrypt", KEY, {**known, context.lower(): family})
    found = decide(role, request, ResourcePolicy("the key policy", parsed(policy), owner, decides=True)).allowed

    def decided(each: tuple[str, str, Said]) -> bool:
        return evaluated(identity, boundary, policy, each, key=True, same=same)

    truth = outcomes([("kms:Encrypt", KEY, {**said, context: each}) for each in objects], decided)
    assert found is None or truth == {found}
    if TAG not in json.dumps([identity, boundary, policy]):
        assert found is not None


@pytest.mark.parametrize(
    ("pattern", "text", "alike"), [("a*c", "abbc", True), ("a?c", "ac", False), ("*", "", True), ("a", "A", False)]
)
def test_the_oracle_reads_patterns(pattern: str, text: str, alike: bool) -> None:
    assert like(pattern, text) is alike
