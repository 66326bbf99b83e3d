"""A stack on moto: its outputs, its bucket, and recorded scans that its functions run step by step."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from muster.catalog.catalog import load
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.stack.scan_batch import scan_batch
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.integration.stack.settled import settled

NAME, REGION, ACCOUNT = "muster-dev", "eu-west-1", "123456789012"
FIRST = datetime(2026, 11, 21, 6, tzinfo=UTC)
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:muster-scan-dev"
EXECUTION = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:muster-scan-dev:"
TEMPLATE = json.dumps(
    {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"StateMachineArn": {"Value": MACHINE}, "ReportBucketName": {"Value": "reports"}},
    }
)


class Deployed:
    """A deployed stack with an empty bucket."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        clients.get("cloudformation", REGION).create_stack(StackName=NAME, TemplateBody=TEMPLATE)
        where: Any = {"LocationConstraint": REGION}
        clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration=where)
        self.environment = Environment("reports", REGION, stack="dev")
        self.bucket = Bucket("reports", clients, REGION)
        self.scans = 0

    def scan(self, *checks: str, regions: tuple[str, ...] = (REGION,)) -> str:
        """Run a recorded scan, six hours after the last one, and return its id."""
        self.scans += 1
        at = FIRST + timedelta(hours=6 * self.scans)
        wanted = {"record": True, "checks": list(checks), "regions": list(regions)}
        event = {"input": wanted, "execution": f"{EXECUTION}{self.scans}", "started_at": at.isoformat()}
        scan = plan_scan(event, self.environment, load(), self.clients).scan_id
        for item in self.bucket.get_json(keys.batches(scan)):
            for batch in item["batches"]:
                scan_batch({"scan_id": scan, "batch": batch}, self.environment, load(), self.clients)
            settled(self.clients, self.environment, scan, item)
        summarize_scan({"scan_id": scan, "attempt": ""}, self.environment, self.clients)
        return scan

    def configure(self, text: str) -> None:
        """Write the stack's configuration."""
        self.bucket.put_bytes(keys.CONFIGURATION, text.encode())

    @property
    def configuration(self) -> str:
        """The stack's configuration as it is."""
        found = self.bucket.get_bytes(keys.CONFIGURATION)
        return found[0].decode() if found else ""
