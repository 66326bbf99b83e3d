"""What Lambda answers about functions, who may invoke them, and the account's concurrency."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.policies.document import Policy, policy_of
from muster.analysis.secrets.detection import secret_like
from muster.model.arn import Arn
from muster.model.finding import Unknown

LATEST = "$LATEST"
"""The qualifier of the version that is not published: what an ARN without a qualifier means."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function; `runtime` is empty for an image, and an ARN where a customer publishes it.

    `dead_letter` is an ARN, empty where there is none.

    Of the environment only the names of what looks like a secret are kept, each with the reason: values are forgotten
    as soon as they are parsed, so that they cannot get into findings, logs or memory dumps.
    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
    """

    name: str | Unknown
    package: str | Unknown
    runtime: str | Unknown
    timeout: int | Unknown
    tracing: str | Unknown
    dead_letter: str
    variables: int | Unknown
    secrets: tuple[tuple[str, str], ...] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of ListFunctions."""
        package = _one_of({"Zip", "Image"}, "PackageType", response.get("PackageType"))
        variables, secrets = _environment(response.get("Environment") or {})
        timeout = response.get("Timeout")
        return cls(
            name=response.get("FunctionName") or Unknown("AWS did not say what the function is called"),
            package=package,
            runtime=_runtime(package, response),
            timeout=timeout if isinstance(timeout, int) else Unknown("AWS did not say what the timeout is"),
            tracing=_one_of({"Active", "PassThrough"}, "Mode", (response.get("TracingConfig") or {}).get("Mode")),
            dead_letter=str((response.get("DeadLetterConfig") or {}).get("TargetArn") or ""),
            variables=variables,
            secrets=secrets,
        )


@dataclass(frozen=True, slots=True)
class FunctionPolicy:
    """The resource-based policy of a function itself, not of its versions and aliases, which have their own."""

    policy: Policy | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetPolicy; a function without a policy can be invoked from its own account only."""
        return cls(policy_of(response.get("Policy"), "the function"))


@dataclass(frozen=True, slots=True)
class FunctionUrls:
    """The URLs of a function, as (the qualifier that each invokes, how callers are authenticated)."""

    urls: tuple[tuple[str, str | Unknown], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListFunctionUrlConfigs."""
        return cls(
            tuple(
                (
                    qualifier(str(item.get("FunctionArn"))),
                    _one_of({"NONE", "AWS_IAM"}, "AuthType", item.get("AuthType")),
                )
                for item in response.get("FunctionUrlConfigs") or ()
            )
        )


@dataclass(frozen=True, slots=True)
class AsynchronousDestinations:
    """Where failed asynchronous events go, as (qualifier, ARN); the ARN is empty where they go nowhere.

    A qualifier is in it when somebody configured how it is invoked asynchronously.
    """

    on_failure: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of ListFunctionEventInvokeConfigs."""
        return cls(
            tuple(
                (qualifier(str(item.get("FunctionArn"))), failure_destination(item))
                for item in response.get("FunctionEventInvokeConfigs") or ()
            )
        )


@dataclass(frozen=True, slots=True)
class FunctionConcurrency:
    """The concurrency that is reserved for a function; None if nothing is, 0 if it cannot run at all."""

    reserved: int | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetFunctionConcurrency, which is empty where nothing is reserved."""
        return cls(response.get("ReservedConcurrentExecutions"))


@dataclass(frozen=True, slots=True)
class RegionConcurrency:
    """How many invocations the region runs at once, and how many of them no function has reserved."""

    limit: int | Unknown
    unreserved: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetAccountSettings."""
        limits = response.get("AccountLimit") or {}
        names = ("ConcurrentExecutions", "UnreservedConcurrentExecutions")
        return cls(*(limits.get(name, Unknown(f"AWS did not say what {name} is")) for name in names))


def qualifier(arn: str) -> str:
    """Return the version or alias that a function's ARN names."""
    function = Arn.parse(arn)
    return (function.path[2:3] or (LATEST,))[0] if function else LATEST


def failure_destination(item: Mapping[str, Any]) -> str:
    """Return where a configuration sends what failed; empty if it says nothing of it."""
    on_failure = (item.get("DestinationConfig") or {}).get("OnFailure") or {}
    return str(on_failure.get("Destination") or "")


def _runtime(package: str | Unknown, response: Mapping[str, Any]) -> str | Unknown:
    if package == "Image":
        return ""
    said = (response.get("RuntimeConfig") or {}).get("RuntimeArn") or response.get("Runtime")
    return str(said) if said else Unknown("AWS did not say which runtime the function uses")


def _environment(said: Mapping[str, Any]) -> tuple[int | Unknown, tuple[tuple[str, str], ...] | Unknown]:
    if error := said.get("Error"):
        unknown = Unknown(f"AWS could not read the environment variables: {error.get('ErrorCode', 'no reason given')}")
        return unknown, unknown
    variables = said.get("Variables") or {}
    found = ((str(name), secret_like(str(name), str(value))) for name, value in sorted(variables.items()))
    return len(variables), tuple((name, reason) for name, reason in found if reason)


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")
