"""CodeBuild projects and report groups."""

from typing import Any

import pytest

from muster.checks import codebuild
from muster.facets.codebuild import Project, Projects, ReportGroup, ReportGroups
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("AWS did not say")


def project(**item: Any) -> Project:
    return Project.parse({"source": {"type": "NO_SOURCE"}, **item})


def bitbucket(url: str | None) -> dict[str, Any]:
    return {"type": "BITBUCKET", "location": url} if url else {"type": "BITBUCKET"}


@pytest.mark.parametrize(
    ("item", "status", "reason"),
    [
        pytest.param({"source": bitbucket("https://bitbucket.org/a/b.git")}, C,
                     "URL of the Bitbucket repository has no credentials", id="none"),
        pytest.param({"source": bitbucket("https://u:p@bitbucket.org/a/b.git")}, N,
                     "URL of a Bitbucket repository has a user name, a password or a token", id="a password"),
        pytest.param({"source": bitbucket("https://x-token@bitbucket.org/a/b.git")}, N, "", id="a token"),
        pytest.param({"secondarySources": [bitbucket("https://u:p@bitbucket.org/a/b")]}, N, "", id="another source"),
        pytest.param({"source": bitbucket("https://bitbucket.org/a/b@c.git")}, C, "", id="an @ in the path"),
        pytest.param({"source": {"type": "GITHUB", "location": "https://u:p@github.com/a/b"}}, NA,
                     "Project has no Bitbucket source", id="another provider"),
        pytest.param({}, NA, "", id="no source"),
    ],
)  # fmt: skip
def test_repository_urls(item: dict[str, Any], status: Status, reason: str) -> None:
    verdict = codebuild.codebuild_project_source_repo_url_check(project(**item))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def variables(*items: tuple[str, str | None]) -> dict[str, Any]:
    found = [{"name": name, "value": "hunter2", **({"type": kind} if kind else {})} for name, kind in items]
    return {"environment": {"environmentVariables": found}}


@pytest.mark.parametrize(
    ("item", "status", "reason"),
    [
        (variables(("AWS_ACCESS_KEY_ID", "PLAINTEXT"), ("AWS_SECRET_ACCESS_KEY", None)), N,
         "AWS credentials in plain text variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
        (variables(("AWS_ACCESS_KEY_ID", "PARAMETER_STORE"), ("AWS_SECRET_ACCESS_KEY", "SECRETS_MANAGER")), C,
         "No AWS credentials in plain text variables"),
        (variables(("AWS_REGION", "PLAINTEXT")), C, ""),
        ({}, C, ""),
    ],
)  # fmt: skip
def test_variables(item: dict[str, Any], status: Status, reason: str) -> None:
    verdict = codebuild.codebuild_project_envvar_awscred_check(project(**item))
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def logs(cloudwatch: str | None = None, s3: str | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"cloudWatchLogs": {"status": cloudwatch}} if cloudwatch else {}
    return {"logsConfig": {**found, **({"s3Logs": {"status": s3, **more}} if s3 else {})}}


@pytest.mark.parametrize(
    ("item", "encrypted", "logging"),
    [
        pytest.param({}, NA, C, id="no configuration: CloudWatch Logs"),
        pytest.param(logs("ENABLED"), NA, C, id="CloudWatch Logs"),
        pytest.param(logs("DISABLED", "ENABLED"), C, C, id="S3"),
        pytest.param(logs("DISABLED", "ENABLED", encryptionDisabled=False), C, C, id="S3, encrypted in so many words"),
        pytest.param(logs("DISABLED", "ENABLED", encryptionDisabled=True), N, C, id="S3 in plain text"),
        pytest.param(logs("DISABLED", "DISABLED", encryptionDisabled=True), NA, N, id="neither"),
        pytest.param(logs("DISABLED"), NA, N, id="off"),
    ],
)
def test_logs(item: dict[str, Any], encrypted: Status, logging: Status) -> None:
    assert codebuild.codebuild_project_s3_logs_encrypted(project(**item)).status is encrypted
    assert codebuild.codebuild_project_logging_enabled(project(**item)).status is logging


def test_the_reasons_about_logs() -> None:
    plain, off = project(**logs("DISABLED", "ENABLED", encryptionDisabled=True)), project(**logs("DISABLED"))
    assert codebuild.codebuild_project_s3_logs_encrypted(plain).reason == "Encryption of the logs in S3 is off"
    assert codebuild.codebuild_project_logging_enabled(plain).reason == "Build logs go to S3"
    assert codebuild.codebuild_project_logging_enabled(off).reason == "Logs in CloudWatch Logs and in S3 are off"


@pytest.mark.parametrize(
    ("group", "status", "reason"),
    [
        (ReportGroup("S3", unencrypted=False), C, "Exported reports are encrypted"),
        (ReportGroup("S3", unencrypted=True), N, "Encryption of the exported reports is off"),
        (ReportGroup("NO_EXPORT", UNKNOWN), NA, "Report group exports nothing to S3"),
    ],
)
def test_report_groups(group: ReportGroup, status: Status, reason: str) -> None:
    verdict = codebuild.codebuild_report_group_encrypted_at_rest(group)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("check", "facet"),
    [
        (codebuild.codebuild_project_source_repo_url_check, Project.parse({})),
        (codebuild.codebuild_project_source_repo_url_check, project(source=bitbucket(None))),
        (codebuild.codebuild_project_s3_logs_encrypted, project(logsConfig={"s3Logs": {"encryptionDisabled": True}})),
        (codebuild.codebuild_project_logging_enabled, project(logsConfig={"cloudWatchLogs": {}})),
        (codebuild.codebuild_report_group_encrypted_at_rest, ReportGroup("S3", UNKNOWN)),
        (codebuild.codebuild_report_group_encrypted_at_rest, ReportGroup.parse({})),
    ],
)
def test_what_is_not_known_is_no_verdict(check: Any, facet: Any) -> None:
    with pytest.raises(UnknownField):
        check(facet)


def test_no_secret_is_kept_and_groups_that_are_deleted_are_left_out() -> None:
    item = {"name": "shop", "arn": "arn:p", "source": bitbucket("https://u:hunter2@bitbucket.org/a/b")}
    found = Projects.parse({"projects": [{**item, **variables(("AWS_ACCESS_KEY_ID", None), ("TOKEN", None))}]})
    assert "hunter2" not in repr(found)
    groups = [{"name": name, "arn": name, "status": state} for name, state in (("a", "DELETING"), ("b", "ACTIVE"))]
    assert [each.name for each in ReportGroups.parse({"reportGroups": groups}).all] == ["b"]
