"""Whom a role trusts without holding them to anything, against requests that are evaluated one by one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.checks.iam.trust import iam_role_trust_not_confusable
from muster.facets.iam.policies import Trust
from muster.model.finding import Status
from tests.unit.analysis.policies.test_access_laws import SETS, conditions, joined, met, requests

OWN, OTHER, STRANGE = "123456789012", "111122223333", "444455556666"
WORDS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
HOMES = [
    {},
    *({"aws:principalorgid": ["o-9"], "aws:principalorgpaths": [f"o-9/{root}/"]} for root in ("r-ab12", "r-9")),
]
SAID = [{}, {"sts:externalid": ["guess"]}, {"sts:externalid": ["agree"]}, {"sts:externalid": ["other"]}]
FACTORS = [{}, {"aws:multifactorauthpresent": ["true"]}, {"aws:multifactorauthpresent": ["false"]}]
PERSONS = [{"aws:principalisawsservice": ["false"]}]
DEPUTIES = (PERSONS, HOMES, SAID, FACTORS)
"""What another account can be made to ask for: in whatever organization, with whatever external id is guessed."""

FOR_OTHERS = (
    [{"aws:principalisawsservice": ["true"]}],
    [{}, {"aws:sourceaccount": [STRANGE]}, {"aws:sourceaccount": ["777788889999"]}],
    [{}, {"aws:sourcearn": [f"arn:aws:lambda:eu-west-1:{STRANGE}:function:f"]}, {"aws:sourcearn": ["arn:aws:s3:::zz"]}],
    [{}, {"aws:sourceorgid": ["o-9"]}],
    FACTORS,
)
"""What a service asks for when it acts for strangers."""

ONE = st.one_of(
    conditions(SETS, WORDS, ["aws:PrincipalOrgID", "aws:SourceOrgID"], ["o-1", ["o-1", "o-2"]]),
    conditions(SETS, WORDS, ["sts:ExternalId"], ["agreed"]),
    conditions(SETS, ["StringLike", "StringNotLike"], ["sts:ExternalId", "aws:SourceAccount"], ["*"]),
    conditions(SETS[1:], ["StringLike", "StringNotLike"], ["aws:PrincipalOrgPaths"], ["o-1/*", "o-*/r-ab12/*"]),
    conditions(SETS, WORDS, ["aws:SourceAccount"], [OWN, [OWN, OTHER]]),
    conditions(SETS, ["ArnLike", "ArnNotLike"], ["aws:SourceArn"], [f"arn:aws:lambda:*:{OWN}:*", "arn:aws:s3:::own"]),
    st.builds(
        lambda operator, key, value: {operator: {key: value}},
        st.sampled_from(["Bool", "BoolIfExists"]),
        st.sampled_from(["aws:MultiFactorAuthPresent", "aws:PrincipalIsAWSService"]),
        st.sampled_from(["true", "false"]),
    ),
)
CONDITIONS = st.lists(ONE, max_size=2).map(joined)


def judged(principal: Any, condition: Any, denials: list[Any]) -> Status:
    base = {"Principal": "*", "Action": "sts:AssumeRole"}
    said = [
        {**base, "Effect": "Allow", "Principal": principal, "Condition": condition},
        *({**base, "Effect": "Deny", "Condition": denial} for denial in denials),
    ]
    return iam_role_trust_not_confusable(Trust(OWN, Policy.parse(json.dumps({"Statement": said})))).status


@pytest.mark.parametrize(
    ("principal", "choices"),
    [
        pytest.param({"AWS": f"arn:aws:iam::{OTHER}:root"}, DEPUTIES, id="another account"),
        pytest.param({"Service": "lambda.amazonaws.com"}, FOR_OTHERS, id="a service"),
    ],
)
@given(CONDITIONS, st.lists(CONDITIONS, max_size=2))
def test_whoever_gets_in_for_a_stranger_is_found(
    principal: Any, choices: Any, condition: Any, denials: list[Any]
) -> None:
    keys = {key.lower() for each in (condition, *denials) for tests in each.values() for key in tests}
    found = requests(keys, *choices)
    if any(met(condition, each) and not any(met(denial, each) for denial in denials) for each in found):
        assert judged(principal, condition, denials) is Status.NON_COMPLIANT
