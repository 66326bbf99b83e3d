"""What the functions of the stack write and say is what is stored: every object, table, message, metric and mail.

The functions are called one after another as the state machine calls them: a scan of everything is planned; the
schedule fires; it fires again when some things have changed and others cannot be read; what was left out is resumed.
"""

import contextlib
import gzip
import importlib.util
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import time_machine

from local import estates
from local.server import ACCOUNT, EmbeddedAws
from local.workflow import for_email

from .stored import Stored, brief_rows

FUNCTIONS = Path(__file__).resolve().parents[2] / "functions"
HOME = estates.REGIONS[0]
EXECUTION = f"arn:aws:states:{HOME}:{ACCOUNT}:execution:muster-scan-dev:"
BUCKET = "muster-reports"
TABLE = "muster-events-dev"
SOME = """\
packs: [ecs-fargate]
checks:
  - kms-key-rotation-enabled
  - s3-bucket-lifecycle-covers-old-objects
  - s3-bucket-public-access-prohibited
  - s3-bucket-versioning-enabled
  - sqs-queue-no-public-access
account_names: {'123456789012': shop}
suppressions:
  - {check: s3-bucket-versioning-enabled, resource: 'arn:aws:s3:::public-*', reason: thrown away, owner: data,
     ticket: DATA-17, expires: 2027-03-31}
  - {check: s3-bucket-versioning-enabled, resource: 'arn:aws:s3:::plain-0001', reason: old, owner: web,
     expires: 2026-01-31}
"""


