"""A second look at one resource: its findings as AWS answers now, each with the evidence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from muster.cli.output import trace
from muster.facets.evidence import Evidence, evidence
from muster.library import named_resources
from muster.library.options import ScanOptions
from muster.library.preparation import prepare
from muster.model.finding import ACCOUNT, GLOBAL, REGION, TARGET, Finding
from muster.model.json_values import freeze_items
from muster.model.rule import Rule
from muster.scanning.calls import ScanContext
from muster.scanning.named_scan import NamedScan, Seen
from muster.scanning.scope import annotate
from muster.scanning.shard_scan import ShardScan

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration
    from muster.library.job import Job
    from muster.model.arn import Named
    from muster.model.listing import Listed
    from muster.model.shard import Shard


@dataclass(frozen=True, slots=True)
class Looked:
    """A finding as AWS answers now, and what the check read for it."""

    finding: Finding
    evidence: Evidence


def look_at(
    arn: str, catalog: "Catalog", configuration: "Configuration", options: Mapping[str, Any]
) -> Iterator[Looked]:
    """Yield the findings on a resource by the checks of the configuration, with their evidence.

    Raises:
        MusterError: AWS cannot be called, the resource does not exist, or no check applies to it.
    """
    job = prepare(_options(options, resources=(arn,)), configuration, catalog)
    yield from _run(job, catalog)


def look_again(
    findings: Sequence[Finding], catalog: "Catalog", configuration: "Configuration", options: Mapping[str, Any]
) -> Mapping[str, Looked]:
    """Return findings on one resource as AWS answers now, by their ids: by the same checks with the same settings.

    A finding is missing where its check does not exist any more, or its resource cannot be read alone.

    Raises:
        MusterError: AWS cannot be called, or the resource does not exist.
    """
    resource = findings[0].resource
    rules = tuple(_rule(each, catalog) for each in findings if each.check_id in catalog.checks)
    shared = resource.type in (ACCOUNT, REGION)
    if not rules or resource.type == TARGET or not (shared or resource.arn):
        return {}
    chosen = _options(
        options,
        checks=tuple(rule.check.id for rule in rules),
        resources=() if shared else (resource.arn or "",),
        accounts=(resource.account_id,),
        regions=(resource.region,) if shared and resource.region != GLOBAL else (),
    )
    job = prepare(chosen, configuration, catalog, lambda _catalog, _configuration, _rules: rules)
    return {each.finding.finding_id: each for each in _run(job, catalog)}


def _rule(finding: Finding, catalog: "Catalog") -> Rule:
    check, kind = catalog.checks[finding.check_id], finding.resource.type
    settings = dict(freeze_items(finding.settings)) or check.settings
    return Rule(check, kind, catalog.service_of(check, kind), settings, finding.variant, finding.controls)


def _options(options: Mapping[str, Any], **others: Any) -> ScanOptions:
    named = {name: options[name] for name in ("role", "external_id", "profile", "endpoint_url")}
    return ScanOptions(**named, **others)


def _run(job: "Job[ScanOptions]", catalog: "Catalog") -> Iterator[Looked]:
    looks: dict[Named, Seen] = {}
    for shard in job.scan.shards:
        read: dict[tuple[str, str, str], Mapping[type, object]] = {}
        scan = _scan_of(job, shard, read)
        for finding in annotate(_findings(scan), job.scan.configuration, job.report.started_at.date()):
            facets = read.get(finding.resource.identity, {})
            check = catalog.checks.get(finding.check_id)
            yield Looked(finding, evidence(check, facets) if check and facets else ())
        if isinstance(scan, NamedScan):
            looks.update(scan.looks)
    named_resources.missing(looks)


def _findings(scan: ShardScan) -> Iterator[Finding]:
    """Yield the findings of a shard; one that breaks by a mistake of ours stops none of the others."""
    try:
        yield from scan
    except Exception as error:  # noqa: BLE001 - as in a scan: what broke has findings on its target
        trace(error)
        yield from scan.broken(error)


def _scan_of(
    job: "Job[ScanOptions]", shard: "Shard", read: dict[tuple[str, str, str], Mapping[type, object]]
) -> ShardScan:
    def seen(item: "Listed") -> None:
        read[item.resource.identity] = item.facets

    context = ScanContext(job.scan.targets.sessions.of(shard.account_id), job.report.started_at, seen=seen)
    keep = job.scan.scope.keep
    if named := job.scan.named.get(shard):
        return NamedScan(shard, job.scan.reads, context, named, keep=keep)
    return ShardScan(shard, job.scan.reads, context, keep=keep)
