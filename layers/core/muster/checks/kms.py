"""Checks of KMS keys that customers manage."""

from muster.analysis.policies.access import public
from muster.facets.kms import SYMMETRIC, Key, KeyPolicy, KeyRotation
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_LONGEST = 2560
"""The greatest period that KMS takes, in days.

https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
"""

_ELSEWHERE = {
    "EXTERNAL": "its material was imported",
    "AWS_CLOUDHSM": "it is in a CloudHSM key store",
    "EXTERNAL_KEY_STORE": "it is in an external key store",
}


@check(severity=Severity.MEDIUM, controls=("Security Hub KMS.4",))
def kms_key_rotation_enabled(key: Key, rotation: KeyRotation, *, max_period_days: int = _LONGEST) -> Verdict:
    """KMS keys should be rotated automatically.

    Only keys that KMS can rotate by itself are judged: symmetric encryption keys with material of KMS's own. A replica
    is rotated with its primary, which is judged in its region.

    Problem: key rotation is off or too slow
    Why: Rotation bounds how much is encrypted with one key's material, without anybody having to think of it.
    Fix: `aws kms enable-key-rotation --key-id ID --rotation-period-in-days 365`
    Source: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    """
    if excused := _not_rotatable(key):
        return not_applicable(excused)
    if not known(rotation.enabled):
        return non_compliant("automatic rotation is off")
    if max_period_days >= _LONGEST:
        return compliant(f"it is rotated automatically{_every(rotation)}")
    period = known(rotation.period)
    text = f"it is rotated every {period} days, {max_period_days} asked for at most"
    return compliant(text) if period <= max_period_days else non_compliant(text)


@check(severity=Severity.CRITICAL, controls=("FSBP KMS.5",), version=2)
def kms_key_policy_no_public_access(key: Key, policy: KeyPolicy) -> Verdict:
    """KMS keys should not be open to everybody by their policy.

    A key is public if a stranger's request meets an Allow statement and no Deny stops it. A condition keeps strangers
    out if it fixes an account, such as kms:CallerAccount, an organization, an ARN or a VPC. kms:ViaService fixes only
    the service that the request comes through.

    Problem: KMS key policy is public
    Why: Whoever may use a key may read what it encrypts, from any AWS account.
    Fix: Name your own principals, or add a condition on kms:CallerAccount or aws:PrincipalOrgID, in the file that
      the first command writes. `aws kms get-key-policy --key-id ID --policy-name default --query Policy --output
      text > ID.json` `aws kms put-key-policy --key-id ID --policy-name default --policy file://ID.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/kms-key-policy-no-public-access.html
    """
    if known(key.manager) == "AWS":
        return not_applicable("AWS manages the key and its policy")
    found = public(known(policy.policy), ("kms:*",))
    if found:
        return non_compliant(f"its policy is public: {'; '.join(found)}")
    return compliant("its policy does not admit everybody")


@check(severity=Severity.CRITICAL, controls=("FSBP KMS.3",))
def kms_key_not_scheduled_for_deletion(key: Key) -> Verdict:
    """KMS keys should not be scheduled for deletion.

    Problem: KMS key will be deleted
    Why: What a deleted key encrypted can never be read again by anybody; until then the deletion can be called off.
    Fix: `aws kms cancel-key-deletion --key-id ID` `aws kms enable-key --key-id ID` If the deletion is intended,
      suppress the finding.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/kms-cmk-not-scheduled-for-deletion.html
    """
    if known(key.manager) == "AWS":
        return not_applicable("AWS manages the key: nobody can delete it")
    state = known(key.state)
    if not key.leaving:
        return compliant(f"no deletion is scheduled, its state is {state}")
    if key.deletion is not None:
        return non_compliant(f"it will be deleted on {key.deletion:%Y-%m-%d}")
    after = f"{key.waits} days after" if key.waits is not None else "after"
    return non_compliant(f"it will be deleted {after} the last of its replicas ({state})")


def _not_rotatable(key: Key) -> str:
    """Return why KMS cannot rotate a key by itself; empty where it can."""
    spec, origin, state = known(key.spec), known(key.origin), known(key.state)
    if known(key.manager) == "AWS":
        return "AWS manages the key and rotates it every year"
    if spec != SYMMETRIC:
        return f"KMS rotates no {spec} keys"
    if origin != "AWS_KMS":
        return f"KMS cannot rotate it by itself: {_ELSEWHERE[origin]}"
    if key.primary:
        return f"it is a replica: it is rotated with its primary in {key.primary}"
    return f"it is scheduled for deletion ({state})" if key.leaving else ""


def _every(rotation: KeyRotation) -> str:
    return f", every {rotation.period} days" if isinstance(rotation.period, int) else ""
