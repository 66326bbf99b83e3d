"""Comparisons of the capacity of DynamoDB tables: the source's, times the factors of the migration file."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from muster.facets.dynamodb.scaling import Dimension, Range, ScalingAims, ScalingRanges
from muster.facets.dynamodb.shape import Capacity, Maximum, TableShape
from muster.facets.dynamodb.tables import Table
from muster.migration.comparison import compares
from muster.migration.file import TableItem, scaled
from muster.migration.relatives import TABLE
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 6
_ON_DEMAND = "PAY_PER_REQUEST"
_KINDS = ("Read", "Write")


@compares(TABLE, severity=Severity.HIGH)
def target_table_billing_mode_matches(source: Source, target: Target) -> Verdict:
    """Target tables should have the capacity mode of their source.

    Problem: capacity mode differs from the source
    Why: A provisioned table throttles where one on demand does not, and the two cost differently.
    Fix: `aws dynamodb update-table --table-name NAME --billing-mode MODE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html
    """
    ours, theirs = _mode(target), _mode(source)
    if ours != theirs:
        return non_compliant(f"the capacity mode is {ours}, that of the source {theirs}")
    return compliant(f"the capacity mode is {ours}, as at the source")


@compares(TABLE, severity=Severity.HIGH)
def target_table_capacity_scaled(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target tables should have the capacity of their source times the factors of the migration file.

    The product is rounded up to whole units, one at least. What autoscaling sets is no configuration: where the target
    scales a dimension, the product must lie in its range, or, where the source scales it too, the range is a comparison
    of its own. An index that only one side has is a difference of the indexes.

    Problem: capacity is not as asked for
    Why: A table with too little capacity throttles the migrated application; one with too much costs more.
    Fix: `aws dynamodb update-table --table-name NAME --provisioned-throughput
      ReadCapacityUnits=READ-UNITS,WriteCapacityUnits=WRITE-UNITS`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/provisioned-capacity-mode.html
    """
    if _ON_DEMAND in (_mode(source), _mode(target)):
        return not_applicable("capacity is paid on demand")
    wrong = [difference for each in _dimensions(source, target, pair) if (difference := _capacity_difference(each))]
    unfamiliar = cast("TableItem", pair.item).indexes.keys() - _shape(source).global_indexes.keys()
    wrong += [
        f"the migration file has factors of {name}, an index that the source lacks" for name in sorted(unfamiliar)
    ]
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    return compliant("the capacity of the table and of its indexes is that of the source times the factors")


@compares(TABLE, severity=Severity.HIGH)
def target_table_autoscaling_scaled(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target tables should be scaled as their source is, between its limits times the factors of the migration file.

    Range and target utilization of each dimension are compared, and whether scaling is suspended.

    Problem: autoscaling is not as asked for
    Why: A target that does not scale, or not as far, throttles at the first peak.
    Fix: `aws application-autoscaling register-scalable-target --service-namespace dynamodb --resource-id table/NAME
      --scalable-dimension DIMENSION --min-capacity MIN --max-capacity MAX`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
    """
    if _ON_DEMAND in (_mode(source), _mode(target)):
        return not_applicable("capacity is paid on demand")
    dimensions = [*_dimensions(source, target, pair)]
    if not any(each.source_range or each.target_range for each in dimensions):
        return not_applicable("the source is not scaled")
    wrong = [difference for each in dimensions if (difference := _range_difference(each))]
    wrong += _aim_differences(source, target, dimensions)
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    return compliant("autoscaling has the ranges of the source times the factors, and its target utilization")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_maximum_throughput(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target tables on demand should have the maximum throughput of the migration file, or that of their source.

    A maximum that the file does not name is the source's. Indexes are compared with those of the source.

    Problem: maximum throughput differs
    Why: Without its maximum a table can cost any amount; with a lower one it throttles.
    Fix: `aws dynamodb update-table --table-name NAME --on-demand-throughput
      MaxReadRequestUnits=READ-UNITS,MaxWriteRequestUnits=WRITE-UNITS` A value of -1 takes a maximum away.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_OnDemandThroughput.html
    """
    if {_mode(source), _mode(target)} != {_ON_DEMAND}:
        return not_applicable("capacity is provisioned")
    ours, theirs = _shape(target), _shape(source)
    wanted = cast("TableItem", pair.item).maximum
    expected = Maximum(wanted.read, wanted.write) if wanted else theirs.maximum
    pairs = {"the table": (ours.maximum, expected)} | {
        f"the index {name}": (ours.global_indexes[name].maximum, theirs.global_indexes[name].maximum)
        for name in sorted(ours.global_indexes.keys() & theirs.global_indexes.keys())
    }
    wrong = [f"{what} has {found}, expected is {right}" for what, (found, right) in pairs.items() if found != right]
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    return compliant(f"the table has {ours.maximum}, as the migration file has it")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_capacity_within_quotas(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target tables should need no more capacity than the quotas of their account and region allow.

    The capacity that is asked for is compared with the quota of a table, that of table and indexes together with the
    quota of the account.

    Problem: capacity exceeds a quota
    Why: DynamoDB refuses to raise capacity over a quota, and quotas differ from region to region.
    Fix: `aws service-quotas request-service-quota-increase --service-code dynamodb --quota-code QUOTA-CODE
      --desired-value UNITS --region REGION`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
    """
    if _ON_DEMAND in (_mode(source), _mode(target)):
        return not_applicable("capacity is paid on demand")
    quotas = target.region.answer("dynamodb-limits")
    dimensions = [*_dimensions(source, target, pair)]
    wrong = []
    for kind in _KINDS:
        needed = {each.index: each.most for each in dimensions if each.kind == kind}
        table, account = (int(quotas[f"{scope}Max{kind}CapacityUnits"]) for scope in ("Table", "Account"))
        wrong += [
            f"{_named(index, kind)} needs {units} units, a table may have {table}"
            for index, units in needed.items()
            if units > table
        ]
        if sum(needed.values()) > account:
            wrong.append(f"the table needs {sum(needed.values())} {kind.lower()} units, the account may have {account}")
    if wrong:
        return non_compliant(listed(wrong, _SHOWN))
    return compliant(f"the requested capacity is within the quotas of {target.resource.region}")


@dataclass(frozen=True, slots=True)
class _Compared:
    """One dimension of a table or of an index that both sides have; ranges are None where it is not scaled."""

    index: str
    kind: str
    factor: Decimal
    source_units: int
    target_units: int
    source_range: Range | None
    target_range: Range | None

    @property
    def wanted_units(self) -> int:
        """The units that the target should have."""
        return scaled(self.source_units, self.factor)

    @property
    def wanted_range(self) -> Range | None:
        """The range that the target should have."""
        theirs = self.source_range
        return theirs and Range(scaled(theirs.least, self.factor), scaled(theirs.most, self.factor), theirs.suspended)

    @property
    def most(self) -> int:
        """The most units that the target should be able to have."""
        return self.wanted_range.most if self.wanted_range else self.wanted_units


def _dimensions(source: Source, target: Target, pair: Pair) -> Iterator[_Compared]:
    item = cast("TableItem", pair.item)
    ours, theirs = _shape(target), _shape(source)
    our_ranges = target.own.facet("scaling-targets", ScalingRanges).ranges
    their_ranges = source.own.facet("scaling-targets", ScalingRanges).ranges
    capacities: dict[str, tuple[Capacity, Capacity]] = {"": (theirs.capacity, ours.capacity)}
    for name in sorted(ours.global_indexes.keys() & theirs.global_indexes.keys()):
        capacities[name] = theirs.global_indexes[name].capacity, ours.global_indexes[name].capacity
    for index, (before, after) in capacities.items():
        factors = item.factors_of(index)
        for kind, factor, units, found in (
            ("Read", factors.read, before.read, after.read),
            ("Write", factors.write, before.write, after.write),
        ):
            dimension: Dimension = index, kind
            yield _Compared(
                index, kind, factor, units, found, their_ranges.get(dimension), our_ranges.get(dimension)
            )  # fmt: skip


def _capacity_difference(each: _Compared) -> str:
    where, ours = _named(each.index, each.kind), each.target_range
    if each.source_range is not None:
        # What autoscaling set at the source says nothing; the ranges are compared by themselves.
        return ""
    if ours is not None:
        inside = ours.least <= each.wanted_units <= ours.most
        return "" if inside else f"{where} is scaled from {ours.least} to {ours.most} units, not {each.wanted_units}"
    if each.target_units == each.wanted_units:
        return ""
    product = f"{each.source_units} times {each.factor}"
    return f"{where} is {each.target_units}, expected is {each.wanted_units} ({product})"


def _range_difference(each: _Compared) -> str:
    where, ours, right = _named(each.index, each.kind), each.target_range, each.wanted_range
    if ours == right:
        return ""
    if ours is None:
        return f"{where} is not scaled"
    if right is None:
        return f"{where} is scaled, which it is not at the source"
    if ours.suspended != right.suspended:
        return f"scaling of {where} is {'suspended' if ours.suspended else 'suspended only at the source'}"
    return f"{where} is scaled from {ours.least} to {ours.most} units, expected is {right.least} to {right.most}"


def _aim_differences(source: Source, target: Target, dimensions: list[_Compared]) -> Iterator[str]:
    ours = target.own.facet("scaling-policies", ScalingAims).aims
    theirs = source.own.facet("scaling-policies", ScalingAims).aims
    for each in dimensions:
        if each.source_range is None or each.target_range is None:
            continue
        found, right = ours.get((each.index, each.kind)), theirs.get((each.index, each.kind))
        if found != right:
            aim, expected = ("no utilization" if value is None else f"{value:g} percent" for value in (found, right))
            yield f"{_named(each.index, each.kind)} aims at {aim}, at the source at {expected}"


def _mode(side: Source | Target) -> str:
    return known(side.own.facet("table", Table).billing)


def _shape(side: Source | Target) -> TableShape:
    return side.own.facet("table", TableShape)


def _named(index: str, kind: str) -> str:
    return f"the {kind.lower()} capacity of {f'the index {index}' if index else 'the table'}"
