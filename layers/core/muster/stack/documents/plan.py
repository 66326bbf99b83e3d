"""plan.json: what a scan fixed before it began."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar

from muster.catalog.catalog import Catalog
from muster.catalog.custom import extended
from muster.configuration import Configuration, SuppressionRule
from muster.configuration.alerts import OWNER_TAG
from muster.configuration.selection import rules_from_json, rules_to_json
from muster.configuration.suppression import Suppressions
from muster.errors import ConfigurationError
from muster.estimate.forecast import Forecast
from muster.model.rule import Rule
from muster.reports.tables import ScanHeader
from muster.stack.documents.fields import Malformed, anything, record
from muster.stack.documents.names import AccountId, RegionName, ScanId, SeverityName
from muster.stack.documents.objects import START_AGAIN, Document
from muster.targets.clients import Role

_WRONG = (AttributeError, KeyError, IndexError, TypeError, ValueError)
"""What reading a configuration and rules raises where they are not as this version of Muster writes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanDetails:
    """The scan: when it began, in which stack, of which accounts, regions, packs and checks.

    `account_id` is the stack's own account, which needs no role. `whole` says that the scan is of all that the stack
    is configured to scan, `every_check` that it runs every check that the stack is configured to run. `damaged` names
    objects of the bucket that the plan could not read.
    """

    scan_id: ScanId
    scan_kind: str
    started_at: datetime
    record: bool
    whole: bool = True
    every_check: bool = True
    stack: str
    account_id: AccountId
    role: Annotated[Role, record(Role, complete=True)]
    accounts: tuple[AccountId, ...]
    accounts_excluded: dict[str, str] = field(default_factory=dict)
    regions: tuple[RegionName, ...]
    packs: tuple[str, ...]
    checks: tuple[str, ...] = ()
    shards: int
    damaged: tuple[str, ...] = ()

    @property
    def header(self) -> ScanHeader:
        """The columns of every row about the scan."""
        return ScanHeader(self.scan_id, self.scan_kind, self.started_at)


@dataclass(frozen=True, slots=True)
class PlanDocument(Document):
    """The plan of a scan: its configuration, its rules with their settings, and what it is expected to take.

    The settings of a rule are those that the check gets: defaults, packs and the configuration together. What the
    configuration says of settings is kept for its custom checks and for people. Both stay as they are until `selection`
    reads them: a summary needs neither to name what was found.
    """

    NAME: ClassVar[str] = "the plan of the scan"
    WAY_OUT: ClassVar[str] = START_AGAIN
    VERSION: ClassVar[int | None] = 2

    scan: ScanDetails
    configuration: Annotated[Any, anything]
    rules: Annotated[Any, anything]
    severities: dict[str, SeverityName]
    forecast: Forecast | None = None

    @classmethod
    def of(
        cls, scan: ScanDetails, configuration: Configuration, rules: Iterable[Rule], forecast: Forecast | None
    ) -> "PlanDocument":
        """Return the plan of a scan by these rules."""
        rules = tuple(rules)
        severities = {rule.check.id: rule.check.severity.value for rule in rules}
        return cls(scan, configuration.to_json(), rules_to_json(rules), severities, forecast)

    @property
    def owner_tag(self) -> str:
        """The key of the tag that names a resource's owner."""
        alerts = self.configuration.get("alerts") if isinstance(self.configuration, Mapping) else None
        named = alerts.get("owner_tag") if isinstance(alerts, Mapping) else None
        return named if isinstance(named, str) else OWNER_TAG

    def suppressions(self) -> Suppressions:
        """Return the suppressions of the configuration, as of the day of the scan; none where they cannot be read."""
        try:
            entries = self.configuration["suppressions"]
            return Suppressions(map(SuppressionRule.from_json, entries), self.scan.started_at.date())
        except _WRONG:
            return Suppressions((), self.scan.started_at.date())

    def selection(self, catalog: Catalog) -> tuple[Catalog, Configuration, tuple[Rule, ...]]:
        """Return the catalogue with the configuration's own checks, the configuration, and the rules.

        Raises:
            Malformed: they are not as this version of Muster writes them.
            ConfigurationError: a check is not in the catalogue: another version of Muster wrote the plan.
        """
        try:
            configuration = Configuration.from_json(self.configuration)
            catalog = extended(catalog, configuration.custom_checks)
            return catalog, configuration, rules_from_json(catalog, self.rules)
        except ConfigurationError:
            raise
        except _WRONG as error:
            raise Malformed(f"its configuration or its rules cannot be read ({error!r})") from error
