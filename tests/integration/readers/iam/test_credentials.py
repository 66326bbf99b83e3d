"""Reading the credential report: made anew, waited for, or the one that is there."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.iam.credentials import CredentialReport
from muster.facets.iam.identities import User
from muster.model.finding import UnknownField
from muster.readers.iam.credentials import read_report

MADE = datetime(2026, 11, 29, 20, tzinfo=UTC)
REPORT = {"Content": b"user,mfa_active\nann,true", "ReportFormat": "text/csv", "GeneratedTime": MADE}
ANN = User("ann", "arn:aws:iam::123456789012:user/ann", datetime(2026, 1, 1, tzinfo=UTC), ())
GENERATE, GET = "generate_credential_report", "get_credential_report"


def answered(*answers: tuple[str, Any]) -> tuple[CredentialReport, list[float]]:
    """Read the report from these answers, a dictionary or an error code each; return it and the waits."""
    iam, waits = boto3.client("iam", "us-east-1"), list[float]()
    with Stubber(iam) as stub:
        for operation, answer in answers:
            if isinstance(answer, str):
                stub.add_client_error(operation, answer, http_status_code=410)
            else:
                stub.add_response(operation, answer)
        found = read_report(iam, waits.append)
        stub.assert_no_pending_responses()
    return found, waits


def test_a_report_that_is_complete_takes_two_calls() -> None:
    found, waits = answered((GENERATE, {"State": "COMPLETE"}), (GET, REPORT))
    assert found.of(ANN).mfa is True
    assert (found.old, waits) == ("", [])


def test_a_report_that_is_being_made_is_waited_for() -> None:
    started, going = {"State": "STARTED"}, {"State": "INPROGRESS"}
    found, waits = answered((GENERATE, started), (GENERATE, going), (GENERATE, {"State": "COMPLETE"}), (GET, REPORT))
    assert found.of(ANN).mfa is True
    assert waits == [0.5, 1]


def test_waiting_ends_and_the_report_is_unread() -> None:
    found, waits = answered((GENERATE, {"State": "STARTED"}), *[(GENERATE, {"State": "INPROGRESS"})] * 7)
    assert sum(waits) < 60
    with pytest.raises(UnknownField, match="still making the credential report"):
        found.of(ANN)


@pytest.mark.parametrize("answer", [{}, {"State": "PAUSED"}])
def test_a_state_that_nobody_documents_is_no_report(answer: dict[str, Any]) -> None:
    found, _ = answered((GENERATE, answer))
    with pytest.raises(UnknownField, match="did not return the state"):
        found.of(ANN)


def test_where_only_reading_is_allowed_the_report_that_is_there_is_read() -> None:
    found, _ = answered((GENERATE, "AccessDenied"), (GET, REPORT))
    assert found.of(ANN).mfa is True
    assert found.source.endswith("not renewed: iam:GenerateCredentialReport is denied)")


@pytest.mark.parametrize("code", ["ReportNotPresent", "ReportExpired", "ReportInProgress"])
def test_without_a_report_and_the_permission_to_make_one_the_denial_is_told(code: str) -> None:
    with pytest.raises(ClientError) as refused:
        answered((GENERATE, "AccessDenied"), (GET, code))
    assert refused.value.operation_name == "GenerateCredentialReport"


def test_a_denied_download_is_told_as_such() -> None:
    with pytest.raises(ClientError) as refused:
        answered((GENERATE, {"State": "COMPLETE"}), (GET, "AccessDenied"))
    assert refused.value.operation_name == "GetCredentialReport"


def test_a_limit_is_an_error_and_no_empty_report() -> None:
    with pytest.raises(ClientError, match="LimitExceeded"):
        answered((GENERATE, "LimitExceeded"))
