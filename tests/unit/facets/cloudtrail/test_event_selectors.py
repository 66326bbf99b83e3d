"""Event selectors: which management events and which S3 data events a trail records."""

from typing import Any

import pytest

from muster.facets.cloudtrail.event_selectors import BOTH, DEFAULT, READ, WRITE, Selectors


def basic(kind: str | None = None, **more: Any) -> dict[str, Any]:
    return {"EventSelectors": [{**({"ReadWriteType": kind} if kind else {}), **more}]}


def advanced(*selectors: dict[str, Any]) -> dict[str, Any]:
    """Return selectors; each value is what a field equals, or its operators."""
    return {
        "AdvancedEventSelectors": [
            {
                "FieldSelectors": [
                    {"Field": name.replace("_", "."), **(value if isinstance(value, dict) else {"Equals": value})}
                    for name, value in each.items()
                ]
            }
            for each in selectors
        ]
    }


MANAGEMENT = {"eventCategory": ["Management"]}
DATA = {"eventCategory": ["Data"], "resources_type": ["AWS::S3::Object"]}
KMS = "kms.amazonaws.com"


@pytest.mark.parametrize(
    ("answer", "modes"),
    [
        pytest.param(DEFAULT, BOTH, id="a new trail"),
        pytest.param(basic(), BOTH, id="nothing said is All, with management events"),
        pytest.param(basic("ReadOnly"), {READ}, id="read only"),
        pytest.param(basic("WriteOnly"), {WRITE}, id="write only"),
        pytest.param(
            {"EventSelectors": [*basic("ReadOnly")["EventSelectors"], *basic("WriteOnly")["EventSelectors"]]},
            BOTH, id="two that together are all",
        ),
        pytest.param(basic("All", IncludeManagementEvents=False), set(), id="data events only"),
        pytest.param({"EventSelectors": []}, set(), id="no selector"),
        pytest.param(advanced(MANAGEMENT), BOTH, id="advanced without readOnly"),
        pytest.param(advanced({**MANAGEMENT, "readOnly": ["true"]}), {READ}, id="advanced, reads"),
        pytest.param(advanced({**MANAGEMENT, "readOnly": ["false"]}), {WRITE}, id="advanced, writes"),
        pytest.param(advanced({**MANAGEMENT, "readOnly": ["true", "false"]}), BOTH, id="advanced, both values"),
        pytest.param(
            advanced({**MANAGEMENT, "readOnly": ["true"]}, {**MANAGEMENT, "readOnly": ["false"]}), BOTH,
            id="two advanced ones",
        ),
        pytest.param(advanced(DATA), set(), id="advanced, data events"),
        pytest.param(
            advanced({**MANAGEMENT, "eventSource": {"NotEquals": [KMS]}}), BOTH, id="without the events of KMS"
        ),
        pytest.param(advanced({**MANAGEMENT, "eventName": ["CreateUser"]}), set(), id="one event only"),
    ],
)  # fmt: skip
def test_management_events(answer: dict[str, Any], modes: set[str]) -> None:
    assert Selectors.parse(answer).management.keys() == modes


@pytest.mark.parametrize(
    ("answer", "left_out"),
    [
        pytest.param(DEFAULT, (), id="nothing"),
        pytest.param(basic("All", ExcludeManagementEventSources=[KMS]), (KMS,), id="a source"),
        pytest.param(
            advanced({**MANAGEMENT, "eventSource": {"NotEquals": [KMS, "rdsdata.amazonaws.com"]}}),
            (KMS, "rdsdata.amazonaws.com"), id="two sources, advanced",
        ),
        pytest.param(
            advanced({**MANAGEMENT, "eventName": {"NotEquals": ["CreateGrant"]}}), ("eventName CreateGrant",),
            id="another field",
        ),
        pytest.param(
            advanced({**MANAGEMENT, "eventSource": {"NotEquals": [KMS]}}, MANAGEMENT), (),
            id="another selector has what one leaves out",
        ),
    ],
)  # fmt: skip
def test_what_is_left_out(answer: dict[str, Any], left_out: tuple[str, ...]) -> None:
    found = Selectors.parse(answer)
    assert found.left_out == left_out
    assert found.misses(KMS) is (KMS in left_out)


def objects(*values: str, kind: str = "All", type_: str = "AWS::S3::Object") -> dict[str, Any]:
    return basic(kind, DataResources=[{"Type": type_, "Values": list(values)}])


@pytest.mark.parametrize(
    ("answer", "modes"),
    [
        pytest.param(DEFAULT, set(), id="a new trail"),
        pytest.param(objects("arn:aws:s3"), BOTH, id="all buckets"),
        pytest.param(objects("arn:aws:s3:::"), BOTH, id="all buckets, with colons"),
        pytest.param(objects("arn:aws-cn:s3"), BOTH, id="in China"),
        pytest.param(objects("arn:aws:s3", kind="WriteOnly"), {WRITE}, id="writes"),
        pytest.param(objects("arn:aws:s3", kind="ReadOnly"), {READ}, id="reads"),
        pytest.param(objects("arn:aws:s3:::orders/"), set(), id="one bucket"),
        pytest.param(objects("arn:aws:lambda", type_="AWS::Lambda::Function"), set(), id="functions"),
        pytest.param(advanced(DATA), BOTH, id="advanced"),
        pytest.param(advanced({**DATA, "readOnly": ["false"]}), {WRITE}, id="advanced, writes"),
        pytest.param(advanced({**DATA, "readOnly": ["true"]}), {READ}, id="advanced, reads"),
        pytest.param(
            advanced({**DATA, "readOnly": ["true"]}, {**DATA, "readOnly": ["false"]}), BOTH, id="two advanced ones"
        ),
        pytest.param(
            advanced({**DATA, "resources_ARN": {"StartsWith": ["arn:aws:s3:::"]}}), BOTH, id="every ARN begins so"
        ),
        pytest.param(
            advanced({**DATA, "resources_ARN": {"StartsWith": ["arn:aws:s3:::orders/"]}}), set(), id="one bucket's ARN"
        ),
        pytest.param(
            advanced({**DATA, "resources_ARN": {"NotStartsWith": ["arn:aws:s3:::logs/"]}}), set(), id="all but one"
        ),
        pytest.param(advanced({**DATA, "eventName": ["DeleteObject"]}), set(), id="one event only"),
        pytest.param(advanced({**DATA, "resources_type": ["AWS::DynamoDB::Table"]}), set(), id="tables"),
        pytest.param(advanced(MANAGEMENT), set(), id="management events"),
    ],
)  # fmt: skip
def test_object_events_of_all_buckets(answer: dict[str, Any], modes: set[str]) -> None:
    assert Selectors.parse(answer).objects == modes


def test_an_answer_without_selectors_is_none() -> None:
    with pytest.raises(KeyError, match="EventSelectors"):
        Selectors.parse({"TrailARN": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all"})
