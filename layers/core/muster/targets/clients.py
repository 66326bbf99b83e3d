"""Clients for each account that a function scans: its own credentials for its own account, a role for the others."""

import threading
from dataclasses import dataclass, field
from typing import Any

from muster.errors import Throttled, Transient
from muster.model.coverage import Ledger
from muster.sdk.errors import EXPIRED, READ_ERRORS, AssumeRoleError, clock_of, code_of, denial_of, throttled, transient
from muster.sdk.session import Clients
from muster.targets.organization import assumed, role_arn, session_name


@dataclass(frozen=True, slots=True)
class Role:
    """Which role is assumed in other accounts: its name with path, and the external id that it asks for, if any."""

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
    _made: dict[str, Clients] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, account_id: str) -> Clients:
        """Return the clients of an account; where its role cannot be assumed, clients that refuse and say why.

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

    def open(self, account_id: str) -> bool:
        """Whether the account can be entered."""
        return not isinstance(self.of(account_id), Refused)

    def _assume(self, account_id: str) -> Clients:
        if not self.role.name:
            return Refused(self.own, f"no role is named for the account {account_id}: set accounts.role")
        arn = role_arn(account_id, self.role.partition, self.role.name)
        session: Any = assumed(
            self.own.session, arn, external_id=self.role.external_id, region=self.region,
            name=session_name(self.scan_id), endpoint_url=self.own.endpoint_url,
        )  # fmt: skip
        try:
            session.get_credentials().get_frozen_credentials()
        except READ_ERRORS as error:
            told = denial_of(error)
            why = str(clock_of(error) or (told.reason("sts:AssumeRole") if told else ""))
            what = f"the role {arn} cannot be assumed ({code_of(error)})" + f": {why}" * bool(why)
            if throttled(error):
                raise Throttled(what) from error
            if transient(error) or code_of(error) in EXPIRED:
                raise Transient(what) from error
            return Refused(self.own, what, "sts:AssumeRole" if told is None or told.wants_permission else None)
        return self.own.of_account(session, account_id)


class Refused(Clients):
    """Clients of an account that cannot be entered: asking for one raises the reason."""

    def __init__(self, own: Clients, reason: str, permission: str | None = "sts:AssumeRole") -> None:
        """Refuse with a reason that an auditor can read, and the permission that may be missing."""
        super().__init__(own.session, limiter=own.limiter)
        self._reason, self._permission = reason, permission

    def get(self, service: str, region: str) -> Any:  # noqa: ARG002 - no client is given
        """Refuse.

        Raises:
            AssumeRoleError: always.
        """
        raise AssumeRoleError(self._reason, self._permission)

    def counting_in(self, ledger: Ledger) -> "Refused":  # noqa: ARG002 - nothing is called
        """Return the same refusal."""
        return self
