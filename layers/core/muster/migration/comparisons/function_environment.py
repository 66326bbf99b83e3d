"""Comparisons of what a function is given: its environment, its concurrency. Values of variables are never said."""

from collections.abc import Mapping

from muster.migration.comparison import compares
from muster.migration.comparisons.functions import configuration
from muster.migration.file import FunctionItem
from muster.migration.relatives import FUNCTION
from muster.migration.sides import Pair, Side, Source, Target
from muster.migration.translating import Translation
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 6


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_environment_matches(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should have the environment variables of their source, with region, account and names replaced.

    A value that is a name of the migration file, or an ARN or URL of AWS with one, should have the target's name. What
    the file does not name may have its suffix. Only names of variables are said here, never their values.

    Problem: environment differs from the source
    Why: A variable that is missing or points elsewhere shows as errors when traffic moves.
    Fix: `aws lambda update-function-configuration --function-name NAME --environment file://VARIABLES.json` The call
      replaces all variables.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    theirs, ours = variables(source), variables(target)
    if not theirs and not ours:
        return not_applicable("neither function has environment variables")
    translation, allowed = Translation.between(source, target, pair), _allowed(pair)
    kept = {name for name in allowed if theirs.get(name) == ours.get(name)}
    common = sorted(theirs.keys() & ours.keys() - kept)
    wrong = {
        "missing": sorted(theirs.keys() - ours.keys()),
        "only at the target": sorted(ours.keys() - theirs.keys()),
        "not as expected": [name for name in common if not translation.accepts(theirs[name], ours[name])],
    }
    if any(wrong.values()):
        return non_compliant("; ".join(f"{what}: {listed(names, _SHOWN)}" for what, names in wrong.items() if names))
    return compliant(f"variables as expected: {len(ours)}")


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_environment_names_target(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target functions should have no environment variable that names the source region.

    Hosts without a region that are in us-east-1, such as s3.amazonaws.com, count where that is the source. Web ACLs of
    CloudFront are always there. List other variables that are right so in allowed_regions_in of the migration file.

    Problem: a variable names the source region
    Why: The target calls the source region: slower, at a price, and not at all when that region fails.
    Fix: `aws lambda update-function-configuration --function-name NAME --environment file://VARIABLES.json` The call
      replaces all variables.
    Source: https://docs.aws.amazon.com/general/latest/gr/rande.html
    """
    ours = variables(target)
    if not ours:
        return not_applicable("the function has no environment variables")
    translation = Translation.between(source, target, pair)
    allowed = set(_allowed(pair))
    wrong = sorted(name for name, value in ours.items() if name not in allowed and translation.names_source(value))
    if wrong:
        return non_compliant(f"{source.resource.region} is named by {listed(wrong, _SHOWN)}")
    return compliant(f"no variable names {source.resource.region}")


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_concurrency_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the reserved concurrency of their source; none is not 0, which turns a function off.

    Problem: reserved concurrency differs
    Why: A function with less of it is throttled; one with more, or without, can take what others need.
    Fix: `aws lambda put-function-concurrency --function-name NAME --reserved-concurrent-executions NUMBER` Where the
      source has none: `aws lambda delete-function-concurrency --function-name NAME`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    theirs, ours = (_reserved(side) for side in (source, target))
    if theirs != ours:
        return non_compliant(f"reserved concurrency is {ours}, at the source {theirs}")
    return compliant(f"reserved concurrency is {ours}, as at the source")


def variables(side: Side) -> Mapping[str, str]:
    """Return the environment variables; what AWS could not decrypt is not known."""
    environment = configuration(side).get("Environment") or {}
    if error := environment.get("Error"):
        code = error.get("ErrorCode") or "no reason given"
        known(Unknown(f"AWS could not read the environment variables in {side.resource.region}: {code}"))
    found: Mapping[str, str] = environment.get("Variables") or {}
    return found


def _allowed(pair: Pair) -> tuple[str, ...]:
    return pair.item.allowed_regions_in if isinstance(pair.item, FunctionItem) else ()


def _reserved(side: Side) -> str:
    configuration(side)
    reserved = (side.own.answer("function").get("Concurrency") or {}).get("ReservedConcurrentExecutions")
    return "none" if reserved is None else str(reserved)
