"""Who is told, on moto: once per scan, only of news, and never of a scan that is not recorded."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from muster.errors import EventError, Refused, Transient
from muster.sdk.session import Clients
from muster.stack.documents.fields import plain
from muster.stack.documents.request import Environment
from muster.stack.send_alert import send_alert
from muster.stack.summarizing.bounds import NAMED
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.unit.stack.accounts import account_result, change, changes

REGION = "eu-west-1"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
ACCOUNT = "123456789012"


@pytest.fixture
def topic(clients: Clients) -> str:
    arn = str(clients.get("sns", REGION).create_topic(Name="alerts")["TopicArn"])
    confirmed(arn, 1)
    return arn


def confirmed(topic: str, count: int) -> None:
    """Let the topic have so many confirmed subscriptions; moto never counts them."""
    sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].subscriptions_confimed = count


@pytest.fixture
def environment(clients: Clients, topic: str) -> Environment:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Environment(bucket="reports", region=REGION, topic_arn=topic, database="muster_dev", workgroup="muster-dev")


def ended(  # noqa: PLR0913 - what a scan may leave
    clients: Clients,
    scan_id: str,
    *,
    opened: int = 0,
    incomplete: tuple[str, ...] = (),
    record: bool = True,
    attempt: str = "",
) -> None:
    """Leave in the bucket what a summarized scan leaves there."""
    bucket = Bucket("reports", clients, REGION)
    changes: dict[str, Any] = {"baseline": False} | ({"opened": opened} if opened else {})
    summary = {
        "scan_id": scan_id,
        "scan_kind": "manual",
        "started_at": AT.isoformat(),
        "attempt": attempt,
        "stack": "dev",
        "record": record,
        "regions": [REGION],
        "accounts": 1,
        "packs": ["all"],
        "complete": not incomplete,
        "incomplete": [{"shard": shard, "reason": "it broke"} for shard in incomplete[:NAMED]],
        "shards": {"planned": 2, "committed": 2, "incomplete": len(incomplete)},
        "resources": {"scanned": 1, "compliant": 0, "non_compliant": 1},
        "findings": dict.fromkeys(
            ("compliant", "non_compliant", "not_applicable", "insufficient_data", "suppressed"), opened
        ),
        "failing": {"HIGH": opened},
        "whole": True,
        "accounts_excluded": {},
        "blocked": 0,
        "checks": [],
        "calls": 0,
        "forecast": None,
        "findings_at": "s3://reports/findings/scan_date=2026-11-21/",
        "damaged": [],
        "coverage": [],
        "changes": changes,
        "report": f"s3://reports/scans/{scan_id}/report.json",
    }
    worst = asdict(replace(change(ACCOUNT, "r"), resource_arn="arn:aws:s3:::r"))
    events = {"opened": {"count": opened, "worst": [worst] * opened}} if opened else {}
    bucket.put_json(keys.summary(scan_id), summary)
    bucket.put_json(keys.incomplete(scan_id), list(incomplete))
    scan = {
        "scan_id": scan_id, "scan_kind": "manual", "started_at": AT.isoformat(), "record": record, "stack": "dev",
        "account_id": "123456789012", "role": {"name": "", "external_id": "", "partition": "aws"}, "accounts": [],
        "regions": [REGION], "packs": ["all"], "shards": 2, "complete": True, "coverage": [],
        "coverage_truncated": False,
    }  # fmt: skip
    rest = {"truncated": False, "all_findings": "s3://reports/findings/", "scan": scan}
    told = {event: change["worst"] for event, change in events.items()}
    bucket.put_json(keys.report(scan_id), {"findings": [], "summary": summary, "changes": told, **rest})
    settled(bucket, scan_id, attempt, {"baseline": False, "events": events})


def settled(bucket: Bucket, scan_id: str, attempt: str, changed: dict[str, Any], account_id: str = ACCOUNT) -> None:
    """Leave in the result of an account what an attempt reports, beside what other attempts do."""
    key = keys.account(scan_id, account_id)
    result = bucket.get_json(key) or account_result(account_id, scan_id=scan_id, changes={}).to_json()
    bucket.put_json(key, {**result, "changes": {**result["changes"], attempt: changed}})


def refusing(clients: Clients, code: str, status: int) -> list[str]:
    """Let SNS refuse every message; return the list of its refusals, which grows."""
    calls: list[str] = []

    def refuse(**_: object) -> tuple[object, dict[str, Any]]:
        calls.append(code)
        answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return SimpleNamespace(status_code=status), answer

    clients.get("sns", REGION).meta.events.register("before-call.sns.Publish", refuse)
    return calls


def sent(topic: str) -> int:
    return len(sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].sent_notifications)


def test_news_are_told_once_however_often_the_function_is_tried(
    environment: Environment, clients: Clients, topic: str
) -> None:
    ended(clients, "one", opened=2)
    assert send_alert({"scan_id": "one"}, environment, clients).to_json() == {"sent": True, "why": "something changed"}
    assert send_alert({"scan_id": "one"}, environment, clients).to_json() == {"sent": True, "why": "it was sent before"}
    assert sent(topic) == 1
    alert = Bucket("reports", clients, REGION).get_json(keys.alert("one"))
    assert "NEW (2)" in alert["email"]


def test_each_attempt_tells_its_own_news_whoever_summed_up_last(
    environment: Environment, clients: Clients, topic: str
) -> None:
    ended(clients, "one", opened=2)
    ended(clients, "one", opened=3, attempt="0a1b2c3d")
    bucket = Bucket("reports", clients, REGION)
    for attempt, count in (("", 2), ("0a1b2c3d", 3)):
        assert send_alert({"scan_id": "one", "attempt": attempt}, environment, clients).sent
        alert = bucket.get_json(keys.alert("one"))
        assert alert["subject"].startswith("[Muster dev] 2 HIGH new: ") is (count == 2)
        assert f"NEW ({count})" in alert["email"]
    assert sent(topic) == 2


def test_an_attempt_reports_what_one_before_it_found_and_never_sent(
    environment: Environment, clients: Clients, topic: str
) -> None:
    """Its execution was stopped between settling and the alert."""
    ended(clients, "one", opened=2)
    ended(clients, "one", opened=3, attempt="0a1b2c3d")
    assert send_alert({"scan_id": "one", "attempt": "0a1b2c3d"}, environment, clients).sent
    assert "NEW (5)" in Bucket("reports", clients, REGION).get_json(keys.alert("one"))["email"]
    assert sent(topic) == 1


def test_no_account_is_read_for_what_is_in_the_report(environment: Environment, clients: Clients, topic: str) -> None:
    ended(clients, "one", opened=2)
    Bucket("reports", clients, REGION).delete(keys.account("one", ACCOUNT))
    assert send_alert({"scan_id": "one"}, environment, clients).sent
    assert "HIGH  r (EBS volume)" in Bucket("reports", clients, REGION).get_json(keys.alert("one"))["email"]
    assert sent(topic) == 1


def test_an_attempt_whose_summary_was_replaced_reports_the_changes_of_all_accounts(
    environment: Environment, clients: Clients
) -> None:
    ended(clients, "one", attempt="0a1b2c3d")
    bucket = Bucket("reports", clients, REGION)
    for number in range(40):
        worst = change(f"{number:012d}", f"volume-{number:02d}", "CRITICAL" if number == 33 else "LOW")
        settled(bucket, "one", "", plain(changes(opened=(worst,))), f"{number:012d}")
        settled(bucket, "one", "0a1b2c3d", plain(changes(resolved=(worst,))), f"{number:012d}")
    assert send_alert({"scan_id": "one"}, environment, clients).sent
    alert = bucket.get_json(keys.alert("one"))
    assert alert["subject"] == "[Muster dev] 1 CRITICAL new: Be good (volume-33) and 39 more"
    assert "NEW (40)\nCRITICAL  volume-33 (EBS volume). 000000000033, eu-west-1." in alert["email"]


def test_an_account_whose_result_is_damaged_is_named_and_the_others_report_their_changes(
    environment: Environment, clients: Clients
) -> None:
    ended(clients, "one", attempt="0a1b2c3d")
    bucket = Bucket("reports", clients, REGION)
    settled(bucket, "one", "", plain(changes(opened=(change("111111111111"),))), "111111111111")
    bucket.put_bytes(keys.account("one", "222222222222"), b"half a gz")
    assert send_alert({"scan_id": "one"}, environment, clients).sent
    alert = bucket.get_json(keys.alert("one"))["email"]
    assert "NEW (1)" in alert
    assert "DAMAGED OBJECTS IN THE REPORT BUCKET (1)" in alert
    assert keys.account("one", "222222222222") in alert


def test_a_damaged_report_costs_no_change(environment: Environment, clients: Clients) -> None:
    ended(clients, "one", opened=2)
    bucket = Bucket("reports", clients, REGION)
    bucket.put_bytes(keys.report("one"), b"{")
    assert send_alert({"scan_id": "one"}, environment, clients).sent
    alert = bucket.get_json(keys.alert("one"))["email"]
    assert "HIGH  r (EBS volume)" in alert
    assert "report.json is damaged" in alert


def test_an_account_whose_state_was_lost_is_named(environment: Environment, clients: Clients, topic: str) -> None:
    """Its findings are in the report, its changes cannot be known."""
    bucket = Bucket("reports", clients, REGION)
    for scan_id, mails in (("one", 1), ("two", 1)):
        ended(clients, scan_id)
        lost = "s3://reports/state/123456789012.json.gz is damaged: no changes of the account are reported"
        bucket.put_json(keys.summary(scan_id), {**bucket.get_json(keys.summary(scan_id)), "damaged": [lost]})
        send_alert({"scan_id": scan_id}, environment, clients)
        # It is not said again while nothing else is wrong.
        assert sent(topic) == mails
    assert "no changes of the account are reported" in bucket.get_json(keys.alert("one"))["email"]


def test_no_news_are_not_told(environment: Environment, clients: Clients, topic: str) -> None:
    ended(clients, "one")
    assert send_alert({"scan_id": "one"}, environment, clients).sent is False
    assert sent(topic) == 0


def test_a_scan_that_is_not_recorded_tells_nobody(environment: Environment, clients: Clients, topic: str) -> None:
    ended(clients, "one", opened=2, record=False)
    assert send_alert({"scan_id": "one"}, environment, clients).sent is False
    assert sent(topic) == 0


def test_the_same_shards_missing_again_are_told_once_and_others_anew(
    environment: Environment, clients: Clients, topic: str
) -> None:
    for scan_id, shards, mails in (
        ("a", ("x",), 1),
        ("b", ("x",), 1),
        ("c", ("x", "y"), 2),
        ("d", (), 2),
        ("e", ("x",), 3),
    ):
        ended(clients, scan_id, incomplete=shards)
        send_alert({"scan_id": scan_id}, environment, clients)
        assert sent(topic) == mails, scan_id


def test_a_shard_beyond_those_that_the_summary_names_is_told_of_too(
    environment: Environment, clients: Clients, topic: str
) -> None:
    named = tuple(f"s{number:02}" for number in range(NAMED))
    for scan_id, shards, mails in (
        ("a", (*named, "x"), 1),
        ("b", (*named, "x"), 1),
        ("c", (*named, "y"), 2),
        ("d", (*named, "y", "z"), 3),
        ("e", named, 4),
    ):
        ended(clients, scan_id, incomplete=shards)
        send_alert({"scan_id": scan_id}, environment, clients)
        assert sent(topic) == mails, scan_id


def test_a_topic_that_does_not_take_it_is_worth_a_retry(environment: Environment, clients: Clients, topic: str) -> None:
    ended(clients, "one", opened=1)
    clients.get("sns", REGION).delete_topic(TopicArn=topic)
    with pytest.raises(Transient, match="did not take the alert"):
        send_alert({"scan_id": "one"}, environment, clients)
    assert Bucket("reports", clients, REGION).get_json(keys.alert("one")) is None


@pytest.mark.parametrize(
    "code",
    ["InvalidParameter", "InvalidParameterValue", "ValidationException", "AuthorizationError", "KMSDisabled"],
)
def test_what_sns_refuses_for_good_is_an_error_of_its_own_after_one_call(
    environment: Environment, clients: Clients, code: str
) -> None:
    ended(clients, "one", opened=1)
    calls = refusing(clients, code, 400)
    with pytest.raises(Refused, match=f"did not take the alert .{code}.: .*trying again does not help"):
        send_alert({"scan_id": "one"}, environment, clients)
    assert calls == [code]
    assert Bucket("reports", clients, REGION).get_json(keys.alert("one")) is None


@pytest.mark.parametrize(
    ("code", "status"),
    [("InternalError", 500), ("Throttling", 400), ("KMSThrottling", 400), ("ExpiredToken", 403), ("NotFound", 404)],
)
def test_what_may_pass_is_worth_a_retry(environment: Environment, clients: Clients, code: str, status: int) -> None:
    ended(clients, "one", opened=1)
    refusing(clients, code, status)
    with pytest.raises(Transient, match="did not take the alert"):
        send_alert({"scan_id": "one"}, environment, clients)


@pytest.mark.parametrize("event", [{}, {"scan_id": "nobody"}])
def test_a_scan_without_a_summary_is_an_error(
    environment: Environment, clients: Clients, event: dict[str, str]
) -> None:
    with pytest.raises(EventError, match="no summary"):
        send_alert(event, environment, clients)


def test_the_summary_is_sent_again_once_a_subscription_is_confirmed(
    environment: Environment, clients: Clients, topic: str
) -> None:
    """The first scan may end before anybody has followed the link in AWS's mail; SNS delivers to nobody then."""
    confirmed(topic, 0)
    ended(clients, "first", opened=2)
    told = send_alert({"scan_id": "first"}, environment, clients).to_json()
    assert told == {"sent": True, "why": "no subscription is confirmed; the summary is sent again once one is"}
    ended(clients, "second")
    assert send_alert({"scan_id": "second"}, environment, clients).sent is False

    confirmed(topic, 1)
    ended(clients, "third")
    told = send_alert({"scan_id": "third"}, environment, clients).to_json()
    assert told == {"sent": True, "why": "the last alert had no confirmed subscription"}
    ended(clients, "fourth")
    assert send_alert({"scan_id": "fourth"}, environment, clients).sent is False
    assert sent(topic) == 2
    subject = Bucket("reports", clients, REGION).get_json(keys.alert("third"))["subject"]
    assert subject == "[Muster dev] No failure is open"


