"""A Lambda function as properties; the code of a zip package cannot be read back.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
"""

from collections.abc import Iterator
from typing import Any

from muster.properties.consuming import Part, Sections, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.properties.shaped import Shape, shaped, whole
from muster.snapshots.snapshot import Snapshot

FUNCTION = "AWS::Lambda::Function"

_FOLLOWS = (
    "FunctionArn", "CodeSize", "LastModified", "CodeSha256", "Version", "RevisionId", "StateReason", "StateReasonCode",
    "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "SigningProfileVersionArn", "SigningJobArn",
    "RuntimeVersionConfig", "ConfigSha256",
)  # fmt: skip
"""What follows from the code, from time or from other settings."""
_SETTINGS: Shape = {
    **whole("FunctionName", "Role", "Handler", "Runtime", "Timeout", "MemorySize", "PackageType", "Architectures"),
    "DeadLetterConfig": whole("TargetArn"),
    "TracingConfig": whole("Mode"),
    "EphemeralStorage": whole("Size"),
    "LoggingConfig": whole("LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"),
    "TenancyConfig": whole("TenantIsolationMode"),
    "DurableConfig": whole("ExecutionTimeout", "RetentionPeriodInDays", "KMSKeyArn"),
    "FileSystemConfigs": {"Arn": None, "LocalMountPath": None, "S3FilesConfig": whole("DirectS3Read")},
}
_CODE = "the code of a zip package cannot be read back, and an import would replace it"
_BUSY = frozenset({"InProgress", "Pending", "Deleting"})
_BESIDE = {
    "event-invoke": ("FunctionEventInvokeConfigs", "settings of asynchronous invocation"),
    "event-sources": ("EventSourceMappings", "event source mappings"),
    "url": ("FunctionUrlConfigs", "URLs"),
    "aliases": ("Aliases", "aliases"),
    "provisioned": ("ProvisionedConcurrencyConfigs", "provisioned concurrency"),
    "policy": ("Policy", "permissions to invoke it"),
}
"""Sections that are about resources of their own, with the member that says whether there are any.

Where they cannot be read, the function can still be written.
"""


@converts(FUNCTION)
def function(snapshot: Snapshot) -> Conversion:
    """Return a function; of a zip package the obstacle is `function.Code`, of an image the running digest is known."""
    sections = Sections(snapshot)
    answer = sections.part("function")
    part = answer.part("Configuration")
    name = str(part.members.get("FunctionName") or snapshot.resource.id)
    concurrency = answer.part("Concurrency").take("ReservedConcurrentExecutions")
    properties = {
        **_settings(part),
        "Code": _code(answer, part),
        "ReservedConcurrentExecutions": concurrency,
        "CodeSigningConfigArn": _code_signing(sections.part("code-signing")),
        "RuntimeManagementConfig": _runtime(sections.part("runtime-management")),
        "RecursiveLoop": _recursion(sections.part("recursion")),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    made = TemplateResource(FUNCTION, name, without(properties), {"FunctionName": name})
    return sections.conversion(made, remarks=tuple(_remarks(sections)))


def _settings(part: Part) -> dict[str, Any]:
    part.drop(*_FOLLOWS)
    for name in ("State", "LastUpdateStatus"):
        if (state := part.take(name)) in _BUSY:
            part.obstacle(f"the function is being changed ({state}): try again later", name)
    part.refuse("MasterArn", "Lambda@Edge makes the replicas of a function itself")
    part.refuse("CapacityProviderConfig", "the scaling of a function on managed instances is not read")
    start = part.part("SnapStart")
    start.drop("OptimizationStatus")
    applied = start.take("ApplyOn")
    found = {
        name: without(value) if isinstance(value, dict) else value for name, value in shaped(part, _SETTINGS).items()
    }
    return {
        **found,
        "Description": part.take("Description") or None,
        "Environment": _environment(part.part("Environment")),
        "ImageConfig": _image(part.part("ImageConfigResponse")),
        "KmsKeyArn": part.take("KMSKeyArn") or None,
        "Layers": [_layer(each) for each in part.parts("Layers")],
        "SnapStart": {"ApplyOn": applied} if applied not in (None, "None") else None,
        "VpcConfig": _vpc(part.part("VpcConfig")),
    }


def _environment(part: Part) -> dict[str, Any]:
    """Return the variables. They are not said in any reason: values may be secrets."""
    error = part.take("Error")
    if error:
        part.obstacle(f"AWS could not read the environment variables: {error.get('ErrorCode')}", "Variables")
    return without({"Variables": part.take("Variables")})


def _image(part: Part) -> dict[str, Any]:
    if error := part.take("Error"):
        part.obstacle(f"AWS could not read the image's settings: {error.get('ErrorCode')}", "Error")
    return without(shaped(part.part("ImageConfig"), whole("EntryPoint", "Command", "WorkingDirectory")))


def _layer(part: Part) -> object:
    part.drop("CodeSize", "SigningProfileVersionArn", "SigningJobArn")
    return part.take("Arn")


def _vpc(part: Part) -> dict[str, Any]:
    """Return the VPC settings; a function in no VPC answers empty lists."""
    part.drop("VpcId")
    found = without(part.copy("SubnetIds", "SecurityGroupIds"))
    dual = part.take("Ipv6AllowedForDualStack")
    return found | ({"Ipv6AllowedForDualStack": True} if dual and found else {})


def _code(answer: Part, configuration: Part) -> dict[str, Any]:
    """Return the code where AWS says exactly which it is: an image by its digest, or an object that is referred to."""
    part = answer.part("Code")
    part.drop("RepositoryType", "ImageUri", "Location")
    if error := part.take("Error"):
        part.obstacle(f"AWS could not find the code: {error.get('ErrorCode')}", "Error")
    image, key = part.take("ResolvedImageUri"), part.take("SourceKMSKeyArn")
    stored = part.part("ResolvedS3Object").copy("S3Bucket", "S3Key", "S3ObjectVersion")
    if configuration.members.get("PackageType") == "Image":
        if not image:
            part.obstacle("AWS does not say which image runs", "ResolvedImageUri")
        return without({"ImageUri": image, "SourceKMSKeyArn": key})
    if stored:
        return without({**stored, "S3ObjectStorageMode": "REFERENCE", "SourceKMSKeyArn": key})
    if answer:
        answer.obstacle(_CODE, "Code")
    return {}


def _code_signing(part: Part) -> object:
    part.drop("FunctionName")
    return part.take("CodeSigningConfigArn") or None


def _runtime(part: Part) -> dict[str, Any]:
    """Return how the runtime is updated, where that is not as by default."""
    part.drop("FunctionArn")
    found = without(part.copy("UpdateRuntimeOn", "RuntimeVersionArn"))
    return {} if found.get("UpdateRuntimeOn") == "Auto" else found


def _recursion(part: Part) -> object:
    """Return whether recursive loops are allowed; by default Lambda ends them."""
    loop = part.take("RecursiveLoop")
    return None if loop == "Terminate" else loop


def _remarks(sections: Sections) -> Iterator[str]:
    for name, (member, words) in _BESIDE.items():
        if not sections.has(name):
            sections.skip(name)
            continue
        part = sections.part(name)
        if part.has(member):
            yield f"its {words} are resources of their own: they are left out and stay as they are"
        part.drop(*part.members)
