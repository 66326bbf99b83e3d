"""The accounts of a scan, whether their roles can be assumed, and whether its regions are enabled there."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from muster.cli.doctor.lines import Line, Mark
from muster.library.job import Job, Step
from muster.library.options import ScanOptions
from muster.library.trial import Trial
from muster.model.text import counted, listed
from muster.sdk.errors import READ_ERRORS, code_of
from muster.targets.clients import ClosedAccount
from muster.targets.targets import Target

_SIDE_BY_SIDE = 16
_MOST = 8
_ON = ("opted-in", "opt-in-not-required")


@dataclass(frozen=True, slots=True)
class Places:
    """The accounts that cannot be entered with the reasons, and the pairs of account and region that are not enabled.

    `unknown` are the accounts whose regions could not be listed, with the reasons.
    """

    closed: Mapping[str, ClosedAccount]
    disabled: frozenset[tuple[str, str]]
    unknown: Mapping[str, str]


def places_of(job: Job[ScanOptions], step: Step = lambda _what, _done, _closed: None) -> Places:
    """Enter every account, side by side, and list the regions that are enabled there."""
    targets = job.scan.targets
    closed: dict[str, ClosedAccount] = {}
    with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="doctor") as pool:
        entered = zip(job.scan.accounts, pool.map(job.clients_of, job.scan.accounts), strict=True)
        for done, (account, clients) in enumerate(entered, 1):
            if isinstance(clients, ClosedAccount):
                closed[account] = clients
            step(f"role in {account}", done, len(closed))
        open_ = [target for target in targets.scanned if target.account_id not in closed]
        listings = list(pool.map(lambda target: _states(job, target), open_))
    disabled: set[tuple[str, str]] = set()
    unknown: dict[str, str] = {}
    for target, states in zip(open_, listings, strict=True):
        if isinstance(states, str):
            unknown[target.account_id] = states
            continue
        off = [region for region in target.regions if states.get(region) not in _ON]
        disabled |= {(target.account_id, region) for region in off}
    return Places(closed, frozenset(disabled), unknown)


def account_lines(job: Job[ScanOptions], places: Places) -> Iterator[Line]:
    """Yield a line for each account that cannot be entered, and one for those that can."""
    names, own = job.scan.configuration.account_names, job.scan.targets.sessions.account_id
    checks = tuple(sorted({rule.check.id for rule in job.scan.rules}))
    for account, closed in sorted(places.closed.items()):
        shown = f"{account} ({names[account]})" if account in names else account
        yield Line(
            Mark.PROBLEM, "account", f"{shown}: {closed.reason}", _role_next(closed, account), checks, account,
            permission=closed.permission or "",
        )  # fmt: skip
    for account, reason in job.scan.targets.found.excluded.items():
        yield Line(Mark.OK, "account", f"{account} is not scanned: {reason}", account_id=account)
    opened = [account for account in job.scan.accounts if account not in places.closed]
    others = [account for account in opened if account != own]
    if others:
        text = f"{counted(len(others), 'role')} assumed: {listed([names.get(each, each) for each in others], _MOST)}"
        yield Line(Mark.OK, "accounts", text)


def region_lines(job: Job[ScanOptions], places: Places, trial: Trial) -> Iterator[Line]:
    """Yield a line for each region that is not enabled or that a policy closes, and one for the others."""
    checks = tuple(sorted({rule.check.id for rule in job.scan.rules}))
    # EC2's word alone is not enough: what the trial could read there, a scan reads too.
    unread = {(gap.account_id, gap.region) for gap in trial.gaps}
    disabled = sorted(places.disabled & unread)
    for account, region in disabled:
        yield Line(
            Mark.PROBLEM, "region", f"{region} is not enabled in {account}",
            f"enable it, or leave it out: --exclude-region {region}, or exclude.regions in muster.yaml",
            checks, account, region,
        )  # fmt: skip
    for account, region in trial.blocked:
        yield Line(
            Mark.WARNING, "region", f"{region}: a policy of the organization denies every call in {account}",
            f"nothing: a scan lists it as blocked and stays complete. --exclude-region {region} leaves it out",
            account_id=account, region=region,
        )  # fmt: skip
    for account, reason in places.unknown.items():
        yield Line(
            Mark.WARNING, "regions", f"which regions {account} has enabled is not known: {reason}",
            "allow ec2:DescribeRegions, which only --region all needs", account_id=account,
        )  # fmt: skip
    bad = {region for _, region in (*disabled, *trial.blocked)}
    good = [region for region in job.scan.targets.regions if region not in bad]
    if good:
        yield Line(Mark.OK, "regions", f"{counted(len(good), 'region')}: {listed(good, _MOST)}")


def _states(job: Job[ScanOptions], target: Target) -> Mapping[str, str] | str:
    """Return the opt-in status of each region of the partition, or why it cannot be known."""
    try:
        ec2 = job.clients_of(target.account_id).get("ec2", job.scan.targets.sessions.region)
        regions: Sequence[Mapping[str, str]] = ec2.describe_regions(AllRegions=True)["Regions"]
    except READ_ERRORS as error:
        return f"ec2:DescribeRegions failed ({code_of(error)})"
    return {each["RegionName"]: each.get("OptInStatus", _ON[0]) for each in regions}


def _role_next(closed: ClosedAccount, account: str) -> str:
    if closed.permission is None:
        return "ask those who manage the policy that denies it"
    return (
        f"deploy member-role.yaml in {account}, with this account and external ID in its trust policy, or name the "
        "role with --role or accounts.role"
    )
