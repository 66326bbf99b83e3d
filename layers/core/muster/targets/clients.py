"""Clients for each account of a scan: the own credentials for the own account, a role for the others."""

import threading
from dataclasses import dataclass, field
from typing import Any

from muster.errors import Throttled, Transient
from muster.model.coverage import Ledger
from muster.sdk.errors import READ_ERRORS, AssumeRoleError, Meaning, clock_of, code_of, denial_of, meaning_of, transient
from muster.sdk.session import ClientProvider, Clients
from muster.targets.organization import assumed, role_arn, session_name


@dataclass(frozen=True, slots=True)
class Role:
    """The role to assume in other accounts: its name with path, and the external id that it requires, if any."""

    name: str = ""
    external_id: str = ""
    partition: str = "aws"


@dataclass(slots=True)
class Sessions:
    """Makes the clients of an account once, and keeps them; role sessions are named after the scan."""

    own: Clients
    account_id: str
    role: Role
    region: str
    scan_id: str = ""
    _made: dict[str, ClientProvider] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, account_id: str) -> ClientProvider:
        """Return the clients of an account, or a `ClosedAccount` where its role cannot be assumed.

        Raises:
            Throttled: AWS asks to come back later.
            Transient: AWS or the network failed, or the own credentials expired: a retry has fresh ones.
        """
        if account_id == self.account_id:
            return self.own
        with self._lock:
            lock = self._locks.setdefault(account_id, threading.Lock())
        with lock:
            if account_id not in self._made:
                self._made[account_id] = self._assume(account_id)
            return self._made[account_id]

    def forget(self, account_id: str) -> None:
        """Drop the clients of an account; they are made again when they are needed."""
        with self._lock:
            self._made.pop(account_id, None)

    def open(self, account_id: str) -> bool:
        """Whether the account can be entered."""
        return not isinstance(self.of(account_id), ClosedAccount)

    def _assume(self, account_id: str) -> ClientProvider:
        if not self.role.name:
            return ClosedAccount(f"no role is named for the account {account_id}: set accounts.role")
        arn = role_arn(account_id, self.role.partition, self.role.name)
        session: Any = assumed(
            self.own.session, arn, external_id=self.role.external_id, region=self.region,
            name=session_name(self.scan_id), endpoint_url=self.own.endpoint_url,
        )  # fmt: skip
        try:
            session.get_credentials().get_frozen_credentials()
        except READ_ERRORS as error:
            denial = denial_of(error)
            why = str(clock_of(error) or (denial.reason("sts:AssumeRole") if denial else ""))
            what = f"the role {arn} cannot be assumed ({code_of(error)})" + f": {why}" * bool(why)
            meaning = meaning_of(code_of(error))
            if meaning is Meaning.THROTTLED:
                raise Throttled(what) from error
            if transient(error) or meaning is Meaning.EXPIRED:
                raise Transient(what) from error
            return ClosedAccount(what, "sts:AssumeRole" if denial is None or denial.wants_permission else None)
        return self.own.of_account(session, account_id)


@dataclass(frozen=True, slots=True)
class ClosedAccount:
    """Provider for an account that Muster cannot enter: every client raises the reason.

    `permission` is the one that may be missing, None where another policy denies the role.
    """

    reason: str
    permission: str | None = "sts:AssumeRole"

    def get(self, service: str, region: str) -> Any:  # noqa: ARG002 - no client is given
        """Refuse.

        Raises:
            AssumeRoleError: always.
        """
        raise AssumeRoleError(self.reason, self.permission)

    def counting_in(self, ledger: Ledger) -> "ClosedAccount":  # noqa: ARG002 - nothing is called
        """Return the same refusal."""
        return self
