"""The preparation of a scan in one process, for the command and for the library."""

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from muster.catalog import packs
from muster.catalog.catalog import Catalog
from muster.catalog.opt_in import off
from muster.configuration import Configuration
from muster.configuration.selection import selection
from muster.library import named_resources
from muster.library.job import Job
from muster.library.options import ScanOptions
from muster.library.region_names import check_names, home
from muster.model.rule import Rule
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.scanning.parallel import SIDE_BY_SIDE
from muster.scanning.prepare import Order, Origin, first_of, packs_of, prepare_scan, scan_id
from muster.sdk.session import Clients, caller, open_session
from muster.targets.regions import region_of_calls

OptionsT = TypeVar("OptionsT", bound=ScanOptions)
Narrow = Callable[[Catalog, Configuration, tuple[Rule, ...]], tuple[Rule, ...]]
"""Leaves out rules of a selection."""


def everything(_catalog: Catalog, _configuration: Configuration, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Leave no rule out."""
    return rules


def prepare(
    options: OptionsT,
    configuration: Configuration,
    catalog: Catalog,
    narrow: Narrow = everything,
    note: Callable[[str], None] = lambda _sentence: None,
) -> Job[OptionsT]:
    """Refuse what cannot be done, in the order in which it costs the user least; `note` takes what is not certain.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    configuration = _aimed(options, configuration)
    selected = selection(
        catalog,
        configuration,
        packs=options.packs,
        checks=options.checks,
        exclude_checks=options.exclude_checks,
        services=options.services,
        severity=options.severity,
        metrics=options.metrics,
        frameworks=options.frameworks,
    )
    rules = narrow(catalog, configuration, selected.rules)
    named = named_resources.parse(options, catalog, rules)
    if named:
        rules = named_resources.narrowed(rules, named)
    excluded = configuration.exclude.regions
    names = named_resources.regions(named) or tuple(options.regions) or configuration.regions
    check_names(names, excluded)
    session = open_session(options.profile, os.environ.get("AWS_REGION"), options.endpoint_url, catalog.projections())
    names = names or named_resources.home(named, session.region_name)
    region = home(session, names)
    call_region = region_of_calls(region)
    clients = Clients(session, endpoint_url=options.endpoint_url, concurrency=options.concurrency * SIDE_BY_SIDE)
    who = caller(clients, call_region)
    started = datetime.now(UTC)
    if named:
        named = named_resources.placed(named, options, who.account_id, who.partition)
        configuration = named_resources.in_their_accounts(configuration, named)
    order = Order(
        scan_id=scan_id(started, secrets.token_hex(4)),
        started_at=started,
        regions=names or (region,),
        tags=options.tags,
        resources=named,
    )
    origin = Origin(clients, who.account_id, who.partition, call_region)
    scan = prepare_scan(catalog, configuration, rules, origin, order, note=note)
    missing = off(catalog, scan.checks)
    report = ScanReport(
        scan_id=order.scan_id,
        started_at=started,
        account_id=who.account_id,
        account_name=scan.configuration.account_names.get(who.account_id, ""),
        accounts=list(scan.accounts),
        accounts_excluded=scan.targets.found.excluded,
        regions=scan.targets.regions,
        packs=packs_of(configuration, options.packs, options.checks, packs.DEFAULT),
        checks=list(scan.checks),
        narrowed=list(options.narrowing),
        checks_off=sum(missing.values()),
        turned_on_by=() if options.chooses_checks else tuple(missing),
    )
    return Job(options, scan, origin, report, ReportTally())


def _aimed(options: ScanOptions, configuration: Configuration) -> Configuration:
    """Put the accounts and regions of the options before those of the configuration."""
    named = replace(
        configuration.accounts, include=tuple(options.accounts), role=options.role, external_id=options.external_id
    )
    exclude = replace(configuration.exclude, regions=(*configuration.exclude.regions, *options.exclude_regions))
    return replace(configuration, accounts=first_of(named, configuration.accounts), exclude=exclude)
