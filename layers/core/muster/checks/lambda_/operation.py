"""Checks of the operation of Lambda functions: runtime, concurrency, tracing, alarms."""

from datetime import date

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.lambda_.functions import Function, FunctionConcurrency, RegionConcurrency
from muster.facets.lambda_.runtimes import Runtime, table
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.MEDIUM, controls=("FSBP Lambda.2",), version=2)
def lambda_runtime_supported(function: Function, scan: ObservedAt, *, days_ahead: int = 90) -> Verdict:
    """Lambda functions should use a supported runtime.

    A runtime that AWS deprecates within `days_ahead` days fails too, so that there is time to move; 0 turns that off.
    The dates come from a table in Muster; a runtime that is not in it is not evaluated. A preview without a deprecation
    date passes. The check does not apply to container images and customer-managed runtimes, which their publishers
    patch.

    Problem: Lambda runtime is out of support
    Why: A deprecated runtime gets no security patches. Later AWS blocks changes to its functions.
    Fix: Test the function with the new runtime first. `aws lambda update-function-configuration --function-name NAME
      --runtime SUCCESSOR`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    if known(function.package) == "Image":
        return not_applicable("The function is a container image, which contains its runtime")
    name = known(function.runtime)
    if Arn.parse(name):
        return not_applicable(f"The runtime {name} is customer-managed; its publisher patches it")
    runtime, today = known(table().find(name)), scan.at.date()
    if runtime.customer_managed:
        return not_applicable("The runtime is customer-managed; its publisher patches it")
    if runtime.deprecated is None:
        return compliant(f"Runtime {name} has no deprecation date")
    left = (runtime.deprecated - today).days
    then = _then(runtime, today)
    if left <= max(days_ahead, 0):
        when = f"was deprecated on {runtime.deprecated}"
        if left > 0:
            when = f"will be deprecated on {runtime.deprecated}, in {counted(left, 'day')}"
        return non_compliant(f"Runtime {name} {when}{then}", successor=runtime.successor)
    return compliant(f"Runtime {name} is supported until {runtime.deprecated}, for {counted(left, 'day')}")


@check(severity=Severity.LOW, controls=("Security Hub Lambda.7",))
def lambda_tracing_enabled(function: Function) -> Verdict:
    """Lambda functions should have X-Ray active tracing enabled.

    Problem: X-Ray tracing is off
    Why: Without active tracing you cannot see how long the function and the services that it calls take for a request.
    Fix: `aws lambda update-function-configuration --function-name NAME --tracing-config Mode=Active`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-xray-enabled.html
    """
    if known(function.tracing) == "Active":
        return compliant("X-Ray tracing is active")
    return non_compliant("X-Ray tracing is not active (TracingConfig: PassThrough)")


@check(severity=Severity.LOW, opt_in=("required",))
def lambda_reserved_concurrency_set(concurrency: FunctionConcurrency, *, required: bool = False) -> Verdict:
    """Lambda functions should have reserved concurrency.

    The check is off until the setting `required` is on: reserved concurrency is taken from all other functions.

    Problem: no concurrency is reserved
    Why: Reserved concurrency guarantees capacity to a function, and keeps it from using the capacity of all others.
    Fix: `aws lambda put-function-concurrency --function-name NAME --reserved-concurrent-executions NUMBER`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-concurrency-check.html
    """
    if concurrency.reserved == 0:
        return not_applicable("The reserved concurrency is 0; the function is disabled")
    if not required:
        return not_applicable("The setting required is off")
    if concurrency.reserved is None:
        return non_compliant("The function has no reserved concurrency")
    return compliant(f"The reserved concurrency is {concurrency.reserved}")


@check(severity=Severity.LOW)
def lambda_concurrency_pool_sufficient(region: RegionConcurrency, *, unreserved_percent: int = 20) -> Verdict:
    """Regions should leave enough Lambda concurrency unreserved.

    The check fails if less than `unreserved_percent` percent of the concurrency quota of the region is unreserved. AWS
    itself keeps only 100 executions unreserved.

    Problem: little Lambda concurrency is left
    Why: Functions without a reservation share the rest. When it is used up, all of them are throttled.
    Fix: Remove a reservation, or request a higher quota in Service Quotas. `aws lambda delete-function-concurrency
      --function-name FUNCTION-NAME`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    limit, rest = known(region.limit), known(region.unreserved)
    if rest >= limit:
        return compliant(f"No concurrency is reserved; all functions share {limit} concurrent executions")
    text = f"{rest} of {limit} concurrent executions are unreserved"
    if rest * 100 < limit * unreserved_percent:
        return non_compliant(f"{text}; keep at least {unreserved_percent} %")
    return compliant(text)


@check(severity=Severity.MEDIUM, version=2)
def lambda_errors_alarmed(function: Function, alarms: Alarms, *, throttles: bool = False) -> Verdict:
    """Lambda functions should have an alarm with an action on errors.

    An alarm on the function, or on all functions of the region, counts if it has an enabled action for the state ALARM,
    or if a composite alarm above it has one. With `throttles`, the function also needs an alarm on throttled
    invocations.

    Problem: no alarm on function errors
    Why: Without an alarm, errors appear only in the logs, which are rarely read without a reason.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name errors.NAME --namespace AWS/Lambda --metric-name Errors
      --dimensions Name=FunctionName,Value=NAME --statistic Sum --period 60 --evaluation-periods 1 --threshold 0
      --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    name = known(function.name)
    metrics = ("Errors", "Throttles") if throttles else ("Errors",)
    results = {metric: _alarmed(alarms, metric, name) for metric in metrics}
    missing = [reason for heard, reason in results.values() if not heard]
    if missing:
        return non_compliant("; ".join(missing))
    return compliant("; ".join(reason for _, reason in results.values()))


def _then(runtime: Runtime, today: date) -> str:
    """Return the dates from which AWS blocks changes, as far as they are announced, and the successor."""
    days = {"creating": runtime.create_block, "updating": runtime.update_block}
    blocks = [f"{verb} functions {_blocked(day, today)}" for verb, day in days.items() if day]
    after = [f"use {runtime.successor}"] if runtime.successor else []
    return "".join(f"; {text}" for text in (*blocks, *after))


def _blocked(day: date, today: date) -> str:
    return f"will be blocked from {day}" if day > today else f"has been blocked since {day}"


def _alarmed(alarms: Alarms, metric: str, name: str) -> tuple[bool, str]:
    """Return whether an alarm on a metric of a function has an enabled action, and the reason."""
    places: dict[str, dict[str, str]] = {f"of {name}": {"FunctionName": name}, "of all functions": {}}
    found = [(alarm, place) for place, of in places.items() for alarm in alarms.on("AWS/Lambda", (metric,), of)]
    if heard := known(alarms.heard(alarm for alarm, _ in found)):
        place = next(place for alarm, place in found if alarm is heard)
        return True, f"Alarm {heard.name} watches {metric} {place}"
    if found:
        silent = ", ".join(dict.fromkeys(alarm.name for alarm, _ in found))
        return False, f"The alarms on {metric} have no enabled action: {silent}"
    return False, f"No alarm watches {metric} of the function or of all functions"
