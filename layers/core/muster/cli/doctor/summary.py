"""The end of `muster doctor`: one sentence for people, one document for programs."""

from collections.abc import Sequence
from typing import Any

from muster.cli.doctor.lines import Line, Mark
from muster.cli.screen import show_line, show_text
from muster.library.trial import Trial
from muster.model.text import counted


def show_summary(lines: Sequence[Line], trial: Trial) -> None:
    """Print how many checks would not be evaluated, and how that was found."""
    problems = sum(line.mark is Mark.PROBLEM for line in lines)
    warnings = sum(line.mark is Mark.WARNING for line in lines)
    checks = {check for gap in trial.gaps for check in gap.checks}
    show_line()
    for sentence in trial.broke:
        show_text(f"This is a mistake in Muster: {sentence}")
    if checks:
        text = f"A scan would leave {counted(len(checks), 'check')} not evaluated, at least on some resources."
    elif problems:
        text = "A scan would read everything, but there are problems."
    else:
        text = "A scan would read everything that doctor could try."
    show_text(f"{text} {counted(problems, 'problem')}, {counted(warnings, 'warning')}.", style="bold")
    show_text(
        f"Tried with {counted(trial.calls, 'call')} that only read. What a policy denies for one resource alone, "
        "only the scan finds.",
        style="dim",
    )


def document(lines: Sequence[Line], trial: Trial) -> dict[str, Any]:
    """Return the result as JSON has it."""
    bad = trial.gaps or any(line.mark is Mark.PROBLEM for line in lines)
    return {
        "status": "problem" if bad else "ok",
        "lines": [line.to_json() for line in lines],
        "unread": [
            {
                "account_id": gap.account_id,
                "region": gap.region,
                "permission": gap.permission,
                "reason": gap.reason,
                "checks": list(gap.checks),
            }
            for gap in trial.gaps
        ],
        "blocked": [{"account_id": account, "region": region} for account, region in trial.blocked],
        "permissions_used": sorted({action for _, action in trial.used}),
        "permissions_not_tried": sorted({action for _, action in trial.unused}),
        "calls": trial.calls,
    }
