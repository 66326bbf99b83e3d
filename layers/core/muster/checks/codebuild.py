"""Checks of CodeBuild projects and report groups."""

from muster.facets.codebuild import BITBUCKET, ENABLED, Project, ReportGroup
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 4


@check(severity=Severity.CRITICAL, controls=("FSBP CodeBuild.1",))
def codebuild_project_source_repo_url_check(project: Project) -> Verdict:
    """CodeBuild projects should not have credentials in the URL of a Bitbucket repository.

    The check looks at the source and the secondary sources. A user name alone fails too, because it can be a token. The
    check does not apply to projects without a Bitbucket source.

    Problem: repository URL has credentials
    Why: Everyone who can read the project can read the password or token, and it also appears in logs.
    Fix: Change the password or revoke the token. Import a source credential or use a connection. Then remove the
      credentials from the URLs. The command keeps the other settings of the sources; it needs jq. `input=$(aws
      codebuild batch-get-projects --names NAME --query "projects[0]" --output json | jq -Rs 'def clean: if .type ==
      "BITBUCKET" then .location |= sub("//[^/]*@"; "//") else . end; fromjson | {name, source: (.source | clean),
      secondarySources: [.secondarySources[]? | clean]}') && aws codebuild update-project --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-1
    """
    sources = known(project.sources)
    if any(each.kind == BITBUCKET and each.credentials is True for each in sources):
        return non_compliant("URL of a Bitbucket repository has a user name, a password or a token")
    bitbucket = [each for each in sources if known(each.kind) == BITBUCKET]
    if not bitbucket:
        return not_applicable("Project has no Bitbucket source")
    for each in bitbucket:
        known(each.credentials)
    return compliant("URL of the Bitbucket repository has no credentials")


@check(severity=Severity.CRITICAL, controls=("FSBP CodeBuild.2",))
def codebuild_project_envvar_awscred_check(project: Project) -> Verdict:
    """CodeBuild projects should not have AWS credentials in plain text variables.

    The check looks for variables named AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

    Problem: AWS credentials are in plain text
    Why: Everyone who can read the project can read the access key and use it until it is deleted.
    Fix: Deactivate the access key, and give the permissions to the service role of the project. Then save the
      environment, remove the variables from the file and put it back: `aws codebuild batch-get-projects --names NAME
      --query "projects[0].environment" --output json > NAME.json` `aws codebuild update-project --name NAME
      --environment file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-2
    """
    if project.plain:
        return non_compliant(f"AWS credentials in plain text variables: {listed(project.plain, _SHOWN)}")
    return compliant("No AWS credentials in plain text variables")


@check(severity=Severity.LOW, controls=("FSBP CodeBuild.3",))
def codebuild_project_s3_logs_encrypted(project: Project) -> Verdict:
    """CodeBuild projects should encrypt their logs in S3.

    The check does not apply to projects without logs in S3.

    Problem: build logs are not encrypted
    Why: Build logs often contain names, addresses and sometimes secrets of your systems. Anyone who gets access to the
      storage can read them.
    Fix: Save the log configuration: `aws codebuild batch-get-projects --names NAME --query "projects[0].logsConfig"
      --output json > NAME.json` In the file, set encryptionDisabled of s3Logs to false. Then put it back: `aws
      codebuild update-project --name NAME --logs-config file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-3
    """
    if known(project.s3) != ENABLED:
        return not_applicable("Project writes no logs to S3")
    if project.s3_plain:
        return non_compliant("Encryption of the logs in S3 is off")
    return compliant("Logs in S3 are encrypted")


@check(severity=Severity.MEDIUM, controls=("FSBP CodeBuild.4",))
def codebuild_project_logging_enabled(project: Project) -> Verdict:
    """CodeBuild projects should write logs to CloudWatch Logs or S3.

    A project without a log configuration writes to CloudWatch Logs.

    Problem: project writes no build logs
    Why: Without a log you cannot see why a build failed, or what a changed build did.
    Fix: `aws codebuild update-project --name NAME --logs-config cloudWatchLogs={status=ENABLED}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-4
    """
    if project.cloudwatch == ENABLED:
        return compliant("Build logs go to CloudWatch Logs")
    if project.s3 == ENABLED:
        return compliant("Build logs go to S3")
    known(project.cloudwatch)
    known(project.s3)
    return non_compliant("Logs in CloudWatch Logs and in S3 are off")


@check(severity=Severity.MEDIUM, controls=("FSBP CodeBuild.7",))
def codebuild_report_group_encrypted_at_rest(group: ReportGroup) -> Verdict:
    """CodeBuild report groups should encrypt the reports that they export to S3.

    The check does not apply to report groups that export nothing.

    Problem: exported reports are not encrypted
    Why: Test reports contain names and output of your code, and unencrypted they are stored in plain text.
    Fix: Save the export configuration: `aws codebuild batch-get-report-groups --report-group-arns ARN --query
      "reportGroups[0].exportConfig" --output json > NAME.json` In the file, set encryptionDisabled of s3Destination to
      false. Then put it back: `aws codebuild update-report-group --arn ARN --export-config file://NAME.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-7
    """
    if known(group.export) != "S3":
        return not_applicable("Report group exports nothing to S3")
    if known(group.unencrypted):
        return non_compliant("Encryption of the exported reports is off")
    return compliant("Exported reports are encrypted")
