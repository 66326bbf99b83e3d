"""What checks of several engines share: which of their controls concern an engine, and to whom they do not apply."""

from muster.facets.rds.engines import DOCDB, NEPTUNE, family, named
from muster.facets.rds.instances import DbInstance
from muster.model.finding import Verdict, known, not_applicable

OF_OTHER_SERVICES = frozenset({DOCDB, NEPTUNE})
"""Engines that RDS answers for without being their service."""


def cited(verdict: Verdict, engine: str, *, rds: str = "", docdb: str = "", neptune: str = "") -> Verdict:
    """Return the verdict with the controls of the engine's service; a control that is not named concerns no engine."""
    control = {DOCDB: docdb, NEPTUNE: neptune}.get(family(engine), rds)
    return verdict.citing(*((control,) if control else ()))


def only_rds(instance: DbInstance) -> Verdict | None:
    """Return that a check does not apply to instances of DocumentDB and Neptune."""
    engine = known(instance.engine)
    if family(engine) in OF_OTHER_SERVICES:
        return not_applicable(f"The check does not apply to {named(engine)}")
    return None


def member(instance: DbInstance, what: str) -> Verdict | None:
    """Return that a check does not apply to members of a cluster; `what` is set there."""
    if instance.cluster:
        return not_applicable(f"{what} of cluster {instance.cluster}")
    return None
