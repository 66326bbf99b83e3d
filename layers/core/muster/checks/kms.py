"""Checks of customer managed KMS keys."""

from muster.analysis.policies.access import public
from muster.facets.kms import SYMMETRIC, Key, KeyPolicy, KeyRotation
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_LONGEST = 2560
"""The longest rotation period that KMS accepts, in days.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""
_YEAR = 365

_ELSEWHERE = {
    "EXTERNAL": "its key material was imported",
    "AWS_CLOUDHSM": "it is in a CloudHSM key store",
    "EXTERNAL_KEY_STORE": "it is in an external key store",
}


@check(severity=Severity.MEDIUM, controls=("Security Hub KMS.4",))
def kms_key_rotation_enabled(key: Key, rotation: KeyRotation, *, max_period_days: int = _LONGEST) -> Verdict:
    """KMS keys should be rotated automatically.

    The check applies to keys that KMS can rotate automatically: symmetric encryption keys with key material from KMS. A
    replica key is rotated with its primary key, which the check reads in the primary's region.

    Problem: key rotation is off or too slow
    Why: Rotation limits how much data is encrypted with the same key material, without manual work.
    Fix: `aws kms enable-key-rotation --key-id ID --rotation-period-in-days DAYS`
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    if excused := _not_rotatable(key):
        return not_applicable(excused)
    if not known(rotation.enabled):
        return non_compliant("Automatic key rotation is off", days=str(min(max_period_days, _YEAR)))
    if max_period_days >= _LONGEST:
        return compliant(f"Key is rotated automatically{_every(rotation)}")
    period = known(rotation.period)
    text = f"Key is rotated every {period} days"
    if period <= max_period_days:
        return compliant(text)
    return non_compliant(f"{text}; at most {max_period_days} allowed", days=str(max_period_days))


@check(severity=Severity.CRITICAL, controls=("FSBP KMS.5",), version=2)
def kms_key_policy_no_public_access(key: Key, policy: KeyPolicy) -> Verdict:
    """KMS key policies should not allow public access.

    A key is public if an Allow statement lets anyone in and no Deny statement stops them. A condition protects the key
    if it names an account (such as kms:CallerAccount), an organization, an ARN or a VPC. kms:ViaService names only the
    service that sends the request, so it does not protect the key.

    Problem: KMS key policy is public
    Why: Anyone in any AWS account can use a public key to decrypt the data that it protects.
    Fix: Save the policy: `aws kms get-key-policy --key-id ID --policy-name default --query Policy --output text >
      ID.json` In this file, name your own principals, or add a condition on kms:CallerAccount or aws:PrincipalOrgID.
      Then replace the policy with the file: `aws kms put-key-policy --key-id ID --policy-name default --policy
      file://ID.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/kms-key-policy-no-public-access.html
    """
    if known(key.manager) == "AWS":
        return not_applicable("AWS managed key: AWS controls its policy")
    found = public(known(policy.policy), ("kms:*",))
    if found:
        return non_compliant(f"Key policy is public: {'; '.join(found)}")
    return compliant("Key policy allows no public access")


@check(severity=Severity.CRITICAL, controls=("FSBP KMS.3",))
def kms_key_not_scheduled_for_deletion(key: Key) -> Verdict:
    """KMS keys should not be scheduled for deletion.

    Problem: KMS key will be deleted
    Why: After the deletion, the data that the key encrypted can never be decrypted. Until then you can cancel it.
    Fix: If the deletion is intended, suppress the finding. Otherwise cancel it, then enable the key: `aws kms
      cancel-key-deletion --key-id ID` `aws kms enable-key --key-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/kms-cmk-not-scheduled-for-deletion.html
    """
    if known(key.manager) == "AWS":
        return not_applicable("AWS managed key: it cannot be deleted")
    state = known(key.state)
    if not key.leaving:
        return compliant(f"Key is not scheduled for deletion (state {state})")
    if key.deletion is not None:
        return non_compliant(f"Key will be deleted on {key.deletion:%Y-%m-%d}")
    after = f"{counted(key.waits, 'day')} after" if key.waits is not None else "after"
    return non_compliant(f"Key will be deleted {after} its last replica (state {state})")


@check(severity=Severity.LOW)
def kms_key_enabled(key: Key) -> Verdict:
    """KMS keys should be enabled.

    The check does not apply to AWS managed keys and to keys that are scheduled for deletion.

    Problem: KMS key is disabled
    Why: Nothing can be decrypted with a disabled key, but it still costs money.
    Fix: If data still needs the key, enable it: `aws kms enable-key --key-id ID` Otherwise schedule its deletion:
      `aws kms schedule-key-deletion --key-id ID --pending-window-in-days 30`
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/enabling-keys.html
    """
    if known(key.manager) == "AWS":
        return not_applicable("AWS managed key: it cannot be disabled")
    state = known(key.state)
    if key.leaving:
        return not_applicable(f"Key is scheduled for deletion (state {state})")
    if state == "Disabled":
        return non_compliant("Key is disabled")
    return compliant(f"Key is not disabled (state {state})")


@check(severity=Severity.LOW, opt_in=("required",))
def kms_key_single_region(key: Key, *, required: bool = False) -> Verdict:
    """KMS keys should stay in one region.

    The check is off until the setting `required` is on: multi-Region keys are useful where encrypted data moves.

    Problem: KMS key is a multi-Region key
    Why: The key material exists in every region with a replica, and each replica has its own key policy. A mistake in
      one policy exposes the data of all regions.
    Fix: A multi-Region key cannot be made single-Region. Create a new key, encrypt the data with it, then schedule the
      deletion of the old one: `aws kms schedule-key-deletion --key-id ID --pending-window-in-days 30`
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    """
    if not required:
        return not_applicable("The setting required is off")
    if known(key.manager) == "AWS":
        return not_applicable("AWS managed key: it is always in one region")
    if known(key.multi_region):
        return non_compliant("Key is a multi-Region key")
    return compliant("Key is a single-Region key")


def _not_rotatable(key: Key) -> str:
    """Return why KMS cannot rotate a key automatically; empty where it can."""
    spec, origin, state = known(key.spec), known(key.origin), known(key.state)
    if known(key.manager) == "AWS":
        return "AWS managed key: AWS rotates it every year"
    if spec != SYMMETRIC:
        return f"KMS does not rotate {spec} keys"
    if origin != "AWS_KMS":
        return f"KMS cannot rotate the key automatically: {_ELSEWHERE[origin]}"
    if key.primary:
        return f"Replica key: it is rotated with its primary key in {key.primary}"
    return f"Key is scheduled for deletion (state {state})" if key.leaving else ""


def _every(rotation: KeyRotation) -> str:
    return f", every {rotation.period} days" if isinstance(rotation.period, int) else ""
