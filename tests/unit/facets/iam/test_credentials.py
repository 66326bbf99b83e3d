"""The credential report, in the forms that AWS documents and in those that were seen."""

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.facets.iam.credentials import CredentialReport, Credentials
from muster.facets.iam.identities import User
from muster.model.finding import Unknown, UnknownField

MADE = datetime(2026, 11, 29, 20, tzinfo=UTC)
ANN = {
    "user": "ann",
    "arn": "arn:aws:iam::123456789012:user/ann",
    "user_creation_time": "2026-01-01T00:00:00+00:00",
    "password_enabled": "TRUE",
    "password_last_used": "2026-11-01T08:00:00Z",
    "password_last_changed": "2026-02-01T00:00:00Z",
    "password_next_rotation": "N/A",
    "mfa_active": "true",
    "access_key_1_active": "TRUE",
    "access_key_1_last_rotated": "2026-03-01T00:00:00Z",
    "access_key_1_last_used_date": "N/A",
    "access_key_2_active": "false",
    "access_key_2_last_rotated": "N/A",
    "access_key_2_last_used_date": "N/A",
}


def report(*rows: dict[str, str], made: Any = MADE) -> CredentialReport:
    columns = list(rows[0])
    lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]
    return CredentialReport.parse({"Content": "\n".join(lines).encode(), "GeneratedTime": made})


def user(name: str = "ann", created: datetime | Unknown = datetime(2026, 1, 1, tzinfo=UTC)) -> User:
    return User(name, f"arn:aws:iam::123456789012:user/{name}", created, ())


def row(**changed: str) -> Credentials:
    return report(ANN | changed).of(user())


def test_a_row_is_read_in_both_spellings_of_booleans_and_times() -> None:
    found = row()
    assert (found.password, found.mfa) == (True, True)
    assert found.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.password_used == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert [key.active for key in found.keys] == [True, False]
    assert (found.keys[0].rotated, found.keys[0].used) == (datetime(2026, 3, 1, tzinfo=UTC), None)
    assert found.more is False


def test_columns_are_found_by_name_in_any_order() -> None:
    assert report(dict(reversed(ANN.items()))).of(user()) == row()


@pytest.mark.parametrize("text", ["N/A", "no_information"])
def test_a_password_that_was_never_used_has_no_time(text: str) -> None:
    assert row(password_last_used=text).password_used is None


@pytest.mark.parametrize("text", ["not_supported", "yesterday", "", "2026-11-01T08:00:00"])
def test_any_other_text_is_no_time(text: str) -> None:
    assert isinstance(row(password_last_used=text).password_used, Unknown)


def test_no_information_is_a_value_of_the_password_only() -> None:
    assert isinstance(row(access_key_1_last_used_date="no_information").keys[0].used, Unknown)


@pytest.mark.parametrize("text", ["not_supported", "", "yes"])
def test_any_other_text_is_neither_true_nor_false(text: str) -> None:
    assert isinstance(row(password_enabled=text).password, Unknown)


def test_a_missing_column_is_not_false() -> None:
    short = {name: value for name, value in ANN.items() if name != "mfa_active"}
    assert report(short).of(user()).mfa == Unknown("The credential report has no column mfa_active")


@pytest.mark.parametrize(
    ("info", "more"),
    [("1 more access keys; use ListAccessKeys", True), ("3", True), ("N/A", False), ("", False), ("0", False)],
)
def test_more_credentials_than_shown_are_noted(info: str, more: bool) -> None:
    assert row(additional_credentials_info=info).more is more


def test_a_user_that_the_report_lacks_is_newer_than_the_report() -> None:
    with pytest.raises(UnknownField, match=r"newer than the credential report of 2026-11-29 20:00 UTC"):
        report(ANN).of(user("bob"))


def test_a_user_that_was_deleted_and_made_again_is_not_judged_by_the_old_row() -> None:
    with pytest.raises(UnknownField, match="newer than the credential report"):
        report(ANN).of(user(created=datetime(2026, 11, 29, 20, 5, tzinfo=UTC)))


def test_the_root_user_has_a_row_of_its_own() -> None:
    root = ANN | {
        "user": "<root_account>",
        "password_enabled": "not_supported",
        "password_last_changed": "not_supported",
    }
    assert report(root, ANN).root.password_used == datetime(2026, 11, 1, 8, tzinfo=UTC)
    with pytest.raises(UnknownField, match="no row of the root user"):
        report(ANN).root  # noqa: B018 - reading it raises


@pytest.mark.parametrize("content", [None, b"", b"an error page"])
def test_what_is_no_report_is_not_an_empty_report(content: Any) -> None:
    with pytest.raises(UnknownField):
        CredentialReport.parse({"Content": content, "GeneratedTime": MADE}).of(user())


def test_a_report_without_its_time_is_not_used() -> None:
    with pytest.raises(UnknownField):
        report(ANN, made=None).of(user())


def test_the_source_names_the_time_and_why_the_report_is_old() -> None:
    assert report(ANN).source == " (credential report of 2026-11-29 20:00 UTC)"
    assert report(ANN).kept("denied").source == " (credential report of 2026-11-29 20:00 UTC, not renewed: denied)"
