"""The configuration applied to bare findings: exclusions, suppressions, names of accounts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from muster.configuration import Configuration
from muster.configuration.suppression import Suppressions, excluded
from muster.model.finding import ACCOUNT, REGION, TARGET, Finding, Resource


@dataclass(frozen=True, slots=True)
class Scope:
    """The resources to judge: `keep` refuses those that are excluded; `by_tags` says that it looks at tags."""

    keep: Callable[[Resource], bool]
    by_tags: bool = False


class Annotator:
    """Adds to a finding what the configuration knows of it: the suppression and the account's name."""

    def __init__(self, configuration: Configuration, today: date) -> None:
        """Judge the expiry of suppressions as of a day."""
        self._names = configuration.account_names
        self._suppressions = Suppressions(configuration.suppressions, today)

    def __call__(self, finding: Finding) -> Finding:
        """Return the finding with its suppression (failures only) and account name."""
        return replace(
            finding,
            suppression=self._suppressions.suppression_for(finding),
            account_name=self._names.get(finding.resource.account_id, ""),
        )


def annotate(findings: Iterable[Finding], configuration: Configuration, today: date) -> Iterator[Finding]:
    """Yield findings with their suppression and account name."""
    return map(Annotator(configuration, today), findings)


def scope_of(configuration: Configuration, tags: Mapping[str, str] | None = None) -> Scope:
    """Return which resources a scan judges: not what is excluded and, with `tags`, only what carries them all.

    A resource whose tags could not be read is kept: leaving it out would hide that it was not looked at.
    Tags are read whenever the configuration needs them: for an exclusion, a suppression, or a route by owner.
    """
    exclude = configuration.exclude
    wanted = dict(tags or {})

    def keep(resource: Resource) -> bool:
        if resource.type in (ACCOUNT, REGION, TARGET):
            return not wanted
        if excluded(resource, exclude):
            return False
        if resource.tags is None:
            return True
        return all(resource.tags.get(key) == value for key, value in wanted.items())

    suppressed_by_tag = any(rule.tag for rule in configuration.suppressions)
    routed_by_owner = any(route.owners for route in configuration.alerts.routes)
    return Scope(keep, by_tags=bool(wanted or exclude.tags or suppressed_by_tag or routed_by_owner))
