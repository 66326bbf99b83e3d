"""Checks of Secrets Manager: rotation and use."""

from datetime import datetime

from muster.facets.management.secrets import Secret
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Resource,
    Severity,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted


@check(severity=Severity.MEDIUM, controls=("FSBP SecretsManager.1",))
def secretsmanager_rotation_enabled(secret: Secret, resource: Resource, *, max_days: int | None = None) -> Verdict:
    """Secrets should be rotated automatically.

    With `max_days`, a longer time between rotations fails. A replica secret is rotated in its primary region.

    Problem: secret is not rotated
    Why: Everyone who ever saw a secret can use it until it changes.
    Fix: `aws secretsmanager rotate-secret --secret-id ARN --rotation-lambda-arn FUNCTION-ARN --rotation-rules
      AutomaticallyAfterDays=30` A secret that another service owns is rotated in that service.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-rotation-enabled-check.html
    """
    if _is_copy(secret, resource):
        return _copy(secret)
    owned = f" (owned by {secret.owner})" if secret.owner else ""
    if not secret.rotates:
        return non_compliant(f"Automatic rotation is off{owned}")
    if max_days is None:
        return compliant(f"Automatic rotation is on{owned}")
    days = known(secret.rotation_days)
    text = f"Secret is rotated every {days:g} days; at most {max_days} allowed"
    return compliant(text) if days <= max_days else non_compliant(text)


@check(severity=Severity.MEDIUM, controls=("FSBP SecretsManager.2",))
def secretsmanager_scheduled_rotation_success(secret: Secret, resource: Resource, observed: ObservedAt) -> Verdict:
    """Secrets with automatic rotation should be rotated on time.

    A rotation is late when the date of the next rotation has passed. A secret without rotation is not checked.

    Problem: rotation of the secret failed
    Why: If the rotation fails, the old secret stays valid, and everyone who ever saw it can still use it.
    Fix: Read the logs of the rotation function, correct it, then: `aws secretsmanager rotate-secret --secret-id ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-2
    """
    if _is_copy(secret, resource):
        return _copy(secret)
    if not secret.rotates:
        return not_applicable("Automatic rotation is off")
    due = known(secret.next_rotation)
    if due.date() < observed.at.date():
        return non_compliant(f"Rotation was due by {due:%Y-%m-%d}")
    return compliant(f"Next rotation is due by {due:%Y-%m-%d}")


@check(severity=Severity.MEDIUM, controls=("FSBP SecretsManager.3",))
def secretsmanager_secret_used(secret: Secret, observed: ObservedAt, *, days: int = 90) -> Verdict:
    """Secrets should be used.

    A secret fails if it was last read in this region more than `days` ago. If it was never read, its age counts.

    Problem: secret is not used
    Why: An unused secret can still be stolen, and costs money.
    Fix: `aws secretsmanager delete-secret --secret-id ARN --recovery-window-in-days 30` The deletion can be cancelled
      for 30 days with restore-secret.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-secret-unused.html
    """
    if secret.accessed is None:
        created = known(secret.created)
        text = f"Secret was never used; it was created on {created:%Y-%m-%d}"
        return _recent(text, created, observed, days)
    used = known(secret.accessed)
    text = f"Secret was last used on {used:%Y-%m-%d}"
    return _recent(text, used, observed, days)


@check(severity=Severity.MEDIUM, controls=("FSBP SecretsManager.4",))
def secretsmanager_secret_periodic_rotation(
    secret: Secret, resource: Resource, observed: ObservedAt, *, days: int = 90
) -> Verdict:
    """Secrets should be rotated within 90 days.

    Only rotations count, not other changes of the secret. A secret that was never rotated counts from its creation.

    Problem: secret was not rotated in time
    Why: The longer a secret is valid, the longer an attacker who stole it can use it.
    Fix: `aws secretsmanager rotate-secret --secret-id ARN` For the first rotation, name the rotation function with
      --rotation-lambda-arn.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/secretsmanager-secret-periodic-rotation.html
    """
    if _is_copy(secret, resource):
        return _copy(secret)
    if secret.rotated is None:
        since = known(secret.created)
        text = f"Secret was never rotated; it was created on {since:%Y-%m-%d}"
    else:
        since = known(secret.rotated)
        text = f"Secret was last rotated on {since:%Y-%m-%d}"
    return _recent(text, since, observed, days)


def _is_copy(secret: Secret, resource: Resource) -> bool:
    return bool(secret.primary_region) and secret.primary_region != resource.region


def _copy(secret: Secret) -> Verdict:
    return not_applicable(f"Secret is a replica; it is rotated in {secret.primary_region}")


def _recent(text: str, since: datetime, observed: ObservedAt, days: int) -> Verdict:
    """Return whether a day is recent enough, in whole days: AWS gives no time of the last use."""
    if (observed.at.date() - since.date()).days <= days:
        return compliant(text)
    return non_compliant(f"{text}, more than {counted(days, 'day')} ago")
