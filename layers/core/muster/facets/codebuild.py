"""CodeBuild: projects and report groups; values of variables and addresses of repositories are not kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unknown

ENABLED = "ENABLED"
BITBUCKET = "BITBUCKET"
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_USER = re.compile(r"[a-z][a-z0-9+.-]*://[^/@?#]*@", re.IGNORECASE)
_STATUS = kinds.one_of(ENABLED, "DISABLED")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a project: its type, and whether its address has a user name, a password or a token."""

    kind: str | Unknown
    credentials: bool | Unknown


def _sources(response: Answer) -> tuple[Source, ...] | Unknown:
    first = response.get("source")
    if first is None:
        return kinds.silent("source", "the source of the project")
    return tuple(_source(each) for each in (first, *(response.get("secondarySources") or ())))


def _source(item: Answer) -> Source:
    kind, address = item.get("type"), item.get("location")
    known_kind = kinds.stated(kind, "type", "the type of a source")
    if address is None:
        return Source(known_kind, kinds.silent("location", "the address of a source"))
    return Source(known_kind, _USER.match(str(address)) is not None)


def _plain(response: Answer) -> tuple[str, ...]:
    """Read the variables with credentials of AWS that are plain text, as they are without a type."""
    variables = (response.get("environment") or {}).get("environmentVariables") or ()
    return tuple(
        str(each["name"])
        for each in variables
        if each.get("name") in _CREDENTIALS
        and each.get("type", "PLAINTEXT") not in ("PARAMETER_STORE", "SECRETS_MANAGER")
    )


def _cloudwatch(response: Answer) -> str | Unknown:
    """Read the status of the log in CloudWatch Logs, which is on where nobody configured it.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_LogsConfig.html
    """
    log = (response.get("logsConfig") or {}).get("cloudWatchLogs")
    return ENABLED if log is None else _STATUS(log.get("status"), "status", "whether CloudWatch Logs are on")


def _s3(response: Answer) -> str | Unknown:
    log = (response.get("logsConfig") or {}).get("s3Logs")
    return "DISABLED" if log is None else _STATUS(log.get("status"), "status", "whether logs in S3 are on")


@facet
class Project(Parsed):
    """One project of BatchGetProjects; `plain` are the variables that hold credentials of AWS in plain text."""

    sources: tuple[Source, ...] | Unknown = computed(_sources, "source", "secondarySources")
    plain: tuple[str, ...] = computed(_plain, "environment.environmentVariables")
    cloudwatch: str | Unknown = computed(_cloudwatch, "logsConfig.cloudWatchLogs")
    s3: str | Unknown = computed(_s3, "logsConfig.s3Logs")
    s3_plain: bool = read("logsConfig.s3Logs.encryptionDisabled", kinds.is_true)


@facet
class ReportGroup(Parsed):
    """One report group of BatchGetReportGroups: where it exports to, and whether encryption is off there."""

    export: str | Unknown = read(
        "exportConfig.exportConfigType", kinds.one_of("S3", "NO_EXPORT"), "where the report group exports to"
    )
    unencrypted: bool | Unknown = read(
        "exportConfig.s3Destination.encryptionDisabled", kinds.flag, "whether exported reports are encrypted"
    )


@dataclass(frozen=True, slots=True)
class Built:
    """One project or report group with its names, its tags and its facet."""

    name: str
    arn: str
    tags: Tags
    facet: Project | ReportGroup


@dataclass(frozen=True, slots=True)
class Projects:
    """The projects of a region, some 500 bytes each."""

    all: tuple[Built, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of BatchGetProjects, all batches joined."""
        return cls(tuple(_built(item, Project.parse(item)) for item in response.get("projects") or ()))


@dataclass(frozen=True, slots=True)
class ReportGroups:
    """The report groups of a region, without those that are being deleted."""

    all: tuple[Built, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of BatchGetReportGroups, all batches joined."""
        items = (item for item in response.get("reportGroups") or () if item.get("status") != "DELETING")
        return cls(tuple(_built(item, ReportGroup.parse(item)) for item in items))


def _built(item: Answer, parsed: Project | ReportGroup) -> Built:
    tags = {str(each["key"]): str(each.get("value") or "") for each in item.get("tags") or ()}
    return Built(str(item["name"]), str(item["arn"]), Tags(tags), parsed)
