"""`muster scan --resource`: one resource, its findings, and clear words where there is none."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from muster.cli import main
from muster.sdk.session import Clients

REGION = "eu-west-1"
OWN = "123456789012"
BUCKET = "arn:aws:s3:::photos"
VERSIONING = "s3-bucket-versioning-enabled"

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)


@pytest.fixture(autouse=True)
def _two_buckets(clients: Clients) -> None:
    for name, region in (("photos", "eu-central-1"), ("photos-2", REGION)):
        s3 = clients.get("s3", region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the operations that are called."""
    made: list[str] = []
    whole: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, name: str, parameters: Any) -> Any:
        made.append(name)
        return whole(client, name, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return made


def _scan(*arguments: str) -> int:
    return main(["scan", "--format", "json", "--output", "found.json", "--quiet", *arguments])


def _found() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("found.json").read_text(encoding="utf-8"))
    return found


def test_only_the_named_bucket_is_scanned_in_whichever_region_it_is() -> None:
    assert _scan("--resource", BUCKET, "--check", VERSIONING, "--fail-on", "LOW") == 1
    [finding] = _found()["findings"]
    resource = finding["resource"]
    assert (resource["id"], resource["region"], finding["status"]) == ("photos", "eu-central-1", "NON_COMPLIANT")
    assert _found()["scan"]["complete"] is True


def test_a_bucket_needs_no_region_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert _scan("--resource", BUCKET, "--check", VERSIONING, "--fail-on", "never") == 0
    assert [each["resource"]["id"] for each in _found()["findings"]] == ["photos"]


def test_several_resources_of_several_types(clients: Clients) -> None:
    group = clients.get("ec2", REGION).describe_security_groups()["SecurityGroups"][0]["GroupId"]
    arn = f"arn:aws:ec2:{REGION}:{OWN}:security-group/{group}"
    checks = ("--check", VERSIONING, "--check", "ec2-default-security-group-closed", "--fail-on", "never")
    assert _scan("--resource", BUCKET, "--resource", arn, "--resource", BUCKET, *checks) == 0
    assert [each["resource"]["id"] for each in _found()["findings"]] == [group, "photos"]


def test_the_checks_are_those_that_judge_its_type() -> None:
    _scan("--resource", BUCKET, "--pack", "all", "--fail-on", "never")
    scan = _found()["scan"]
    assert VERSIONING in scan["checks"]
    assert not [each for each in scan["checks"] if each.startswith("ec2-")]


def test_one_bucket_takes_one_page_of_the_listing(calls: list[str]) -> None:
    _scan("--resource", BUCKET, "--check", VERSIONING, "--fail-on", "never")
    assert calls.count("ListBuckets") <= 1
    assert "DescribeInstances" not in calls


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["photos"], "--resource: photos is not an ARN, such as arn:aws:s3:::shop-data"),
        (["arn:aws:s3:::photos/holiday.jpg"], "checks look like arn:aws:s3:::ID, arn:aws:s3::ACCOUNT:accesspoint/ID, "),
        (["arn:aws:s3:::*"], "no check applies to such a resource"),
        (
            ["arn:aws:mediastore:eu-west-1:123456789012:container/a"],
            "no check applies to resources of mediastore; 'muster list resources' has the types",
        ),
        (["arn:awz:s3:::photos"], "awz is not a partition\n  did you mean: aws"),
        ([f"arn:aws:ec2:eu-wst-1:{OWN}:vpc/vpc-1"], "eu-wst-1 is not a region\n  did you mean: eu-west-1"),
        (
            [BUCKET, "--region", REGION],
            "--resource and --region cannot be combined: the ARN has the region\n  leave out --region",
        ),
        ([BUCKET, "--service", "ec2"], "no selected check applies to AWS::S3::Bucket"),
    ],
)
def test_a_wrong_name_is_refused_before_any_call(
    arguments: list[str], says: str, calls: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _scan("--resource", *arguments) == 2
    assert says in capsys.readouterr().err
    assert calls == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["arn:aws-cn:s3:::photos"], "is in the partition aws-cn, the credentials are in aws"),
        ([BUCKET, "--account", "all"], "--account takes one account id of 12 digits"),
        (
            [f"arn:aws:ec2:{REGION}:111122223333:vpc/vpc-1", "--account", OWN],
            f"is not in the account {OWN} (--account)",
        ),
        ([f"arn:aws:ec2:{REGION}:111122223333:vpc/vpc-1"], "accounts.role is missing (--role)"),
    ],
)
def test_a_name_that_the_credentials_do_not_fit_is_refused(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _scan("--resource", *arguments) == 2
    assert says in capsys.readouterr().err


def test_a_resource_that_does_not_exist_has_no_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert _scan("--resource", "arn:aws:s3:::photo") == 2
    assert "arn:aws:s3:::photo does not exist" in capsys.readouterr().err
    assert not Path("found.json").exists()


def test_one_of_two_that_does_not_exist_makes_the_scan_incomplete() -> None:
    names = ("--resource", BUCKET, "--resource", "arn:aws:s3:::photo")
    assert _scan(*names, "--check", VERSIONING, "--fail-on", "never") == 3
    assert any("arn:aws:s3:::photo does not exist" in each for each in _found()["scan"]["incomplete"])


def test_an_excluded_resource_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("exclude:\n  arns:\n    - arn:aws:s3:::photos\n", encoding="utf-8")
    assert _scan("--resource", BUCKET) == 2
    assert f"{BUCKET} is excluded" in capsys.readouterr().err


def test_a_scan_that_breaks_says_so_and_calls_nothing_absent(capsys: pytest.CaptureFixture[str]) -> None:
    """The tag policy of the organization is read for it, which moto does not have."""
    policy = ("--check", "tags-follow-organization-policy")
    assert _scan("--resource", BUCKET, *policy, "--fail-on", "never") == 3
    assert "s3 in global broke" in capsys.readouterr().err
    assert "does not exist" not in json.dumps(_found()["scan"])


def test_a_denied_read_is_unread_and_not_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: Any = BaseClient._make_api_call  # type: ignore[attr-defined]

    def refused(client: Any, name: str, parameters: Any) -> Any:
        if name == "DescribeVpcs":
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, name)
        return whole(client, name, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", refused)
    assert _scan("--resource", f"arn:aws:ec2:{REGION}:{OWN}:vpc/vpc-1") == 3
    assert {each["status"] for each in _found()["findings"]} == {"INSUFFICIENT_DATA"}
