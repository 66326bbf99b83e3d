"""Checks of how Lambda functions are run and watched: runtime, concurrency, tracing, alarms."""

from datetime import date

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.lambda_.functions import Function, FunctionConcurrency, RegionConcurrency
from muster.facets.lambda_.runtimes import Runtime, table
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP Lambda.2",), version=2)
def lambda_runtime_supported(function: Function, scan: ObservedAt, *, days_ahead: int = 90) -> Verdict:
    """Lambda functions should use a runtime that AWS still patches.

    A runtime that AWS will deprecate within `days_ahead` days fails too, because moving takes time; 0 turns that off.
    The dates come from a table that is part of Muster; a runtime that is not in it is not evaluated. A preview whose
    deprecation AWS has not scheduled passes. A container image and a customer-managed runtime are patched by their
    publisher: the check does not apply to them.

    Problem: Lambda runtime is out of support
    Why: A deprecated runtime gets no more security patches, and later its functions can no longer be changed.
    Fix: `aws lambda update-function-configuration --function-name NAME --runtime SUCCESSOR` Test the function with
      the new runtime first.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    if known(function.package) == "Image":
        return not_applicable("the function is a container image: its runtime is in the image")
    name = known(function.runtime)
    if Arn.parse(name):
        return not_applicable(f"the runtime is customer-managed: who publishes {name} patches it")
    runtime, today = known(table().find(name)), scan.at.date()
    if runtime.customer_managed:
        return not_applicable("the runtime is customer-managed: its publisher patches it")
    if runtime.deprecated is None:
        return compliant(f"AWS has not scheduled a deprecation of {name}")
    left = (runtime.deprecated - today).days
    then = _then(runtime, today)
    if left <= max(days_ahead, 0):
        when = "was deprecated" if left <= 0 else "is deprecated"
        soon = f", in {left} days" if left > 0 else ""
        return non_compliant(f"{name} {when} on {runtime.deprecated}{soon}{then}")
    return compliant(f"{name} is supported until {runtime.deprecated}, for {left} days")


@check(severity=Severity.LOW, controls=("Security Hub Lambda.7",))
def lambda_tracing_enabled(function: Function) -> Verdict:
    """Lambda functions should be traced with X-Ray.

    Problem: X-Ray tracing is off
    Why: Without active tracing nobody sees where the time goes between a request and what the function calls.
    Fix: `aws lambda update-function-configuration --function-name NAME --tracing-config Mode=Active`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-xray-enabled.html
    """
    if known(function.tracing) == "Active":
        return compliant("tracing is Active")
    return non_compliant("tracing is PassThrough: only requests are traced whose caller asks for it")


@check(severity=Severity.LOW, opt_in=("required",))
def lambda_reserved_concurrency_set(concurrency: FunctionConcurrency, *, required: bool = False) -> Verdict:
    """Lambda functions should have concurrency reserved where the policy asks for it.

    It takes concurrency away from all other functions, so that it is asked for only with `required`.

    Problem: no concurrency is reserved
    Why: A reservation keeps a function from using up the region's concurrency, and keeps some for it.
    Fix: `aws lambda put-function-concurrency --function-name NAME --reserved-concurrent-executions NUMBER`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/lambda-concurrency-check.html
    """
    if concurrency.reserved == 0:
        return not_applicable("reserved concurrency is 0: the function is disabled, nothing can invoke it")
    if not required:
        return not_applicable("no policy asks for it: the setting required is off")
    if concurrency.reserved is None:
        return non_compliant("no concurrency is reserved: the function shares the region's with all others")
    return compliant(f"{concurrency.reserved} concurrent executions are reserved")


@check(severity=Severity.LOW)
def lambda_concurrency_pool_sufficient(region: RegionConcurrency, *, unreserved_percent: int = 20) -> Verdict:
    """Lambda concurrency should be left over for functions without a reservation.

    Less than `unreserved_percent` of the region's concurrency fails. AWS itself keeps only 100 executions unreserved.

    Problem: little Lambda concurrency is left
    Why: What functions reserve is taken from all others, which are throttled together when the rest is used up.
    Fix: `aws lambda delete-function-concurrency --function-name FUNCTION --region REGION` Or request a higher quota
      in Service Quotas.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    """
    limit, rest = known(region.limit), known(region.unreserved)
    if rest >= limit:
        return compliant(f"nothing is reserved: all functions share {limit} concurrent executions")
    text = f"{limit - rest} of {limit} concurrent executions are reserved, {rest} are left for all other functions"
    if rest * 100 < limit * unreserved_percent:
        return non_compliant(f"{text}: less than {unreserved_percent} %")
    return compliant(text)


@check(severity=Severity.MEDIUM, version=2)
def lambda_errors_alarmed(function: Function, alarms: Alarms, *, throttles: bool = False) -> Verdict:
    """Lambda functions should have an alarm on their errors that somebody hears.

    An alarm on the function or on all functions of the region counts if it acts, or a composite alarm does that
    it helps to raise. With `throttles` there must be one on throttled invocations too.

    Problem: no alarm on function errors
    Why: A function that fails all the time says so in its logs only, which nobody reads unasked.
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
    """Return the dates from which AWS blocks changes, as far as it has announced them, and the successor."""
    days = {"creating functions with it": runtime.create_block, "updating them": runtime.update_block}
    blocks = [f"{what} {_blocked(day, today)}" for what, day in days.items() if day]
    after = [f"{runtime.successor} is the newest that follows it"] if runtime.successor else []
    texts = [", ".join(blocks), *after] if blocks else after
    return f": {'; '.join(texts)}" if texts else ""


def _blocked(day: date, today: date) -> str:
    return f"{'has been' if day <= today else 'will be'} blocked from {day}"


def _alarmed(alarms: Alarms, metric: str, name: str) -> tuple[bool, str]:
    """Return whether an alarm notifies somebody of a metric of a function, and the alarm."""
    places: dict[str, dict[str, str]] = {f"of {name}": {"FunctionName": name}, "of all functions": {}}
    found = [(alarm, place) for place, of in places.items() for alarm in alarms.on("AWS/Lambda", (metric,), of)]
    if heard := known(alarms.heard(alarm for alarm, _ in found)):
        place = next(place for alarm, place in found if alarm is heard)
        return True, f"the alarm {heard.name} watches {metric} {place}"
    if found:
        silent = ", ".join(dict.fromkeys(alarm.name for alarm, _ in found))
        return False, f"{metric} is watched by {silent}, which nobody hears: no action is enabled"
    return False, f"no alarm watches {metric} of the function or of all functions"
