"""The permissions of a scan: those that a trial scan was denied, and those that it had no use for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from muster.catalog.catalog import Catalog
from muster.catalog.permissions import scanner_actions
from muster.cli.doctor.lines import Line, Mark
from muster.cli.doctor.places import Places
from muster.cli.doctor.simulation import BLIND, denials, principal_of
from muster.library.job import Job
from muster.library.options import ScanOptions
from muster.library.trial import Gap, Trial
from muster.model.text import counted, listed
from muster.sdk.errors import READ_ERRORS, code_of
from muster.targets.organization import role_arn

_MOST = 6
_POLICY = "allow it: 'muster iam-policy' prints the whole policy"


@dataclass(frozen=True, slots=True)
class _Simulation:
    """What IAM says of actions that were not tried: why each would be denied, or why IAM could not say it."""

    denied: tuple[tuple[str, str], ...] = ()
    impossible: str = ""


def denied_lines(job: Job[ScanOptions], trial: Trial, places: Places) -> Iterator[Line]:
    """Yield a line for each thing that the trial could not read, the same in several places once."""
    grouped: dict[tuple[str, str], list[Gap]] = {}
    for gap in trial.gaps:
        # Those have a line of their own.
        if gap.account_id not in places.closed and (gap.account_id, gap.region) not in places.disabled:
            grouped.setdefault((gap.permission, gap.reason), []).append(gap)
    several = len(job.scan.accounts) > 1
    for (permission, reason), gaps in sorted(grouped.items(), key=lambda each: (not each[0][0], each[0])):
        regions = listed(sorted({gap.region for gap in gaps}), _MOST)
        accounts = f", accounts {listed(sorted({gap.account_id for gap in gaps}), _MOST)}" if several else ""
        checks = tuple(sorted({check for gap in gaps for check in gap.checks}))
        one = gaps[0] if len(gaps) == 1 else None
        place = {"account_id": one.account_id, "region": one.region} if one else {}
        where = f"({regions}{accounts})"
        if permission:
            text = f"{permission} {where}: {reason}"
            yield Line(Mark.PROBLEM, "permission", text, _POLICY, checks, permission=permission, **place)
        elif "denies" in reason or "allows" in reason:
            then = "ask those who manage the policy that denies it"
            yield Line(Mark.PROBLEM, "permission", f"{where[1:-1]}: {reason}", then, checks, **place)
        else:
            yield Line(Mark.WARNING, "reading", f"{where[1:-1]}: {reason}", "", checks, **place)


def used_lines(job: Job[ScanOptions], trial: Trial, catalog: Catalog, arn: str) -> Iterator[Line]:
    """Yield a line about the permissions that the trial used, and lines about those that nothing needs today."""
    denied = {(gap.account_id, gap.permission) for gap in trial.gaps}
    allowed = {action for account, action in trial.used if (account, action) not in denied}
    text = f"{counted(len(allowed), 'permission')} used in {counted(trial.calls, 'call')}, and allowed"
    if allowed:
        yield Line(Mark.OK, "permissions", text)
    closed = {gap.account_id for gap in trial.gaps if gap.permission == "sts:AssumeRole"}
    grouped: dict[tuple[tuple[str, ...], _Simulation], list[str]] = {}
    for account in job.scan.accounts:
        unused = tuple(sorted(action for each, action in trial.unused if each == account and account not in closed))
        if unused:
            grouped.setdefault((unused, _simulated(job, account, unused, arn)), []).append(account)
    for (actions, simulation), accounts in grouped.items():
        yield from _unused_lines(job, catalog, actions, simulation, accounts)


def _unused_lines(
    job: Job[ScanOptions], catalog: Catalog, actions: Sequence[str], simulation: _Simulation, accounts: Sequence[str]
) -> Iterator[Line]:
    """Yield lines about permissions that nothing needs today, of accounts where the simulation says the same."""
    where = f"account {accounts[0]}" if len(accounts) == 1 else f"{len(accounts)} accounts ({listed(accounts, _MOST)})"
    place = accounts[0] if len(accounts) == 1 else ""
    denied = dict(simulation.denied)
    for action, reason in denied.items():
        rules = [rule for rule in job.scan.rules if action in scanner_actions(catalog, [rule])]
        checks = listed(sorted({rule.check.id for rule in rules}), _MOST)
        yield Line(
            Mark.WARNING, "permission",
            f"{action} will be denied ({reason}), says iam:SimulatePrincipalPolicy. No resource of {where} needs it "
            f"today; once one does, it is not evaluated by {checks}",
            _POLICY, account_id=place, permission=action,
        )  # fmt: skip
    rest = [action for action in actions if action not in denied]
    many = f"{counted(len(rest), 'permission')} that no resource of {where} needs today: {listed(rest, _MOST)}"
    if rest and simulation.impossible:
        text = f"{many}. Whether they are allowed is not known: {simulation.impossible}"
        yield Line(Mark.WARNING, "permissions", text, account_id=place)
    elif rest:
        text = f"{many}. iam:SimulatePrincipalPolicy says that they are allowed; it does not see {BLIND}"
        yield Line(Mark.OK, "permissions", text, account_id=place)


def _simulated(job: Job[ScanOptions], account: str, actions: Iterable[str], arn: str) -> _Simulation:
    """Return what IAM says of actions, on the narrowest resources that the scan needs them for.

    `arn` is the caller's. In other accounts the role that was assumed there is simulated.
    """
    wanted = set(actions)
    sessions = job.scan.targets.sessions
    region = (*job.scan.targets.regions, sessions.region)[0]
    try:
        iam = job.clients_of(account).get("iam", sessions.region)
        source = principal_of(iam, arn) if account == sessions.account_id else _role(job, account)
        if not source:
            return _Simulation(impossible="these credentials have no policies to simulate")
        return _Simulation(tuple(denials(iam, source, _patterns(job, wanted), region)))
    except READ_ERRORS as error:
        return _Simulation(impossible=f"iam:SimulatePrincipalPolicy failed ({code_of(error)})")


def _patterns(job: Job[ScanOptions], wanted: set[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    partition = job.scan.targets.sessions.role.partition
    for action, pattern in sorted(job.scan.reads.grants):
        if action in wanted:
            found.setdefault(pattern.format(partition=partition), []).append(action)
    return found


def _role(job: Job[ScanOptions], account: str) -> str:
    role = job.scan.targets.sessions.role
    return role_arn(account, role.partition, role.name) if role.name else ""
