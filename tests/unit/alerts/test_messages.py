"""What each destination gets: within its limits, with nothing in it that the destination would obey."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import botocore.session
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.alerts.destinations import bus, security_hub, slack, teams, topic
from muster.alerts.destinations.event_schema import event_schema
from muster.alerts.destinations.sending import Place
from muster.alerts.digest import Digest
from muster.alerts.layout import Section
from muster.catalog import catalog
from muster.lifecycle.events import FindingEvent, status_of
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity
from muster.reports.exchange.asff import TYPE_NAMES
from tests.unit.alerts.events import NOON, digest, event

NOWHERE: Any = None
PLACE = Place(NOWHERE, "eu-west-1", "123456789012", "aws", "arn:aws:sns:eu-west-1:123456789012:alerts", "prod")
TEXTS = st.text(max_size=3_000)
ROOT = Path(__file__).parents[3]
DETAILS = st.builds(
    lambda kind, text, severity, outcome: event(
        event=kind.value,
        status=status_of(kind).value,
        reason=text,
        owner=text,
        severity=severity.value,
        outcome=outcome,
    ),
    st.sampled_from(Event),
    TEXTS,
    st.sampled_from(Severity),
    st.sampled_from(["", "fixed", "deleted"]),
)
DIGESTS = st.builds(
    Digest,
    id=st.just("0011223344556677"),
    subject=TEXTS,
    text=TEXTS,
    html=TEXTS,
    short=TEXTS,
    headline=TEXTS,
    report=st.just("https://example.com/report?a=1&b=2"),
    sections=st.lists(
        st.builds(Section, title=TEXTS, lines=st.lists(TEXTS, max_size=40).map(tuple), more=st.just(0)), max_size=8
    ).map(tuple),
)


def test_each_protocol_gets_its_text() -> None:
    texts = json.loads(topic.message(digest()))
    assert texts.keys() == {"default", "sms", "email", "https"}
    assert texts["email"] == "One new failure.\n\nNEW (1)\nHIGH  logs-1 (bucket)\n"
    assert texts["default"] == texts["sms"] == "Muster: 1 new failure"


def test_https_carries_the_custom_notification_of_amazon_q_developer() -> None:
    chat = json.loads(json.loads(topic.message(digest()))["https"])
    assert (chat["version"], chat["source"]) == ("1.0", "custom")
    assert chat["id"] == "0011223344556677"
    assert chat["content"]["textType"] == "client-markdown"
    assert chat["content"]["title"] == "[Muster prod] 1 HIGH new: no encryption (logs-1)"
    assert chat["content"]["description"].splitlines()[:3] == [
        "1 new failure",
        "*NEW (1)*",
        "HIGH  logs-1 (bucket) <a & b> 0",
    ]
    assert all(isinstance(value, str) for part in ("content", "metadata") for value in chat[part].values())


@given(DIGESTS)
def test_a_message_of_sns_keeps_its_limits(news: Digest) -> None:
    message, subject = topic.message(news), topic.subject(news)
    assert len(message.encode()) <= topic.LIMIT
    assert all(json.loads(message).values())
    assert 0 < len(subject) < 100
    assert subject.isascii()
    assert subject.isprintable()


def test_a_digest_that_is_too_large_for_sns_becomes_short() -> None:
    texts = json.loads(topic.message(digest(text="标签" * 50_000)))
    assert texts["email"] == "Muster: 1 new failure\n"


def test_a_message_of_slack_has_blocks() -> None:
    message = slack.message(digest(2))
    assert [block["type"] for block in message["blocks"]] == ["header", "section", "section", "section", "context"]
    assert message["blocks"][2]["text"]["text"] == (
        "*NEW (1)*\nHIGH  logs-1 (bucket) &lt;a &amp; b&gt; 0\nHIGH  logs-1 (bucket) &lt;a &amp; b&gt; 1"
    )
    assert message["blocks"][3]["text"]["text"].endswith("region=eu-west-1&amp;prefix=report.json|Report>")


def test_slack_links_addresses_and_nothing_else() -> None:
    line = "<!everyone> <https://evil.example|here> see https://eu-west-1.console.aws.amazon.com/s3?a=1&b=2 now"
    (_, _, section, *_) = slack.message(digest(1, line))["blocks"]
    assert section["text"]["text"] == (
        "*NEW (1)*\n&lt;!everyone&gt; &lt;<https://evil.example|here>&gt; see "
        "<https://eu-west-1.console.aws.amazon.com/s3?a=1&amp;b=2> now 0"
    )


def test_a_command_is_code_in_slack() -> None:
    line = "  aws s3api put-object-tagging --tagging 'TagSet=[{Key=*a*,Value=<b>}]'"
    (_, _, section, *_) = slack.message(digest(1, line))["blocks"]
    assert section["text"]["text"] == (
        "*NEW (1)*\n`aws s3api put-object-tagging --tagging 'TagSet=[{Key=*a*,Value=&lt;b&gt;}]' 0`"
    )


@given(DIGESTS)
def test_a_message_of_slack_keeps_its_limits(news: Digest) -> None:
    message = slack.message(news)
    assert len(message["blocks"]) <= 50
    assert len(message["blocks"][0]["text"]["text"]) <= 150
    for block in message["blocks"]:
        if block["type"] == "section":
            assert 0 < len(block["text"]["text"]) <= 3_000


def test_a_message_of_teams_is_an_adaptive_card() -> None:
    message = teams.message(digest(1, "  aws s3api put-bucket-encryption --bucket my_logs_1 https://a.example/x_y"))
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    texts = [block["text"] for block in card["body"]]
    assert "\u00a0\u00a0aws s3api put-bucket-encryption --bucket my\\_logs\\_1 https://a.example/x_y 0" in texts
    assert texts[-1] == "Muster 0011223344556677"


@given(DIGESTS)
def test_a_message_of_teams_keeps_its_limit(news: Digest) -> None:
    assert len(json.dumps(teams.message(news), ensure_ascii=False).encode()) <= 28_000


def test_a_card_that_would_be_too_large_names_the_report_for_the_rest() -> None:
    body = teams.message(digest(400, "x" * 200))["attachments"][0]["content"]["body"]
    assert [block["text"] for block in body[-2:]] == ["… the rest is in the report", "Muster 0011223344556677"]
    assert len(body) > 50


def test_an_entry_of_the_bus_has_all_fields_of_the_event_and_an_id_that_stays() -> None:
    entry = bus.entry(event(), "default")
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (
        "muster",
        "Muster Finding Changed",
        "default",
    )
    assert entry["Resources"] == ["arn:aws:s3:::logs-1"]
    assert json.loads(entry["Detail"]) == {"version": 1, "id": f"{1:032x}:{NOON}", **event().to_json()}


@given(DETAILS)
def test_every_event_is_as_the_published_schema_says(changed: FindingEvent) -> None:
    schema = json.loads((ROOT / "docs/schemas/finding-event.json").read_text(encoding="utf-8"))
    assert schema == event_schema()
    jsonschema.validate(bus.detail(changed), schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "changes", [{"status": "OPEN"}, {"severity": "BAD"}, {"timestamp": "now"}, {"account_id": "1"}]
)
def test_the_published_schema_refuses_what_is_no_event(changes: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bus.detail(event(**changes)), event_schema())


def test_the_types_of_security_hub_are_those_of_its_api() -> None:
    model = botocore.session.get_session().get_service_model("securityhub")
    # An account is a type without details of its own: the reference of ASFF names it.
    known = {*model.shape_for("ResourceDetails").members, "AwsAccount"}
    assert set(TYPE_NAMES.values()) <= known
    # `AWS::RDS::DBCluster` is `AwsRdsDbCluster` there: only the letters are compared.
    plain = {name.lower() for name in known}
    missing = {
        name for name in catalog.load().listers if name not in TYPE_NAMES and name.replace(":", "").lower() in plain
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("changes", "compliance", "state"),
    [
        ({}, "FAILED", "ACTIVE"),
        ({"event": "reopened"}, "FAILED", "ACTIVE"),
        ({"event": "expired", "status": "EXPIRED"}, "FAILED", "ACTIVE"),
        ({"event": "resolved", "status": "RESOLVED", "outcome": "deleted"}, "PASSED", "ARCHIVED"),
        ({"event": "suppressed", "status": "SUPPRESSED", "until": "2027-03-31"}, "FAILED", "ARCHIVED"),
    ],
)
def test_a_finding_of_security_hub_is_active_while_it_fails_and_nobody_accepts_it(
    changes: dict[str, str], compliance: str, state: str
) -> None:
    found = security_hub.finding(event(**changes), PLACE)
    assert (found["Compliance"]["Status"], found["RecordState"]) == (compliance, state)
    assert found["Id"] == security_hub.finding(event(), PLACE)["Id"] == f"muster/prod/{1:032x}"


def test_a_finding_of_a_member_is_claimed_by_the_account_that_imports_it() -> None:
    found = security_hub.finding(event(), PLACE)
    assert found["AwsAccountId"] == "123456789012"
    assert found["ProductArn"] == "arn:aws:securityhub:eu-west-1:123456789012:product/123456789012/default"
    (resource,) = found["Resources"]
    assert (resource["Type"], resource["Id"], resource["Region"]) == ("AwsS3Bucket", "arn:aws:s3:::logs-1", "eu-west-1")
    assert resource["Details"]["Other"]["account"] == "111122223333"
    assert found["ProductFields"]["muster/account"] == "111122223333"
    assert "Workflow" not in found
    assert "Severity" not in found
    assert found["UpdatedAt"] == "2026-11-29T12:00:00.000Z"


@given(
    st.builds(lambda text: dataclasses.replace(event(), title=text, reason=text, resource_id=text, owner=text), TEXTS)
)
def test_a_finding_of_security_hub_keeps_its_limits(changed: FindingEvent) -> None:
    found = security_hub.finding(changed, PLACE)
    assert 0 < len(found["Title"]) <= 256
    assert 0 < len(found["Description"]) <= 1_024
    assert len(json.dumps(found, ensure_ascii=False).encode()) <= 240_000
