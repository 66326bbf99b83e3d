"""Reading IAM's credential report: have it made, wait for it for a while, and read it."""

import time
import typing
from collections.abc import Callable

from muster.facets.iam.credentials import CredentialReport
from muster.model.finding import ACCOUNT, Resource
from muster.model.readers import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_WAITS = (0.5, 1, 2, 4, 8, 8, 8)
"""Seconds before each further question whether the report is made: half a minute at most."""
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
_MAKING = frozenset({"STARTED", "INPROGRESS"})


@describes(ACCOUNT, permission="iam:GetCredentialReport", also=("iam:GenerateCredentialReport",))
def credential_report(iam: "IAMClient", _account: Resource) -> CredentialReport:
    """Read the credential report; where only reading is allowed, the one that is there.

    GenerateCredentialReport changes nothing but the report: IAM makes a new one if the last is older than four hours.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
    """
    return read_report(iam, time.sleep)


def read_report(iam: "IAMClient", sleep: Callable[[float], None]) -> CredentialReport:
    """Read the credential report; `sleep` waits between two questions.

    Raises:
        ClientError: AWS refuses it, for example because a report cannot be made now.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    try:
        state = _made(iam, sleep)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _DENIED:
            raise
        return _existing(iam, error)
    if state in _MAKING:
        return CredentialReport.missing("IAM is still making the credential report; scan again in a minute")
    if state != "COMPLETE":
        return CredentialReport.missing("AWS did not return the state of the credential report")
    return CredentialReport.parse(iam.get_credential_report())


def _made(iam: "IAMClient", sleep: Callable[[float], None]) -> str:
    """Have the report made and return the last state of it."""
    state = str(iam.generate_credential_report().get("State"))
    for seconds in _WAITS:
        if state not in _MAKING:
            break
        sleep(seconds)
        state = str(iam.generate_credential_report().get("State"))
    return state


def _existing(iam: "IAMClient", denial: Exception) -> CredentialReport:
    """Return the report that is there, though none may be made."""
    missing = (
        iam.exceptions.CredentialReportNotPresentException,
        iam.exceptions.CredentialReportExpiredException,
        iam.exceptions.CredentialReportNotReadyException,
    )
    try:
        answer = iam.get_credential_report()
    except missing:
        raise denial from None
    return CredentialReport.parse(answer).kept("iam:GenerateCredentialReport is denied")
