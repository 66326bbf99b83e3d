"""IAM's credential report: the password, the MFA device and the access keys of each user.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Self

from muster.facets import kinds
from muster.facets.fields import Answer
from muster.facets.iam.identities import User
from muster.model.finding import Unknown, known
from muster.model.text import quoted

_ROOT = "<root_account>"
"""The name of the root user's row."""
_FLAGS = {"true": True, "false": False}
_NONE = ("n/a",)
_NEVER_SIGNED_IN = ("n/a", "no_information")
_NO_MORE = ("", "0", "n/a", "false", "none", "no_information", "not_supported")
"""Values of `additional_credentials_info` that name no more credentials; AWS documents only that others do."""

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key of the report: the first or the second. A time is None where there was none."""

    number: int
    active: bool | Unknown
    rotated: datetime | Unknown | None
    used: datetime | Unknown | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """The row of one user. A time is None where there was none; what the report does not say is Unknown.

    `more` says that the user has access keys or certificates that the report does not show.
    """

    created: datetime | Unknown | None
    password: bool | Unknown
    password_used: datetime | Unknown | None
    password_changed: datetime | Unknown | None
    mfa: bool | Unknown
    keys: tuple[AccessKey, ...]
    more: bool = False

    @classmethod
    def read(cls, row: Row) -> Self:
        """Read a row by the names of its columns; their order does not matter."""
        return cls(
            created=_time(row, "user_creation_time"),
            password=_flag(row, "password_enabled"),
            password_used=_time(row, "password_last_used", _NEVER_SIGNED_IN),
            password_changed=_time(row, "password_last_changed"),
            mfa=_flag(row, "mfa_active"),
            keys=tuple(_key(row, number) for number in (1, 2)),
            more=(row.get("additional_credentials_info") or "").strip().lower() not in _NO_MORE,
        )

    @property
    def active_keys(self) -> tuple[AccessKey, ...]:
        """The access keys that are known to be active."""
        return tuple(key for key in self.keys if key.active is True)


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """The credential report of an account.

    IAM makes at most one in four hours, so it may be older than the scan. `old` says why no newer one was requested;
    it is empty where one was.
    """

    generated: datetime | Unknown
    old: str = ""
    _rows: Mapping[str, Credentials] | Unknown = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Read an answer of GetCredentialReport."""
        return cls(kinds.time(response.get("GeneratedTime"), "GeneratedTime"), _rows=_rows(response.get("Content")))

    @classmethod
    def missing(cls, reason: str) -> Self:
        """Return a report that cannot be read yet, with the reason."""
        return cls(Unknown(reason), _rows=Unknown(reason))

    def kept(self, why: str) -> Self:
        """Return the report with the reason why no newer one was requested."""
        return replace(self, old=why)

    def of(self, user: User) -> Credentials:
        """Return the credentials of a user.

        Raises:
            UnknownField: there is no report, or the user was created after it.
        """
        row = known(self._rows).get(user.name)
        generated = known(self.generated)
        later = isinstance(user.created, datetime) and user.created > generated
        newer = Unknown(
            f"The user is newer than the credential report of {_shown(generated)}; IAM makes one every 4 hours"
        )
        return known(newer if row is None or later else row)

    @property
    def root(self) -> Credentials:
        """The credentials of the root user.

        Raises:
            UnknownField: there is no report, or it has no row of the root user.
        """
        row = known(self._rows).get(_ROOT)
        return known(row or Unknown("The credential report has no row of the root user"))

    @property
    def source(self) -> str:
        """The end of a reason: the time of the report."""
        made = _shown(known(self.generated))
        return f" (credential report of {made}{f', not renewed: {self.old}' if self.old else ''})"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _rows(content: object) -> Mapping[str, Credentials] | Unknown:
    if not content:
        return Unknown("AWS returned no content of the credential report")
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else str(content)
    rows = csv.DictReader(io.StringIO(text))
    if "user" not in (rows.fieldnames or ()):
        return Unknown("The credential report has no column user")
    return {row["user"]: Credentials.read(row) for row in rows if row["user"]}


def _key(row: Row, number: int) -> AccessKey:
    name = f"access_key_{number}"
    return AccessKey(
        number,
        active=_flag(row, f"{name}_active"),
        rotated=_time(row, f"{name}_last_rotated"),
        used=_time(row, f"{name}_last_used_date"),
    )


def _flag(row: Row, column: str) -> bool | Unknown:
    value = row.get(column)
    found = _FLAGS.get((value or "").strip().lower())
    return _unknown(column, value) if found is None else found


def _time(row: Row, column: str, none: tuple[str, ...] = _NONE) -> datetime | Unknown | None:
    value = row.get(column)
    if (value or "").strip().lower() in none:
        return None
    try:
        moment = datetime.fromisoformat((value or "").strip())
    except ValueError:
        return _unknown(column, value)
    return moment if moment.tzinfo else _unknown(column, value)


def _unknown(column: str, value: str | None) -> Unknown:
    if value is None:
        return Unknown(f"The credential report has no column {column}")
    return Unknown(f"The credential report says {quoted(value)} in the column {column}")