@dataclass
class World:
    """The functions with the bucket, topic and queue that they use, and what was seen of these already."""

    aws: EmbeddedAws
    topic: str
    queue: str
    seen: dict[str, str] = field(default_factory=dict)
    published: int = 0
    stored: int = 0

    def call(self, function: str, event: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Invoke a function, and return its answer, and as a text the event, the answer and the metrics."""
        from moto.moto_api._internal import mock_random  # noqa: PLC0415 - moto takes seconds to import

        # Functions before this one drew in an order that depends on their threads.
        mock_random.seed(f"{function} {event}")
        spec = importlib.util.spec_from_file_location(function, FUNCTIONS / function / "app.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        context = SimpleNamespace(
            function_name=function, memory_limit_in_mb=1769, invoked_function_arn="arn", aws_request_id="request",
            get_remaining_time_in_millis=lambda: 900_000,
        )  # fmt: skip
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            spec.loader.exec_module(module)
            answer = module.handler(json.loads(json.dumps(event)), context)
        metrics = [line for line in out.getvalue().splitlines() if '"_aws"' in line]
        said = [f"> {function} {json.dumps(event)}", json.dumps(answer, indent=1, ensure_ascii=False), *metrics]
        return answer, "\n".join([*said, ""])

    def execute(self, name: str, asked: Mapping[str, Any]) -> str:
        """Call the functions as an execution of the state machine does; return the texts of all."""
        planned, told = self.call("plan_scan", _started(name, asked))
        told += self.changes()
        named = {"scan_id": planned["scan_id"], "attempt": planned["attempt"]}
        for account in json.loads(self._body(planned["batches_key"])):
            for batch in account["batches"]:
                told += self.call("scan_shards", {"scan_id": planned["scan_id"], "batch": batch})[1]
            told += self.changes()
            told += self.call("settle_account", {**named, "account": account})[1]
        told += self.changes()
        for function in ("summarize_scan", "send_alert"):
            told += self.call(function, named)[1] + self.changes()
        return told

    def changes(self) -> str:
        """Return the objects that were written or deleted since the last time, and what was sent."""
        now = self._etags()
        lines = [f"- s3 {key}" for key in sorted(self.seen.keys() - now.keys())]
        for key in sorted(key for key, etag in now.items() if self.seen.get(key) != etag):
            lines += [f"+ s3 {key}", *_content(key, self._body(key))]
        self.seen = now
        return "\n".join([*lines, *self._messages(), *self._publications(), *self._stream(), ""])

    def _etags(self) -> dict[str, str]:
        pages = self.aws.client("s3", HOME).get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", ())}

    def _body(self, key: str) -> bytes:
        body: bytes = self.aws.client("s3", HOME).get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def _messages(self) -> Iterator[str]:
        sqs, found = self.aws.client("sqs", HOME), []
        while taken := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", ()):
            for each in taken:
                found.append(each["Body"])
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"])
        # The shards of a batch are scanned side by side.
        yield from (f"+ sqs {body}" for body in sorted(found))

    def _stream(self) -> Iterator[str]:
        """Yield what the stream of the table of events has that it had not before; keys are in the outbox, too."""
        from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

        records = dynamodb_backends[ACCOUNT][HOME].tables[TABLE].stream_shard.items
        for each in records[self.stored :]:
            record = each.record
            keys = record["dynamodb"]["Keys"]
            yield f"+ dynamodb {record['eventName']} {keys['finding_id']['S']} {keys['timestamp']['N']}"
        self.stored = len(records)

    def _publications(self) -> Iterator[str]:
        from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

        sent = sns_backends[ACCOUNT][HOME].topics[self.topic].sent_notifications
        for _, message, subject, attributes, *_ in sent[self.published :]:
            yield f"+ sns {subject} {json.dumps(attributes)}"
            yield from for_email(message).splitlines()
            with contextlib.suppress(ValueError):
                yield json.dumps(
                    {name: text for name, text in json.loads(message).items() if name != "email"}, indent=1
                )
        self.published = len(sent)


@pytest.fixture(scope="module")
def world(aws: EmbeddedAws) -> Iterator[World]:
    """Make what the template makes for the functions, with the names that it gives them."""
    s3, sns = aws.client("s3", HOME), aws.client("sns", HOME)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
    topic = sns.create_topic(Name="muster-alerts-dev")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="platform@example.com")
    queue = aws.client("sqs", HOME).create_queue(QueueName="muster-shard-results-dev")["QueueUrl"]
    aws.client("dynamodb", HOME).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "finding_id", "AttributeType": "S"},
            {"AttributeName": "timestamp", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "finding_id", "KeyType": "HASH"},
            {"AttributeName": "timestamp", "KeyType": "RANGE"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    aws.client("dynamodb", HOME).create_table(
        TableName="muster-deliveries-dev",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    parked = aws.client("sqs", HOME).create_queue(QueueName="muster-alert-dead-letters-dev")["QueueUrl"]
    variables = {
        "AWS_REGION": HOME, "MUSTER_BUCKET": BUCKET, "MUSTER_STACK": "dev", "MUSTER_REGIONS": ",".join(estates.REGIONS),
        "MUSTER_REQUIRED_TAGS": "Environment,Owner", "MUSTER_TOPIC_ARN": topic, "MUSTER_QUEUE_URL": queue,
        "MUSTER_DATABASE": "muster_dev", "MUSTER_WORKGROUP": "muster-dev", "POWERTOOLS_METRICS_NAMESPACE": "Muster",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL", "MUSTER_EVENT_TABLE": TABLE,
        "MUSTER_DELIVERY_TABLE": "muster-deliveries-dev", "MUSTER_ALERT_QUEUE_URL": parked,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield World(aws, topic, queue)
        aws.front.refusals.clear()


def test_a_scan_of_everything_is_planned_as_it_was(world: World, stored: Stored) -> None:
    _configure(world, estates.CONFIGURATION.read_text())
    _, told = world.call("plan_scan", _started("all", {"regions": list(estates.REGIONS)}))
    stored.compare("plan.txt", told + world.changes(), derived_ids=True)


def test_scans_write_and_tell_what_they_did(world: World, stored: Stored, clock: time_machine.Traveller) -> None:
    _configure(world, SOME)
    world.changes()
    scheduled = {"scheduled": True, "record": True}
    stored.compare("first.txt", world.execute("first", scheduled), derived_ids=True)

    clock.shift(6 * 3600)
    _change(world.aws)
    world.aws.refuse("kms:ListKeys", code="AccessDeniedException")
    told = world.execute("second", scheduled)
    stored.compare("second.txt", told, derived_ids=True)

    clock.shift(3600)
    world.aws.front.refusals.clear()
    scan_id = next(key.split("/")[1] for key in world.seen if key.startswith("scans/20261121T12"))
    stored.compare("resumed.txt", world.execute("resumed", {"resume": scan_id}), derived_ids=True)


def _configure(world: World, text: str) -> None:
    world.aws.client("s3", HOME).put_object(Bucket=BUCKET, Key="config/muster.yaml", Body=text.encode())


def _started(name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"input": asked, "execution": EXECUTION + name, "started_at": datetime.now(UTC).isoformat()}


def _change(aws: EmbeddedAws) -> None:
    """Mend one thing, break another, delete a third and add a fourth."""
    s3 = aws.client("s3", HOME)
    s3.put_bucket_versioning(Bucket="plain-0001", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_versioning(Bucket="good-bucket", VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket(Bucket="plain-0002")
    aws.client("ecs", HOME).create_cluster(clusterName="another")


def _content(key: str, body: bytes) -> Iterator[str]:
    """Yield the lines of an object of the bucket, readable whatever it is."""
    if key.endswith(".parquet"):
        yield from _table(body)
    elif key.endswith("report.html"):
        # What the page is made of is stored as report.json; its form has tests of its own.
        yield from re.findall(r"<title>.*</title>", body.decode())
    elif key.endswith(".jsonl.gz"):
        yield from gzip.decompress(body).decode().splitlines()
    elif key.endswith((".json", ".json.gz")):
        text = (gzip.decompress(body) if key.endswith(".gz") else body).decode()
        if text.count("\n") > 1:
            # The state of an account has a finding a line.
            yield from text.splitlines()
            return
        document = json.loads(text)
        short = text == json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        yield json.dumps(document, indent=1, ensure_ascii=False) if short else text
    else:
        yield from body.decode().splitlines()


def _table(body: bytes) -> Iterator[str]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(body)
        file.flush()
        found = duckdb.sql(f"SELECT * FROM read_parquet('{file.name}')")  # noqa: S608 - a name of our own
        yield ", ".join(f"{name} {kind}" for name, kind in zip(found.columns, found.types, strict=True))
        yield from brief_rows(dict(zip(found.columns, row, strict=True)) for row in found.fetchall())
