"""Lambda: functions, the policies and URLs by which they are invoked, and the region's concurrency."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.analysis.secrets.detection import secret_like
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown

LATEST = "$LATEST"
"""The qualifier of the version that is not published: what an ARN without a qualifier means."""
_AUTHENTICATION = kinds.one_of("NONE", "AWS_IAM")


def qualifier(arn: str) -> str:
    """Return the version or alias that a function's ARN names."""
    function = Arn.parse(arn)
    return (function.path[2:3] or (LATEST,))[0] if function else LATEST


def failure_destination(item: Answer) -> str:
    """Return the ARN that a configuration sends failed events to; empty where it names none."""
    on_failure = (item.get("DestinationConfig") or {}).get("OnFailure") or {}
    return str(on_failure.get("Destination") or "")


def _runtime(response: Answer) -> str | Unknown:
    if response.get("PackageType") == "Image":
        return ""
    runtime = (response.get("RuntimeConfig") or {}).get("RuntimeArn") or response.get("Runtime")
    return kinds.stated(runtime and str(runtime), "Runtime", "the runtime of the function")


def _unread(environment: Answer) -> Unknown | None:
    error = environment.get("Error")
    reason = error.get("ErrorCode", "no reason given") if error else ""
    return Unknown(f"AWS could not read the environment variables: {reason}") if error else None


def _variables(value: Any, _name: str, _question: str = "") -> int | Unknown:
    environment = value or {}
    return _unread(environment) or len(environment.get("Variables") or {})


def _secrets(value: Any, _name: str, _question: str = "") -> tuple[tuple[str, str], ...] | Unknown:
    environment = value or {}
    variables = environment.get("Variables") or {}
    reasons = ((str(name), secret_like(str(name), str(text))) for name, text in sorted(variables.items()))
    return _unread(environment) or tuple((name, reason) for name, reason in reasons if reason)


@facet
class Function(Parsed):
    """One function of ListFunctions; `runtime` is empty for an image, and an ARN where a customer publishes it.

    `dead_letter` and `kms_key` are ARNs, `vpc` is an ID, each empty where there is none. AWS returns an empty VpcConfig
    for a function that left its VPC.

    Of the environment only the names of what looks like a secret are kept, each with the reason: values are forgotten
    as soon as they are parsed, so that they cannot get into findings, logs or memory dumps.
    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
    """

    name: str | Unknown = read("FunctionName", kinds.stated, "the name of the function")
    package: str | Unknown = read("PackageType", kinds.one_of("Zip", "Image"))
    runtime: str | Unknown = computed(_runtime)
    timeout: int | Unknown = read("Timeout", kinds.number, "the timeout of the function")
    tracing: str | Unknown = read("TracingConfig.Mode", kinds.one_of("Active", "PassThrough"))
    dead_letter: str = read("DeadLetterConfig.TargetArn", kinds.text)
    variables: int | Unknown = read("Environment", _variables)
    secrets: tuple[tuple[str, str], ...] | Unknown = read("Environment", _secrets)
    vpc: str = read("VpcConfig.VpcId", kinds.text, default="")
    subnets: tuple[str, ...] = read("VpcConfig.SubnetIds", kinds.texts, default=())
    layers: tuple[str, ...] = read("Layers", kinds.text_of_each("Arn"), default=())
    kms_key: str = read("KMSKeyArn", kinds.text, default="")


@facet
class FunctionPolicy(Parsed):
    """GetPolicy: the resource-based policy of a function itself, not of its versions and aliases, which have their own.

    A function without a policy can be invoked from its own account only.
    """

    policy: Policy | Unknown = computed(lambda response: policy_of(response.get("Policy"), "the function"))


def _url(item: Answer) -> tuple[str, str | Unknown]:
    return qualifier(str(item.get("FunctionArn"))), _AUTHENTICATION(item.get("AuthType"), "AuthType")


def _origins(item: Answer) -> tuple[str, tuple[str, ...], bool]:
    cors = item.get("Cors") or {}
    origins = tuple(str(origin) for origin in cors.get("AllowOrigins") or ())
    return qualifier(str(item.get("FunctionArn"))), origins, cors.get("AllowCredentials") is True


@dataclass(frozen=True, slots=True)
class FunctionUrls:
    """ListFunctionUrlConfigs: (the qualifier that each URL invokes, how callers are authenticated).

    `origins` are (the qualifier, the origins that may call the URL from a browser, whether with credentials).
    """

    urls: tuple[tuple[str, str | Unknown], ...]
    origins: tuple[tuple[str, tuple[str, ...], bool], ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListFunctionUrlConfigs, all pages joined."""
        items = tuple(response.get("FunctionUrlConfigs") or ())
        return cls(tuple(map(_url, items)), tuple(map(_origins, items)))


def _on_failure(item: Answer) -> tuple[str, str]:
    return qualifier(str(item.get("FunctionArn"))), failure_destination(item)


@facet
class AsynchronousDestinations(Parsed):
    """ListFunctionEventInvokeConfigs: where failed asynchronous events go, as (qualifier, ARN).

    The ARN is empty where they go nowhere. A qualifier is in it when somebody configured how it is invoked
    asynchronously.
    """

    on_failure: tuple[tuple[str, str], ...] = read("FunctionEventInvokeConfigs", kinds.many(_on_failure))


@facet
class FunctionConcurrency(Parsed):
    """GetFunctionConcurrency: the concurrency reserved for a function; None if nothing is, 0 if it cannot run."""

    reserved: int | None = read("ReservedConcurrentExecutions", kinds.as_is)


@facet
class RegionConcurrency(Parsed):
    """GetAccountSettings: how many invocations the region runs at once, and how many no function has reserved."""

    limit: int | Unknown = read("AccountLimit.ConcurrentExecutions", kinds.number)
    unreserved: int | Unknown = read("AccountLimit.UnreservedConcurrentExecutions", kinds.number)
