"""The migrations of the bucket: one that fails does not stop the others, and no message is lost."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local.front import Refusal
from local.server import EmbeddedAws
from muster.migration.report.report import Parity
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.migrations.validate import Done, validate_migrations

HERE, BUCKET = "eu-west-1", "reports"
TOPIC = f"arn:aws:sns:{HERE}:123456789012:alerts"
ENVIRONMENT = Environment(BUCKET, HERE, topic_arn=TOPIC)
FILE = """\
batch: {batch}
environment: production
source: {{region: us-east-1}}
target: {{region: eu-west-1}}
log_groups: [{group}]
"""


@pytest.fixture(scope="module")
def _embedded() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(_embedded: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    """Two migrations whose targets are missing."""
    _embedded.reset()
    _embedded.front.refusals.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", _embedded.endpoint)
    _embedded.client("s3", HERE).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HERE})
    _embedded.client("sns", HERE).create_topic(Name="alerts")
    for number in ("1", "2"):
        _embedded.client("logs", "us-east-1").create_log_group(logGroupName=f"app-{number}")
        put(_embedded, f"{number}.yaml", FILE.format(batch=f"wave-{number}", group=f"app-{number}"))
    return _embedded


def put(aws: EmbeddedAws, name: str, text: str) -> None:
    aws.client("s3", HERE).put_object(Bucket=BUCKET, Key=f"config/migrations/{name}", Body=text.encode())


def validated(left: float = 900.0, **event: Any) -> Done:
    clients = Clients(boto3.session.Session(region_name=HERE))
    return validate_migrations(event, ENVIRONMENT, clients, lambda: left)


def subjects(aws: EmbeddedAws) -> list[str]:
    return [call.parameters["Subject"] for call in aws.calls if call.operation == "sns:Publish" and call.status == 200]


def written(aws: EmbeddedAws) -> list[str]:
    listed = aws.client("s3", HERE).list_objects_v2(Bucket=BUCKET, Prefix="migrations/")
    return [each["Key"].split("/")[1] for each in listed.get("Contents", ())]


def test_all_files_are_validated_and_each_has_a_report(aws: EmbeddedAws) -> None:
    done = validated()
    assert (done.parity, done.failures) == ({"wave-1": Parity.NO, "wave-2": Parity.NO}, [])
    assert written(aws) == ["wave-1", "wave-2"]
    assert (done.sent, done.without_parity) == (2, 2)


def test_a_report_that_cannot_be_written_does_not_stop_the_others_and_is_sent_the_next_time(aws: EmbeddedAws) -> None:
    aws.front.refusals.append(Refusal("s3:PutObject", key="migrations/wave-1/*"))
    done = validated()
    (failure,) = done.failures
    assert failure.startswith("wave-1: cannot write s3://reports/migrations/wave-1/")
    assert list(done.parity) == ["wave-2"]
    aws.front.refusals.clear()
    assert validated().sent == 1
    assert {*written(aws)} == {"wave-1", "wave-2"}


def test_a_message_that_the_topic_does_not_take_is_sent_by_the_next_validation(aws: EmbeddedAws) -> None:
    aws.front.refusals.append(Refusal("sns:Publish"))
    done = validated()
    assert len(done.failures) == 2
    assert (subjects(aws), done.sent) == ([], 0)
    aws.front.refusals.clear()
    assert validated().sent == 2
    assert validated().sent == 0


def test_nothing_is_begun_without_time_and_the_oldest_comes_first(aws: EmbeddedAws) -> None:
    validated(batch="wave-1")
    done = validated(left=59.0)
    # wave-2 was never validated.
    assert done.failures == [
        "wave-2: there was no time left to validate it", "wave-1: there was no time left to validate it",
    ]  # fmt: skip
    assert written(aws) == ["wave-1"]


def test_a_second_file_of_a_batch_is_wrong_and_other_objects_are_no_files(aws: EmbeddedAws) -> None:
    put(aws, "3.yml", FILE.format(batch="wave-1", group="other"))
    put(aws, "notes.txt", "not a migration file")
    done = validated()
    assert done.wrong == {"3.yml": "3.yml: the batch wave-1 is that of 1.yaml already"}
    assert done.parity.keys() == {"wave-1", "wave-2"}


def test_a_file_that_names_another_account_without_a_role_is_wrong_once_it_is_known_whose_the_account_is(
    aws: EmbeddedAws,
) -> None:
    text = FILE.format(batch="wave-1", group="app-1")
    put(aws, "1.yaml", text.replace("{region: eu-west-1}", "{region: eu-west-1, account: '111122223333'}"))
    done = validated()
    assert "add target.role" in done.wrong["1.yaml"]
    assert "Muster: migration file 1.yaml is wrong" in subjects(aws)
    assert validated().sent == 0


def test_a_file_that_is_mended_and_wrong_again_is_reported_again(aws: EmbeddedAws) -> None:
    put(aws, "3.yaml", "batch: 1")
    assert validated().sent == 3
    put(aws, "3.yaml", FILE.format(batch="wave-3", group="app-1"))
    assert validated().sent == 1
    put(aws, "3.yaml", "batch: 1")
    assert validated().sent == 1


def test_a_damaged_state_is_written_anew(aws: EmbeddedAws) -> None:
    validated()
    aws.client("s3", HERE).put_object(Bucket=BUCKET, Key="state/migrations/wave-1.json", Body=b"{")
    assert validated().sent == 1
    assert validated().sent == 0
