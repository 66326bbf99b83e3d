"""Checks of trails: what they record, and how their log files are protected."""

from collections.abc import Callable

from muster.facets.cloudtrail.event_selectors import BOTH, READ, WRITE, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails, Trail, TrailStatus
from muster.model.check import check
from muster.model.finding import Severity, UnknownField, Verdict, compliant, known, non_compliant


@check(severity=Severity.HIGH, controls=("FSBP CloudTrail.1",))
def cloudtrail_multi_region_enabled(trails: AccountTrails) -> Verdict:
    """AWS accounts should have a multi-region trail that records read and write management events.

    The account's own trails count, and those of its organization. One trail must log, and record both kinds of events.
    A trail that leaves out a service, such as AWS KMS, passes; the reason names it.

    Problem: no trail records all management events
    Why: Without the trail you cannot find out who changed what after an attack or an outage, and most detection tools
      have no data.
    Fix: The bucket's policy must let CloudTrail write to it. `aws cloudtrail create-trail --name NEW-TRAIL
      --s3-bucket-name BUCKET-NAME --is-multi-region-trail --enable-log-file-validation && aws cloudtrail start-logging
      --name NEW-TRAIL` If a trail exists, change the settings that the reason names instead.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/multi-region-cloudtrail-enabled.html
    """
    return _recorded(trails, "management events", _missing, _exceptions)


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.22",))
def s3_object_writes_logged(trails: AccountTrails) -> Verdict:
    """AWS accounts should record the S3 object-level write events of all buckets.

    One multi-region trail that logs must record them, for all buckets of today and later. CloudTrail charges for data
    events.

    Problem: S3 object writes are not recorded
    Why: Without data events, you cannot find out who changed or deleted an object.
    Fix: The command replaces the event selectors of the trail. `aws cloudtrail put-event-selectors --region
      TRAIL-REGION --trail-name TRAIL-NAME --advanced-event-selectors '[{"FieldSelectors": [{"Field": "eventCategory",
      "Equals": ["Management"]}]}, {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field":
      "resources.type", "Equals": ["AWS::S3::Object"]}]}]'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-22
    """
    return _recorded(trails, "S3 write events of all buckets", _missing_objects(WRITE))


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.23",))
def s3_object_reads_logged(trails: AccountTrails) -> Verdict:
    """AWS accounts should record the S3 object-level read events of all buckets.

    One multi-region trail that logs must record them, for all buckets of today and later. CloudTrail charges for data
    events.

    Problem: S3 object reads are not recorded
    Why: After a leak, you cannot find out without data events which objects were downloaded.
    Fix: The command replaces the event selectors of the trail. `aws cloudtrail put-event-selectors --region
      TRAIL-REGION --trail-name TRAIL-NAME --advanced-event-selectors '[{"FieldSelectors": [{"Field": "eventCategory",
      "Equals": ["Management"]}]}, {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field":
      "resources.type", "Equals": ["AWS::S3::Object"]}]}]'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-23
    """
    return _recorded(trails, "S3 read events of all buckets", _missing_objects(READ))


@check(severity=Severity.MEDIUM, controls=("FSBP CloudTrail.2",))
def cloudtrail_encryption_enabled(trail: Trail) -> Verdict:
    """CloudTrail trails should encrypt their log files with a KMS key.

    Problem: log files are not encrypted with KMS
    Why: With a KMS key, only principals that the key policy allows can read the log files, even if the bucket is
      public.
    Fix: The key policy must allow CloudTrail to use the key. `aws cloudtrail update-trail --name ARN --kms-key-id
      KEY-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-2
    """
    if trail.kms_key:
        return compliant(f"Log files are encrypted with {trail.kms_key}")
    return non_compliant("Log files are not encrypted with a KMS key")


@check(severity=Severity.LOW, controls=("FSBP CloudTrail.4",))
def cloudtrail_log_file_validation_enabled(trail: Trail) -> Verdict:
    """CloudTrail trails should have log file validation enabled.

    Problem: log file validation is off
    Why: An attacker may change or delete log files to hide their actions. The signed digest files show whether this
      happened after CloudTrail delivered a file.
    Fix: `aws cloudtrail update-trail --name ARN --enable-log-file-validation`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-4
    """
    if known(trail.validated):
        return compliant("Log file validation is on")
    return non_compliant("Log file validation is off")


@check(severity=Severity.MEDIUM, controls=("FSBP CloudTrail.5",))
def cloudtrail_cloudwatch_logs_enabled(trail: Trail, status: TrailStatus) -> Verdict:
    """CloudTrail trails should send their events to CloudWatch Logs.

    AWS does not look at the last delivery. If it failed, the reason says so.

    Problem: events do not go to CloudWatch Logs
    Why: Without a log group, you cannot search the events in CloudWatch Logs or set alarms that notify you of an
      attack.
    Fix: `aws cloudtrail update-trail --name ARN --cloud-watch-logs-log-group-arn LOG-GROUP-ARN
      --cloud-watch-logs-role-arn ROLE-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-5
    """
    if not trail.log_group:
        return non_compliant("Events do not go to CloudWatch Logs")
    failed = f"; the last delivery failed: {status.logs_error}" if status.logs_error else ""
    return compliant(f"Events go to {trail.log_group}{failed}")


Missing = Callable[[Selectors], str]
"""Returns which of the wanted events selectors do not record; empty where they record all of them."""


def _recorded(
    trails: AccountTrails, events: str, missing: Missing, adds: Callable[[AccountTrail], str] = lambda _trail: ""
) -> Verdict:
    """Return whether one of the trails logs and records the wanted events; `adds` is said of the trail that does."""
    if not trails.trails:
        return non_compliant("No multi-region trail records the account's events")
    gap = None
    lacking = []
    for trail in trails.trails:
        lacks = _lacks(trail, missing)
        if lacks == "":
            return compliant(f"Trail {_name(trail, trails)} records {events}{adds(trail)}")
        if lacks is None:
            gap = trail.gap
        else:
            lacking.append(f"Trail {_name(trail, trails)} {lacks}")
    if gap is not None:
        raise UnknownField(gap)
    trail = trails.trails[0]
    return non_compliant("; ".join(lacking), trail_name=trail.arn, trail_region=trail.region)


def _lacks(trail: AccountTrail, missing: Missing) -> str | None:
    """Return what a trail lacks, empty where nothing, None where that is not known."""
    if trail.silent:
        return "does not log"
    if not isinstance(trail.selectors, Selectors):
        return None
    if lacks := missing(trail.selectors):
        return f"does not record {lacks}"
    return "" if trail.logging is True else None


def _missing(selectors: Selectors) -> str:
    absent = sorted(BOTH - selectors.management.keys())
    return f"{' and '.join(absent)} management events" if absent else ""


def _missing_objects(mode: str) -> Missing:
    return lambda selectors: "" if mode in selectors.objects else f"S3 {mode} events of all buckets"


def _name(trail: AccountTrail, trails: AccountTrails) -> str:
    """Return the ARN of a trail where another one has the same name."""
    return trail.arn if sum(each.name == trail.name for each in trails.trails) > 1 else trail.name


def _exceptions(trail: AccountTrail) -> str:
    left_out = trail.selectors.left_out if isinstance(trail.selectors, Selectors) else ()
    return f"; without management events of {', '.join(left_out)}" if left_out else ""
