"""Changes in batches: each resource is looked at once, and nothing that is wrong with one message holds up another."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from muster.catalog.catalog import load
from muster.errors import ConfigurationError, EventError, Transient
from muster.model.arn import Named
from muster.model.finding import Status
from muster.sdk.session import Clients
from muster.stack.changing.memory import Memory
from muster.stack.documents.request import Environment
from muster.stack.handle_change import AccountLook, Handled, handle_change
from tests.unit.catalog.test_changes import event

OWN, REGION = "123456789012", "eu-west-1"
BUCKET = Named("AWS::S3::Bucket", OWN, "", "shop", "arn:aws:s3:::shop")
AT = datetime(2026, 11, 28, 10, 1, tzinfo=UTC)
CONFIGURATION = "checks: [s3-bucket-versioning-enabled, ec2-default-security-group-closed, sqs-queue-encrypted]\n"


@pytest.fixture
def clients(moto_clients: Clients) -> Clients:
    return moto_clients


class Stack:
    """A bucket with a configuration, a dead-letter queue, and what was settled."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        s3, sqs = clients.get("s3", REGION), clients.get("sqs", REGION)
        for name in ("muster-reports", "shop"):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket="muster-reports", Key="config/muster.yaml", Body=CONFIGURATION.encode())
        self.queue = sqs.create_queue(QueueName="muster-changes-dev")["QueueUrl"]
        self.letters = sqs.create_queue(QueueName="muster-change-dead-letters-dev")["QueueUrl"]
        self.environment = Environment(
            "muster-reports", REGION, stack="dev", change_queue_url=self.queue, change_dlq_url=self.letters
        )
        self.memory = Memory()
        self.settled: list[AccountLook] = []
        self.refuse: Exception | None = None

    def configure(self, text: str) -> None:
        self.clients.get("s3", REGION).put_object(
            Bucket="muster-reports", Key="config/muster.yaml", Body=(CONFIGURATION + text).encode()
        )

    def settle(self, look: AccountLook, _left: Callable[[], float]) -> None:
        if self.refuse:
            raise self.refuse
        self.settled.append(look)

    def handle(self, *bodies: object, deliveries: int = 1, at: datetime = AT, left: float = 300.0) -> Handled:
        return handle_change(
            batch(bodies, deliveries), self.environment, load(), self.clients, self.settle, self.memory,
            lambda: left, lambda: at,
        )  # fmt: skip

    def dead_letters(self) -> list[Any]:
        answer = self.clients.get("sqs", REGION).receive_message(QueueUrl=self.letters, MaxNumberOfMessages=10)
        return [json.loads(each["Body"]) for each in answer.get("Messages", ())]

    @property
    def judged(self) -> dict[str, set[tuple[str, Status]]]:
        return {
            str(named): {(each.check_id, each.status) for each in findings}
            for look in self.settled
            for named, findings in look.judged.items()
        }


def batch(bodies: Sequence[object], deliveries: int = 1) -> dict[str, Any]:
    """Return what Lambda sends for a queue."""
    return {
        "Records": [
            {
                "messageId": f"m-{number}", "receiptHandle": f"r-{number}", "eventSource": "aws:sqs",
                "body": body if isinstance(body, str) else json.dumps(body), "awsRegion": REGION,
                "attributes": {"ApproximateReceiveCount": str(deliveries)},
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{OWN}:muster-changes-dev",
            }
            for number, body in enumerate(bodies)
        ]
    }  # fmt: skip


def changed(name: str = "PutBucketVersioning", bucket: str = "shop", **detail: Any) -> dict[str, Any]:
    return event("s3", name, {"bucketName": bucket}, **detail)


