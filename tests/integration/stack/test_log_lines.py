"""The last log line of each function: how many requests to the bucket it made, and how long they took."""

import importlib.util
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.client
import pytest

from muster.sdk.session import Clients
from tests.unit.stack.recording.stream import event as event_of
from tests.unit.stack.recording.stream import stream_record

from .settled import TABLE, make_table

HERE, ACCOUNT = "eu-west-1", "123456789012"
FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
EXECUTION = f"arn:aws:states:{HERE}:{ACCOUNT}:execution:muster-scan-dev:one"
Call = Callable[[str, Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any], int]]


@pytest.fixture
def call(clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Call:
    """Invoke a function, and return its answer, its last log line and the number of its requests to S3."""
    where: Any = {"LocationConstraint": HERE}
    clients.get("s3", HERE).create_bucket(Bucket="reports", CreateBucketConfiguration=where)
    make_table(clients, HERE)
    variables = {"MUSTER_BUCKET": "reports", "AWS_REGION": HERE, "MUSTER_STACK": "dev", "MUSTER_EVENT_TABLE": TABLE}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    requests: list[str] = []
    send = botocore.client.BaseClient._make_api_call

    def counting(client: Any, operation: str, parameters: Any) -> Any:
        if client.meta.service_model.service_name == "s3" and parameters.get("Bucket") == "reports":
            requests.append(operation)
        return send(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counting)
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1769, invoked_function_arn="arn", aws_request_id="request",
        get_remaining_time_in_millis=lambda: 900_000,
    )  # fmt: skip

    def invoke(function: str, event: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], int]:
        spec = importlib.util.spec_from_file_location(function, FUNCTIONS / function / "app.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        requests.clear()
        caplog.clear()
        spec.loader.exec_module(module)
        answer = module.handler(dict(event), context)
        return answer, vars(caplog.records[-1]), len(requests)

    return invoke


def test_each_function_logs_its_requests_to_the_bucket_and_their_seconds(clients: Clients, call: Call) -> None:
    request = {"checks": ["ec2-ebs-encryption-by-default"], "regions": [HERE]}
    event = {"input": request, "execution": EXECUTION, "started_at": "2026-11-21T06:00:00Z"}
    planned, line, requests = call("plan_scan", event)
    lines = {"planned": (line, requests)}
    scan = {"scan_id": planned["scan_id"], "attempt": ""}
    work = json.loads(clients.get("s3", HERE).get_object(Bucket="reports", Key=planned["batches_key"])["Body"].read())
    for account in work:
        for batch in account["batches"]:
            _, *lines["scanned"] = call("scan_shards", {"scan_id": planned["scan_id"], "batch": batch})
        if (FUNCTIONS / "settle_account" / "app.py").exists():
            _, *lines["settled"] = call("settle_account", {**scan, "account": account})
    _, *lines["summarized"] = call("summarize_scan", scan)
    _, *lines["alert"] = call("send_alert", scan)
    _, *lines["recorded"] = call("record_events", {"Records": [stream_record("1", event_of())]})
    assert planned.keys().isdisjoint({"bucket_calls", "bucket_seconds"})
    for message, (line, requests) in lines.items():
        assert line["msg"] == message
        assert line["bucket_calls"] == requests > 0, message
        assert line["bucket_seconds"] >= 0


def test_records_that_fail_or_are_malformed_are_logged_and_counted(
    call: Call, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """The queue does not exist, so the malformed record is to be delivered again; the metric says that one failed."""
    answer, line, _ = call("record_events", {"Records": [stream_record("1", {}), stream_record("2", event_of())]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert (line["events"], line["set_aside"], line["failures"]) == (0, 0, 1)
    (logged,) = (vars(each) for each in caplog.records if each.msg == "not recorded")
    assert logged["sequence_number"] == "1"
    assert "MUSTER_RECORD_DLQ_URL is not set" in logged["reason"]
    (metric,) = (json.loads(each) for each in capsys.readouterr().out.splitlines() if "EventRecordFailures" in each)
    assert (metric["EventRecordFailures"], metric["stack"]) == ([1.0], "dev")
