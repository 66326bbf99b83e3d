"""`muster explain`: checks, controls, packs, resources and findings, with the evidence that AWS answers."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from muster.cli import main
from muster.sdk.session import Clients

from .deployed import NAME, Deployed

BUCKET = "arn:aws:s3:::shop-data"
SECRET = "hunter2-is-not-a-good-one"
CHECK = "s3-bucket-versioning-enabled"
CONFIGURATION = """\
packs: [s3-compliance]
checks: [lambda-environment-without-secrets, required-tags]
tags: {required: [Owner]}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    Path("muster.yaml").write_text(CONFIGURATION, encoding="utf-8")


@pytest.fixture
def bucket(clients: Clients) -> Clients:
    """Make a bucket that fails a few checks."""
    s3 = clients.get("s3", "eu-west-1")
    s3.create_bucket(Bucket="shop-data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    tags = [{"Key": "Owner", "Value": "checkout"}]
    s3.put_bucket_tagging(Bucket="shop-data", Tagging={"TagSet": tags})
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    s3.put_bucket_encryption(Bucket="shop-data", ServerSideEncryptionConfiguration={"Rules": rules})
    return clients


@pytest.fixture
def report(bucket: Clients, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:  # noqa: ARG001 - it is scanned
    """Scan the bucket into report.json and return its finding on versioning."""
    main(["scan", "--service", "s3", "--output", "report.json", "--quiet", "--fail-on", "never"])
    capsys.readouterr()
    findings = json.loads(Path("report.json").read_text(encoding="utf-8"))["findings"]
    found: dict[str, Any] = next(each for each in findings if each["check_id"] == CHECK)
    return found


def explained(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """Return what `muster explain` prints: on standard output, or on standard error where it fails."""
    assert main(["explain", *arguments]) == status
    out, err = capsys.readouterr()
    return err if status else out


@pytest.mark.parametrize(
    ("subject", "texts"),
    [
        pytest.param("S3.8", ["# S3.8", "s3-bucket-level-public-access-prohibited", "cis-5.0.0 2.1.4"], id="a control"),
        pytest.param("FSBP S3.8", ["# S3.8"], id="with its framework"),
        pytest.param("CIS 2.1.1", ["# S3.5", "s3-bucket-ssl-requests-only"], id="a requirement"),
        pytest.param("CIS 2.1.4", ["# S3.1\n", "# S3.8\n"], id="a requirement of two controls"),
        pytest.param(
            "CIS 1.15",
            ["v5.0.0: 1.15\n", "maps it to no control", "`iam-policy-no-admin-access-statements`"],
            id="a requirement without a control",
        ),
        pytest.param("CIS 5.6", ["v5.0.0: 5.6\n", "it is manual."], id="a requirement that nobody can check"),
        pytest.param(
            "CIS 4.16", ["v5.0.0: 4.16\n", "supports this requirement yet."], id="a requirement without a check"
        ),
        pytest.param(
            "WAF.2", ["# WAF.2\n", "control: AWS WAF Classic is at its end of life."], id="a service that ended"
        ),
        pytest.param("Amplify.1", ["No check of Muster supports this control."], id="a control without a check"),
        pytest.param("s3-compliance", ["# s3-compliance", f"| {CHECK} | MEDIUM | on |"], id="a pack"),
        pytest.param(CHECK, [f"# {CHECK}"], id="a check"),
    ],
)
def test_a_page_of(subject: str, texts: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys, subject)
    assert [text for text in texts if text not in out] == []


@pytest.mark.usefixtures("bucket")
def test_a_resource_is_read_and_shown_with_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys, BUCKET)
    assert out.splitlines()[:2] == ["shop-data", "  S3 bucket, account 123456789012, eu-west-1"]
    assert "owner: checkout" in out
    assert f"MEDIUM  {CHECK}  fails" in out
    assert "aws s3api put-bucket-versioning --region eu-west-1 --bucket shop-data" in out
    assert "    GetBucketVersioning\n      Status: (empty)\n" in out
    assert f"muster suppress {CHECK} '{BUCKET}' --until DATE" in out
    assert "checks passed" in out


@pytest.mark.usefixtures("bucket")
def test_a_check_that_passes_is_shown_where_it_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys, BUCKET, "--check", "s3-bucket-encrypted")
    assert "s3-bucket-encrypted  passes" in out
    assert "algorithm: AES256" in out


def test_a_finding_by_the_beginning_of_its_id(report: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    out = explained(capsys, report["finding_id"][:8], "--from", "report.json")
    assert out.count("  fails") == 1
    assert f"Finding   {report['finding_id']}" in out
    assert "Status: (empty)" in out
    assert f"muster suppress {report['finding_id']} --from report.json --until DATE" in out
    assert "S3.14 (nist-800-53 " in out


def test_the_report_of_the_folder_is_read_where_none_is_named(
    report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert report["finding_id"] in explained(capsys, report["finding_id"])
    assert "owner: checkout" in explained(capsys, "shop-data")


def test_what_was_repaired_since_says_so(
    bucket: Clients, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.get("s3", "eu-west-1").put_bucket_versioning(
        Bucket="shop-data", VersioningConfiguration={"Status": "Enabled"}
    )
    out = explained(capsys, report["finding_id"])
    assert "Now       passes" in out
    assert "Status: Enabled" in out


def test_a_resource_that_is_gone_leaves_what_the_report_has(
    bucket: Clients, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    bucket.get("s3", "eu-west-1").delete_bucket(Bucket="shop-data")
    out = explained(capsys, report["finding_id"])
    assert "the resource could not be read again" in out
    assert "does not exist" in " ".join(out.split())


def test_offline_needs_no_credentials(
    report: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    out = explained(capsys, report["finding_id"], "--offline")
    assert report["reason"] in " ".join(out.split())
    assert "AWS was not called (--offline)" in out


def test_the_account_is_read_again_too(bucket: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    assert bucket
    main(["scan", "--check", "s3-account-level-public-access-blocks", "--output", "report.json", "--quiet"])
    capsys.readouterr()
    (found,) = json.loads(Path("report.json").read_text(encoding="utf-8"))["findings"]
    out = explained(capsys, found["finding_id"])
    assert "PublicAccessBlockConfiguration.BlockPublicAcls: false" in out


def test_no_secret_of_an_environment_is_printed(clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = clients.get("iam", "us-east-1").create_role(RoleName="shop", AssumeRolePolicyDocument=json.dumps(trust))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    made = clients.get("lambda", "eu-west-1").create_function(
        FunctionName="shop-bills", Runtime="python3.13", Handler="app.handler", Role=role["Role"]["Arn"],
        Code={"ZipFile": code.getvalue()}, Environment={"Variables": {"DB_PASSWORD": SECRET, "LEVEL": "info-and-up"}},
    )  # fmt: skip
    out = explained(capsys, made["FunctionArn"], "--check", "lambda-environment-without-secrets")
    assert "lambda-environment-without-secrets  fails" in out
    assert "DB_PASSWORD" in out
    assert SECRET not in out
    assert "info-and-up" not in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["s3-bucket-versoning-enabled"], f"did you mean: {CHECK}", id="a check that does not exist"),
        pytest.param(["0123456789ab"], "say where it is, with --from report.json or --stack NAME", id="an id alone"),
        pytest.param([BUCKET, "--offline"], "name it with --from or --stack", id="offline without a report"),
        pytest.param(
            ["abcdef", "--from", "missing.json"], "missing.json: there is no such file or folder", id="no such report"
        ),
        pytest.param(["x", "--from", "a", "--stack", "b"], "name one of them", id="two sources"),
    ],
)
def test_what_cannot_be_explained(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sentence in explained(capsys, *arguments, status=2)


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("arn", "sentence"),
    [
        pytest.param("arn:aws:s3:::shop-nowhere", "does not exist", id="a bucket that does not exist"),
        pytest.param("arn:aws:route53:::hostedzone/Z1", "no check", id="a type without checks"),
    ],
)
def test_an_arn_that_names_nothing(arn: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sentence in explained(capsys, arn, status=2)


@pytest.mark.usefixtures("report")
def test_a_beginning_of_several_ids(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("report.json")
    findings = json.loads(path.read_text(encoding="utf-8"))["findings"][:2]
    for number, each in enumerate(findings):
        each["finding_id"] = f"abcdef{number}" + "0" * 25
    path.write_text(json.dumps({"findings": findings, "scan": {}, "summary": {}}), encoding="utf-8")
    err = explained(capsys, "abcdef", status=2)
    assert "2 findings begin with abcdef" in err
    assert "Use more of the id" in err


def test_a_finding_of_a_stack(bucket: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    stack = Deployed(bucket)
    stack.scan(CHECK)
    assert main(["findings", "--stack", NAME, "--check", CHECK, "--format", "ndjson"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = next(each for each in listed if each["resource"]["id"] == "shop-data")
    out = explained(capsys, found["finding_id"][:10], "--stack", NAME)
    assert "shop-data" in out.splitlines()[0]
    assert f"muster suppress {found['finding_id']} --stack {NAME}" in out
    assert "Status: (empty)" in out
    assert "Since     20" in out