@pytest.fixture
def stack(clients: Clients) -> Stack:
    return Stack(clients)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """List the operations that are called."""
    made: list[str] = []
    whole: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, name: str, parameters: Any) -> Any:
        made.append(name)
        return whole(client, name, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return made


def failing(monkeypatch: pytest.MonkeyPatch, operation: str, code: str) -> None:
    """Let an operation fail."""
    whole: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def refused(client: Any, name: str, parameters: Any) -> Any:
        if name == operation:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, name)
        return whole(client, name, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", refused)


def test_a_changed_bucket_is_judged_by_the_rules_of_the_stack(stack: Stack) -> None:
    done = stack.handle(changed())
    assert done.response == {"batchItemFailures": []}
    assert stack.judged == {"arn:aws:s3:::shop": {("s3-bucket-versioning-enabled", Status.NON_COMPLIANT)}}
    (look,) = stack.settled
    assert (look.account_id, look.at, look.absent) == (OWN, AT, ())
    assert look.scan_id.startswith("20261128T100100Z-")


def test_ten_thousand_events_of_one_resource_cost_a_handful_of_looks(stack: Stack, calls: list[str]) -> None:
    """In a minute, in batches of a thousand as Lambda makes them."""
    for number in range(10):
        began = AT + timedelta(seconds=6 * number)
        times = [began - timedelta(seconds=30 + place % 6) for place in range(1000)]
        bodies = [changed(eventTime=f"{each:%Y-%m-%dT%H:%M:%SZ}") for each in times]
        assert stack.handle(*bodies, at=began).failed == ()
    assert len(stack.settled) <= 5
    assert calls.count("ListBuckets") <= 5
    assert len([each for each in calls if each != "GetObject"]) <= 10


def test_events_of_many_resources_of_a_type_are_read_together(stack: Stack, calls: list[str]) -> None:
    groups = [f"sg-{number:017x}" for number in range(300)]
    stack.handle(*(event("ec2", "AuthorizeSecurityGroupIngress", {"groupId": each}) for each in groups))
    assert calls.count("DescribeSecurityGroups") == 2
    assert len(stack.settled[0].absent) == 300


def test_an_older_event_that_comes_later_is_done(stack: Stack) -> None:
    assert stack.handle(changed(eventTime="2026-11-28T10:00:30Z")).looked_at == 1
    late = stack.handle(changed(eventTime="2026-11-28T10:00:10Z"), at=AT + timedelta(seconds=90))
    assert (late.looked_at, late.failed) == (0, ())
    assert late.ignored == {"it was looked at after the change": 1}
    again = stack.handle(changed(eventTime="2026-11-28T10:02:00Z"), at=AT + timedelta(seconds=90))
    assert again.looked_at == 1


def test_a_change_just_before_the_look_is_looked_at_again(stack: Stack) -> None:
    """AWS may have shown the resource as it was before."""
    stack.handle(changed(eventTime="2026-11-28T10:00:30Z"))
    assert stack.handle(changed(eventTime="2026-11-28T10:00:50Z"), at=AT + timedelta(seconds=30)).looked_at == 1


def test_a_bucket_that_is_gone_is_absent(stack: Stack) -> None:
    done = stack.handle(changed("DeleteBucket", "gone"))
    assert done.failed == ()
    assert [str(each) for each in stack.settled[0].absent] == ["arn:aws:s3:::gone"]


def test_a_bucket_that_was_just_made_may_not_be_there_yet(stack: Stack) -> None:
    first = stack.handle(changed("CreateBucket", "new"))
    assert (first.failed, stack.settled) == (("m-0",), [])
    assert first.failures == ("arn:aws:s3:::new is not there yet",)
    second = stack.handle(changed("CreateBucket", "new"), deliveries=2)
    assert second.failed == ()
    assert [str(each) for each in stack.settled[0].absent] == ["arn:aws:s3:::new"]


def test_made_and_deleted_in_one_batch_is_gone(stack: Stack) -> None:
    done = stack.handle(
        changed("DeleteBucket", "new", eventTime="2026-11-28T10:00:02Z"),
        changed("CreateBucket", "new", eventTime="2026-11-28T10:00:01Z"),
    )
    assert done.failed == ()
    assert [str(each) for each in stack.settled[0].absent] == ["arn:aws:s3:::new"]


@pytest.mark.parametrize("code", ["AccessDenied", "UnauthorizedOperation"])
def test_a_resource_that_may_not_be_read_is_tried_again_and_left_to_the_scan(
    code: str, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, "ListBuckets", code)
    assert stack.handle(changed()).failed == ("m-0",)
    last = stack.handle(changed(), deliveries=3)
    assert (last.failed, stack.settled) == ((), [])
    assert last.failures == ("arn:aws:s3:::shop could not be read in 3 tries; the next scan reports why",)


def test_what_of_it_could_not_be_read_is_a_finding_without_data(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "GetQueueAttributes", "AccessDenied")
    stack.handle(event("sqs", "SetQueueAttributes", {"queueUrl": stack.queue}))
    ((_, found),) = stack.judged.items()
    assert found == {("sqs-queue-encrypted", Status.INSUFFICIENT_DATA)}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no json", "the message is no JSON"),
        ("[" * 100_000, "the message is no JSON"),
        ({"detail-type": "AWS API Call via CloudTrail"}, "detail is no JSON object"),
        ({"Records": [{"s3": {}}]}, "detail-type is missing"),
    ],
)
def test_a_message_that_is_no_event_is_set_aside_and_holds_up_no_other(body: object, reason: str, stack: Stack) -> None:
    done = stack.handle(body, changed())
    assert (done.failed, done.set_aside) == ((), (("m-0", reason),))
    assert stack.judged.keys() == {"arn:aws:s3:::shop"}
    (letter,) = stack.dead_letters()
    assert letter["reason"] == reason
    assert letter["message"] == (body if isinstance(body, str) else json.dumps(body))