def test_news_while_the_summary_is_owed_are_sent_as_the_whole(
    environment: Environment, clients: Clients, topic: str
) -> None:
    confirmed(topic, 0)
    ended(clients, "first", opened=2)
    send_alert({"scan_id": "first"}, environment, clients)
    confirmed(topic, 1)
    ended(clients, "second", opened=1)
    assert send_alert({"scan_id": "second"}, environment, clients).sent
    alert = Bucket("reports", clients, REGION).get_json(keys.alert("second"))
    assert alert["subject"] == "[Muster dev] 1 HIGH new: Be good (r)"
    assert "An earlier message could not be delivered." in alert["email"]
    assert "NEW (1)" in alert["email"]
    ended(clients, "third")
    assert send_alert({"scan_id": "third"}, environment, clients).sent is False


def test_a_topic_that_says_nothing_of_its_subscriptions_is_taken_to_have_some(
    environment: Environment, clients: Clients, topic: str
) -> None:
    asked = []

    def refuse(**_: object) -> tuple[object, dict[str, Any]]:
        asked.append(1)
        answer = {"Error": {"Code": "AuthorizationError", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        return SimpleNamespace(status_code=403), answer

    clients.get("sns", REGION).meta.events.register("before-call.sns.GetTopicAttributes", refuse)
    ended(clients, "one", opened=1)
    assert send_alert({"scan_id": "one"}, environment, clients).to_json() == {"sent": True, "why": "something changed"}
    assert (asked, sent(topic)) == ([1], 1)


def test_an_unchanged_estate_asks_the_topic_nothing(environment: Environment, clients: Clients, topic: str) -> None:
    asked: list[str] = []
    clients.get("sns", REGION).meta.events.register("before-call.sns", lambda model, **_: asked.append(model.name))
    ended(clients, "one")
    send_alert({"scan_id": "one"}, environment, clients)
    assert (asked, sent(topic)) == ([], 0)


def looked_first(clients: Clients, scan_id: str, started_at: datetime) -> None:
    """Leave a scan that looked at some shards for the first time."""
    ended(clients, scan_id)
    bucket = Bucket("reports", clients, REGION)
    summary = bucket.get_json(keys.summary(scan_id)) or {}
    changed = {**summary, "started_at": started_at.isoformat(), "changes": {"baseline": True}}
    bucket.put_json(keys.summary(scan_id), changed)


def test_of_two_first_scans_at_once_one_tells_of_a_first_look(environment: Environment, clients: Clients) -> None:
    """Each settled some shards first; whichever tells first is the first scan, also when it is tried again."""
    morning = datetime(2026, 11, 21, 6, tzinfo=UTC)
    looked_first(clients, "one", morning)
    looked_first(clients, "two", morning + timedelta(minutes=1))
    assert send_alert({"scan_id": "two"}, environment, clients, morning + timedelta(minutes=9)).sent is True
    told = send_alert({"scan_id": "one"}, environment, clients, morning + timedelta(minutes=10)).to_json()
    assert told == {"sent": False, "why": "nothing changed"}
    bucket = Bucket("reports", clients, REGION)
    assert "First scan" in (bucket.get_json(keys.alert("two")) or {})["subject"]
    assert bucket.get_json(keys.alert("one")) is None


def test_a_first_look_that_begins_after_the_first_scan_was_told_is_told_too(
    environment: Environment, clients: Clients
) -> None:
    """As of a region that was added later."""
    morning = datetime(2026, 11, 21, 6, tzinfo=UTC)
    looked_first(clients, "one", morning)
    assert send_alert({"scan_id": "one"}, environment, clients, morning + timedelta(minutes=9)).sent is True
    looked_first(clients, "two", morning + timedelta(hours=6))
    assert send_alert({"scan_id": "two"}, environment, clients, morning + timedelta(hours=7)).sent is True


def test_a_first_scan_whose_alert_is_tried_again_is_still_the_first(environment: Environment, clients: Clients) -> None:
    morning = datetime(2026, 11, 21, 6, tzinfo=UTC)
    looked_first(clients, "one", morning)
    wrong = replace(environment, topic_arn=f"{environment.topic_arn}-gone")
    with pytest.raises((Transient, Refused)):
        send_alert({"scan_id": "one"}, wrong, clients, morning + timedelta(minutes=9))
    assert send_alert({"scan_id": "one"}, environment, clients, morning + timedelta(minutes=10)).sent is True
    assert "First scan" in (Bucket("reports", clients, REGION).get_json(keys.alert("one")) or {})["subject"]
