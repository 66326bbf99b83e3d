"""Notes which answers the examples of each check got, for the promise that every check is exampled both ways.

Every row of a table pins the status. The first row of each branch pins the reason too; in the others it is `""`, so
that a better sentence breaks one test.
"""

import json
import os
from pathlib import Path

import pytest

from muster.model.check import Check
from muster.model.finding import Verdict

NOTES = "MUSTER_NOTED_VERDICTS"


def pytest_sessionstart(session: pytest.Session) -> None:
    if NOTES not in os.environ:
        return
    noted: set[tuple[str, str]] = set()
    original = Check.__call__

    def noting(self: Check, *facets: object, **settings: object) -> Verdict:
        verdict = original(self, *facets, **settings)
        noted.add((self.id, verdict.status.value))
        return verdict

    Check.__call__ = noting  # type: ignore[method-assign]
    session.config.add_cleanup(lambda: Path(os.environ[NOTES]).write_text(json.dumps(sorted(noted)), encoding="utf-8"))
