"""The requests to the report bucket of a whole scan, compared with those that `muster estimate` predicts for it."""

from collections import Counter
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.estimate.forecast import listed
from muster.estimate.workload import Demand, Seconds
from muster.model.coverage import Coverage
from muster.sdk.session import Clients
from muster.stack.cost import work_of
from muster.stack.documents import objects
from muster.stack.documents.commit import Commit
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.stack.scan_batch import scan_batch
from muster.stack.send_alert import send_alert
from muster.stack.settle_account import settle_account
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys
from muster.storage.bucket import Bucket

from .settled import TABLE, make_table

OWN, OTHER, HERE, THERE = "123456789012", "111122223333", "eu-west-1", "us-east-1"
ROLE = "MusterMemberRole"
PACKS = ("ec2-tag-compliance", "s3-compliance", "event-pipeline")
TOPIC = f"arn:aws:sns:{HERE}:{OWN}:alerts"
ENVIRONMENT = Environment(
    "reports", HERE, stack="dev", packs=PACKS, accounts=(OWN, OTHER), member_role=ROLE, topic_arn=TOPIC,
    event_table=TABLE,
)  # fmt: skip


@pytest.fixture
def clients(moto_clients: Clients) -> Clients:
    return moto_clients


class Requests(Counter[str]):
    """Counts the requests to the report bucket as they are priced."""

    def note(self, model: Any, **_: Any) -> None:
        self["reads" if model.name == "GetObject" else "writes"] += 1


@pytest.fixture
def requests(clients: Clients) -> Requests:
    made = Requests()
    # What is read of accounts has clients of its own.
    clients.get("s3", HERE).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": HERE})
    clients.get("s3", HERE).meta.events.register("before-call.s3", made.note)
    return made


def scanned(clients: Clients, day: int) -> str:
    """Carry out a scan as the state machine does, and return its id."""
    execution = f"arn:aws:states:{HERE}:{OWN}:execution:muster-scan-dev:day-{day}"
    asked = {"record": True, "regions": [HERE, THERE]}
    event = {"input": asked, "execution": execution, "started_at": f"2026-11-{day}T06:00:00Z"}
    planned = plan_scan(event, ENVIRONMENT, load(), clients)
    for item in Bucket("reports", Clients(clients.session), HERE).get_json(planned.batches_key) or ():
        for batch in item["batches"]:
            assert scan_batch({"scan_id": planned.scan_id, "batch": batch}, ENVIRONMENT, load(), clients).left == 0
        settle_account({"scan_id": planned.scan_id, "attempt": "", "account": item}, ENVIRONMENT, clients)
    ended = {"scan_id": planned.scan_id, "attempt": ""}
    assert summarize_scan(ended, ENVIRONMENT, clients).complete
    send_alert(ended, ENVIRONMENT, clients)
    return planned.scan_id


def test_a_scan_makes_the_requests_that_the_estimate_predicts(clients: Clients, requests: Requests) -> None:
    own = Clients(clients.session)
    for name in ("first", "second", "third"):
        own.get("s3", HERE).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HERE})
    own.get("ec2", HERE).run_instances(ImageId="ami-12c6146b", MinCount=3, MaxCount=3)
    own.get("sns", HERE).create_topic(Name="alerts")
    make_table(clients, HERE)
    scanned(clients, 21)
    requests.clear()
    scanned(clients, 22)
    after_changes = dict(requests)
    requests.clear()
    scan_id = scanned(clients, 23)
    made = dict(requests)
    # A scan looks once whether the events of the one before are all written: one account had something to write.
    assert after_changes == {"reads": made["reads"] + 1, "writes": made["writes"]}
    rules = select(load(), Configuration(), packs=PACKS)
    found = ledger(own, scan_id)
    expected = Counter[str]()
    resources_of = listed(load(), found)
    assert resources_of.keys() == {OWN, OTHER}
    for resources in resources_of.values():
        work = work_of(Demand(read_plan(load(), rules), resources, (HERE, THERE)), Seconds(0, 0))
        expected.update({"reads": work.reads, "writes": work.writes})
    # One plan, summary and alert for both accounts; the state machine itself reads the work list.
    assert made["reads"] == pytest.approx(expected["reads"] - 10 - 1, rel=0.05)
    assert made["writes"] == pytest.approx(expected["writes"] - 11, rel=0.05)


def ledger(clients: Clients, scan_id: str) -> list[Coverage]:
    """Return the rows of coverage of all shards of a scan."""
    bucket = Bucket("reports", clients, HERE)
    commits = (objects.content(bucket, key, Commit) for key, _ in bucket.keys(keys.commits(scan_id)))
    return [row for commit in commits if commit for row in commit.coverage]