def test_a_message_that_cannot_be_set_aside_stays(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, "SendMessage", "AccessDenied")
    done = stack.handle("no json", changed())
    assert done.failed == ("m-0",)
    assert stack.judged.keys() == {"arn:aws:s3:::shop"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (changed(errorCode="AccessDenied"), "the call failed (AccessDenied)"),
        (event("s3", "PutBucketCors", {"bucketName": "shop"}),
         "no check reads what s3.amazonaws.com PutBucketCors changes"),
        (event("s3", "PutBucketPolicy", None), "it names no resource that is judged"),
        (event("kms", "DisableKey", {"keyId": "1a2b"}), "no selected check judges its type"),
        (
            changed(userIdentity={"arn": f"arn:aws:sts::{OWN}:assumed-role/muster-scan-shards-{REGION}-dev/f"}),
            "Muster itself made the call",
        ),
        ({**changed(), "account": "111122223333"}, "its account is not scanned"),
        ({**event("sqs", "CreateQueue", {}, {"queueUrl": f"https://x/{OWN}/q"}), "region": "us-east-1"},
         "its region is not scanned"),
    ],
)  # fmt: skip
def test_what_is_not_looked_at_is_counted_with_its_reason(document: Any, reason: str, stack: Stack) -> None:
    done = stack.handle(document)
    assert (done.failed, done.ignored, stack.settled) == ((), {reason: 1}, [])


def test_a_role_of_another_name_is_not_musters_own(stack: Stack) -> None:
    actor = f"arn:aws:sts::{OWN}:assumed-role/muster-scan-shards-{REGION}-devel/f"
    assert stack.handle(changed(userIdentity={"arn": actor})).looked_at == 1


def test_an_account_that_cannot_be_entered_is_left_to_the_scan(stack: Stack) -> None:
    stack.configure(f"accounts: {{include: ['{OWN}', '111122223333']}}\n")
    done = stack.handle({**changed(), "account": "111122223333"}, changed())
    assert done.failed == ("m-0",)
    assert [look.account_id for look in stack.settled] == [OWN]


def test_a_member_account_is_entered_by_the_role(stack: Stack) -> None:
    stack.configure(f"accounts: {{include: ['{OWN}', '111122223333'], role: MusterMember}}\n")
    s3 = stack.clients.get("s3", REGION)
    stack.handle({**changed(), "account": "111122223333"}, changed())
    assert {look.account_id for look in stack.settled} == {OWN, "111122223333"}
    assert s3.list_buckets()["Buckets"]


def test_an_excluded_bucket_is_not_settled(stack: Stack) -> None:
    stack.configure("exclude: {arns: ['arn:aws:s3:::shop']}\n")
    assert stack.handle(changed()).failed == ()
    assert stack.settled == []


def test_a_suppressed_failure_has_its_suppression(stack: Stack) -> None:
    stack.configure(
        "suppressions: [{check: s3-bucket-versioning-enabled, resource: 'arn:aws:s3:::shop', reason: logs only, "
        "owner: anna, expires: 2027-01-31}]\n"
    )
    stack.handle(changed())
    (finding,) = stack.settled[0].judged[BUCKET]
    assert finding.suppression


@pytest.mark.parametrize("error", [Transient("others settle it again and again")])
def test_what_could_not_be_settled_is_delivered_again_and_looked_at_again(error: Exception, stack: Stack) -> None:
    stack.refuse = error
    done = stack.handle(changed(eventTime="2026-11-28T10:00:10Z"), changed(eventTime="2026-11-28T10:00:11Z"))
    assert done.failed == ("m-1",)
    stack.refuse = None
    assert stack.handle(changed(eventTime="2026-11-28T10:00:11Z")).looked_at == 1


def test_no_look_begins_without_the_time_to_settle_it(stack: Stack, calls: list[str]) -> None:
    done = stack.handle(changed(), left=20.0)
    assert done.failed == ("m-0",)
    assert "ListBuckets" not in calls


def test_a_wrong_configuration_is_an_error_of_the_function(stack: Stack) -> None:
    stack.configure("colour: blue\n")
    with pytest.raises(ConfigurationError, match="colour"):
        stack.handle(changed())


def test_nothing_is_read_for_events_that_name_nothing(stack: Stack, calls: list[str]) -> None:
    stack.handle(changed(errorCode="AccessDenied"))
    assert calls == []


@pytest.mark.parametrize("sent", [None, {}, {"Records": {}}, {"Records": []}, {"Records": [{"body": "{}"}]}])
def test_an_event_that_is_no_batch_of_a_queue_is_refused(sent: object, stack: Stack) -> None:
    with pytest.raises(EventError, match="it is not what Lambda sends for a queue"):
        handle_change(sent, stack.environment, load(), stack.clients, stack.settle, stack.memory, lambda: 300.0)


def test_the_account_and_the_region_are_resources_too(stack: Stack) -> None:
    stack.configure("")
    stack.clients.get("s3", REGION).put_object(
        Bucket="muster-reports", Key="config/muster.yaml", Body=b"checks: [ec2-ebs-encryption-by-default]\n"
    )
    stack.handle(event("ec2", "EnableEbsEncryptionByDefault", {}))
    assert stack.judged == {"AWS::::Region 123456789012": {("ec2-ebs-encryption-by-default", Status.NON_COMPLIANT)}}
