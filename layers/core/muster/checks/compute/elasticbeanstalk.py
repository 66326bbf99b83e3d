"""Checks of environments of Elastic Beanstalk."""

from muster.facets.compute.elasticbeanstalk import EnvironmentSettings
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant
from muster.model.text import counted

_RETENTION = 7
"""The days for which AWS keeps the logs by default."""


@check(severity=Severity.LOW, controls=("FSBP ElasticBeanstalk.1",))
def beanstalk_enhanced_health_reporting_enabled(settings: EnvironmentSettings) -> Verdict:
    """Elastic Beanstalk environments should have enhanced health reporting enabled.

    Problem: enhanced health reporting is off
    Why: Basic health looks at the load balancer alone. Enhanced health also shows failed requests, slow answers and
      instances that are overloaded, and managed updates need it.
    Fix: The environment needs a service role. `aws elasticbeanstalk update-environment --environment-name NAME
      --option-settings
      Namespace=aws:elasticbeanstalk:healthreporting:system,OptionName=SystemType,Value=enhanced`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-1
    """
    health = known(settings.health)
    if health == "enhanced":
        return compliant("Health reporting is enhanced")
    return non_compliant(f"Health reporting is {health}")


@check(severity=Severity.HIGH, controls=("FSBP ElasticBeanstalk.2",))
def elastic_beanstalk_managed_updates_enabled(settings: EnvironmentSettings, *, update_level: str = "") -> Verdict:
    """Elastic Beanstalk environments should have managed platform updates enabled.

    With `update_level`, which is minor or patch, updates must have that level.

    Problem: managed updates are off
    Why: Without them the platform keeps an old operating system and runtime, with their known vulnerabilities, until
      you update it by hand.
    Fix: `aws elasticbeanstalk update-environment --environment-name NAME --option-settings
      Namespace=aws:elasticbeanstalk:managedactions,OptionName=ManagedActionsEnabled,Value=true
      Namespace=aws:elasticbeanstalk:managedactions,OptionName=PreferredStartTime,Value=Sun:03:00
      Namespace=aws:elasticbeanstalk:managedactions:platformupdate,OptionName=UpdateLevel,Value=LEVEL` The environment
      needs enhanced health reporting.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-2
    """
    level = update_level or "minor"
    if known(settings.managed) == "false":
        return non_compliant("Managed updates are off", level=level)
    if not update_level:
        return compliant("Managed updates are on")
    found = known(settings.updates)
    if found == update_level:
        return compliant(f"Managed updates are on (level {found})")
    return non_compliant(f"Managed updates have the level {found or 'none'}, {update_level} required", level=level)


@check(severity=Severity.HIGH, controls=("FSBP ElasticBeanstalk.3",))
def elastic_beanstalk_logs_to_cloudwatch(settings: EnvironmentSettings, *, min_days: int = 0) -> Verdict:
    """Elastic Beanstalk environments should stream their logs to CloudWatch Logs.

    With `min_days` the logs must be kept for so many days or more.

    Problem: logs are not in CloudWatch Logs
    Why: Logs that stay on the instances are gone when an instance is replaced, as after a failure or an update.
    Fix: `aws elasticbeanstalk update-environment --environment-name NAME --option-settings
      Namespace=aws:elasticbeanstalk:cloudwatch:logs,OptionName=StreamLogs,Value=true
      Namespace=aws:elasticbeanstalk:cloudwatch:logs,OptionName=RetentionInDays,Value=DAYS` The instance profile needs
      permission to write the logs.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticbeanstalk-controls.html#elasticbeanstalk-3
    """
    wanted = str(min_days if min_days > 0 else _RETENTION)
    if known(settings.streams) == "false":
        return non_compliant("Logs are not streamed to CloudWatch Logs", days=wanted)
    if min_days <= 0:
        return compliant("Logs are streamed to CloudWatch Logs")
    days = known(settings.retention_days)
    text = f"Logs are streamed to CloudWatch Logs and kept for {counted(days, 'day')}"
    return compliant(text) if days >= min_days else non_compliant(f"{text}, {min_days} required", days=wanted)
