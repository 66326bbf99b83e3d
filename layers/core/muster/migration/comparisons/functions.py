"""Comparisons of Lambda functions: existence, runtime, size, package and network."""

from collections.abc import Mapping
from typing import Any

from muster.migration.comparison import compares
from muster.migration.relatives import FUNCTION
from muster.migration.sides import Side, Source, Target
from muster.model.arn import Arn
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 6
_SMALLEST_DISK = 512
_IMAGE = "Image"


@compares(FUNCTION, severity=Severity.CRITICAL, existence=True)
def target_function_exists(source: Source, target: Target) -> Verdict:
    """Target functions should exist and be ready to run.

    Problem: no target function
    Why: Without its function the application does not work in the target region.
    Fix: Deploy the function in the target region with the tool that deploys it at the source; its code is not copied.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    for side in (source, target):
        if not side.own.exists:
            return non_compliant(f"there is no function {side.resource.id} in {side.resource.region}")
    configuration(source)
    found = configuration(target)
    state = str(found.get("State") or "Active")
    if state in ("Failed", "Deleting"):
        return non_compliant(f"the function is {state} ({found.get('StateReasonCode') or 'no reason given'})")
    if found.get("LastUpdateStatus") == "Failed":
        return non_compliant(f"the last update failed ({found.get('LastUpdateStatusReasonCode') or 'no reason given'})")
    return compliant(f"the function exists and is {state}")


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_runtime_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the runtime of their source; the runtime of an image is in the image.

    Problem: runtime differs from the source
    Why: Code that was tested with one runtime may fail with another, at the first call or much later.
    Fix: `aws lambda update-function-configuration --function-name NAME --runtime RUNTIME`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    """
    if _IMAGE in (_package(source), _package(target)):
        return not_applicable("an image brings its runtime")
    return _same("runtime", _runtime(source), _runtime(target))


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_memory_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the memory of their source.

    Problem: memory differs from the source
    Why: Memory decides CPU too: a function with less of it is slower, and may be stopped.
    Fix: `aws lambda update-function-configuration --function-name NAME --memory-size MEGABYTES`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    """
    return _same("memory in MB", _stated(source, "MemorySize"), _stated(target, "MemorySize"))


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_timeout_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the timeout of their source.

    Problem: timeout differs from the source
    Why: A function with a shorter timeout is stopped in the middle of its work.
    Fix: `aws lambda update-function-configuration --function-name NAME --timeout SECONDS`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
    """
    return _same("timeout in seconds", _stated(source, "Timeout"), _stated(target, "Timeout"))


@compares(FUNCTION, severity=Severity.HIGH)
def target_function_package_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the package type, the handler and the architecture of their source.

    Of an image, entry point, command and working directory are compared.

    Problem: package differs from the source
    Why: A function with another handler or architecture does not start with the same code.
    Fix: `aws lambda update-function-configuration --function-name NAME --handler HANDLER`
      `aws lambda update-function-code --function-name NAME --architectures ARCHITECTURE --s3-bucket CODE-BUCKET
      --s3-key CODE-KEY` The package type cannot be changed: delete the function and create it again.
    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-deploy-functions.html
    """
    return _all_same(_packaging(source), _packaging(target))


@compares(FUNCTION, severity=Severity.MEDIUM)
def target_function_storage_matches(source: Source, target: Target) -> Verdict:
    """Target functions should have the ephemeral storage of their source: 512 MB, where nothing else is set.

    Problem: ephemeral storage differs
    Why: A function with a smaller /tmp fails when it is full.
    Fix: `aws lambda update-function-configuration --function-name NAME --ephemeral-storage Size=MEGABYTES`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
    """
    return _same("ephemeral storage in MB", _disk(source), _disk(target))


@compares(FUNCTION, severity=Severity.MEDIUM)
def target_function_layers_match(source: Source, target: Target) -> Verdict:
    """Target functions should have layers with the names of their source's, in the same order.

    Layers are of one region, so that accounts and versions may differ.

    Problem: layers differ from the source
    Why: A function without one of its layers fails when it imports what is in it.
    Fix: `aws lambda update-function-configuration --function-name NAME --layers LAYER-ARN`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
    """
    theirs, ours = _layers(source), _layers(target)
    if not theirs and not ours:
        return not_applicable("neither function has layers")
    if theirs != ours:
        return non_compliant(f"the layers are {_names(ours)}, those of the source {_names(theirs)}")
    return compliant(f"the layers are {_names(ours)}, as at the source")


@compares(FUNCTION, severity=Severity.MEDIUM)
def target_function_network_matches(source: Source, target: Target) -> Verdict:
    """Target functions should be in a VPC if their source is, and mount as many file systems.

    Subnets, security groups and file systems are of one region: which they are is not compared.

    Problem: in a VPC on one side only
    Why: A function outside of its VPC does not reach databases there, and one inside may not reach the internet.
    Fix: `aws lambda update-function-configuration --function-name NAME --vpc-config
      SubnetIds=SUBNET-ID,SecurityGroupIds=GROUP-ID`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    return _all_same(_network(source), _network(target))


