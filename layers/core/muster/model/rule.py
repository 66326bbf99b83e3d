"""A check as it was selected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from muster.model.check import Check


@dataclass(frozen=True, slots=True)
class Rule:
    """A check as it was selected: for one resource type, with its settings; `variant` names a second selection.

    `controls` are those of the check's that concern the type; None stands for all of them.
    """

    check: Check
    resource_type: str
    service: str
    settings: Mapping[str, object] = field(default_factory=dict)
    variant: str = ""
    controls: tuple[str, ...] | None = None

    @property
    def active(self) -> bool:
        """Whether it judges anything: a check that is opted into does only once a setting says of what."""
        opt_in = self.check.opt_in
        return not opt_in or any(self.settings.get(name) for name in opt_in)