@compares(FUNCTION, severity=Severity.LOW)
def target_function_code_matches(source: Source, target: Target) -> Verdict:
    """Target functions should run the code of their source: the same package, or the same image.

    Packages are compared by their hash, images by their digest. The same files packed twice have two hashes: a
    difference is a reason to look, no proof.

    Problem: code may differ from the source
    Why: A version that was deployed to one side only shows as errors when traffic moves.
    Fix: `aws lambda update-function-code --function-name NAME --s3-bucket CODE-BUCKET --s3-key CODE-KEY` Deploy the
      same package to both regions.
    Source: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
    """
    theirs, ours = _code(source), _code(target)
    if theirs != ours:
        return non_compliant(
            f"the code is {ours[:19]}…, that of the source {theirs[:19]}…: packed twice, or other code"
        )
    return compliant(f"the code is {ours[:19]}…, as at the source")


@compares(FUNCTION, severity=Severity.MEDIUM)
def target_function_encrypted(source: Source, target: Target) -> Verdict:
    """Target functions should encrypt their environment with a customer managed key where their source does.

    Problem: no customer managed key
    Why: Variables that a key's policy protected can be read by everybody who may read the function.
    Fix: `aws lambda update-function-configuration --function-name NAME --kms-key-arn KEY-ARN`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    if not configuration(source).get("KMSKeyArn"):
        return not_applicable("the source has no customer managed key")
    key = str(configuration(target).get("KMSKeyArn") or "")
    if not key:
        return non_compliant("there is no customer managed key; the source has one")
    region = Arn.of(key).region
    if region != target.resource.region:
        return non_compliant(f"the key is in {region}")
    return compliant(f"the key is {key}")


def configuration(side: Side) -> Mapping[str, Any]:
    """Return the configuration of GetFunction; while it is being changed nothing is known of it.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    found: Mapping[str, Any] = side.own.answer("function")["Configuration"]
    for name, busy in (("State", "Pending"), ("LastUpdateStatus", "InProgress")):
        if found.get(name) == busy:
            known(Unknown(f"the function in {side.resource.region} is being changed ({name} {busy}): try again later"))
    return found


def _stated(side: Side, name: str) -> Any:
    value = configuration(side).get(name)
    return (
        known(Unknown(f"AWS did not say the {name} of the function in {side.resource.region}"))
        if value is None
        else value
    )


def _package(side: Side) -> str:
    return str(configuration(side).get("PackageType") or "Zip")


def _runtime(side: Side) -> Any:
    found = configuration(side)
    return (found.get("RuntimeConfig") or {}).get("RuntimeArn") or _stated(side, "Runtime")


def _packaging(side: Side) -> dict[str, Any]:
    found = configuration(side)
    response = found.get("ImageConfigResponse") or {}
    if error := response.get("Error"):
        known(Unknown(f"AWS could not read the settings of the image: {error.get('ErrorCode')}"))
    image = response.get("ImageConfig") or {}
    return {
        "package type": _package(side),
        "architecture": ", ".join(found.get("Architectures") or ["x86_64"]),
        "handler": found.get("Handler") or "",
        **{name: image.get(name) or "" for name in ("EntryPoint", "Command", "WorkingDirectory")},
    }


def _disk(side: Side) -> int:
    return int((configuration(side).get("EphemeralStorage") or {}).get("Size") or _SMALLEST_DISK)


def _layers(side: Side) -> tuple[str, ...]:
    return tuple(Arn.of(each["Arn"]).path[1] for each in configuration(side).get("Layers") or ())


def _network(side: Side) -> dict[str, Any]:
    found = configuration(side)
    subnets = (found.get("VpcConfig") or {}).get("SubnetIds")
    paths = [str(each.get("LocalMountPath")) for each in found.get("FileSystemConfigs") or ()]
    return {"network": "a VPC" if subnets else "no VPC", "mount paths": ", ".join(sorted(paths)) or "none"}


def _code(side: Side) -> str:
    """Return the hash of a package, or the digest of an image, whose host names the region."""
    if _package(side) != _IMAGE:
        return str(_stated(side, "CodeSha256"))
    image = str((side.own.answer("function").get("Code") or {}).get("ResolvedImageUri") or "")
    digest = image.partition("@")[2]
    return digest or known(Unknown(f"AWS did not say which image runs in {side.resource.region}"))


def _names(names: tuple[str, ...]) -> str:
    return listed(list(names), _SHOWN) if names else "none"


def _same(what: str, theirs: Any, ours: Any) -> Verdict:
    return _all_same({what: theirs}, {what: ours})


def _all_same(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Verdict:
    wrong = [
        f"{name} is {ours[name] or 'not set'}, at the source {theirs[name] or 'not set'}"
        for name in theirs
        if theirs[name] != ours[name]
    ]
    if wrong:
        return non_compliant("; ".join(wrong))
    same = ", ".join(f"{name} is {value}" for name, value in ours.items() if value)
    return compliant(f"{same}, as at the source")
