"""Checks of AWS Config."""

import functools

from muster.data import package_data
from muster.facets.security.config import ALL, Recorder, RecorderStatus
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import (
    ACCOUNT,
    REGION,
    Resource,
    Severity,
    Verdict,
    compliant,
    known,
    non_compliant,
)
from muster.model.text import listed

_ROLE = "role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
_IAM = frozenset({"AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::Policy"})
_NAMED = 5


@check(severity=Severity.CRITICAL, controls=("FSBP Config.1",))
def config_recorder_enabled(  # noqa: PLR0913 - three facets and three settings
    recorder: Recorder,
    status: RecorderStatus,
    region: Resource,
    *,
    resource_types: tuple[str, ...] = (),
    service_linked_role: bool = True,
    global_region: str = "",
) -> Verdict:
    """AWS Config should record resources with its service-linked role.

    The recorder must record each type in `resource_types`; by default those of all FSBP controls. IAM users, groups,
    roles and policies must be recorded in `global_region` only, and in no region if it is empty. Daily recording
    passes. With `service_linked_role: false` any role passes.

    Problem: AWS Config does not record
    Why: Without the recorder you cannot see how a resource was changed, and Security Hub cannot check it.
    Fix: Without a recorder, create one: `aws configservice put-configuration-recorder --configuration-recorder
      name=default,roleARN=arn:PARTITION:iam::ACCOUNT:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig
      --recording-group '{"allSupported": true, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}'`
      Without a delivery channel, create one next. The policy of the bucket must let AWS Config write to it. `aws
      configservice put-delivery-channel --delivery-channel name=default,s3BucketName=BUCKET-NAME` Then start the
      recorder, also one that is stopped: `aws configservice start-configuration-recorder --configuration-recorder-name
      RECORDER-NAME` If the recorder has another role or does not record all types, save it (this needs jq): `aws
      configservice describe-configuration-recorders --output json | jq '{ConfigurationRecorder:
      (first(.ConfigurationRecorders[] | select(.servicePrincipal == null)) | del(.arn, .recordingScope))}' >
      RECORDER-FILE.json` In the file, change roleARN or recordingGroup. Put it back: `aws configservice
      put-configuration-recorder --cli-input-json file://RECORDER-FILE.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html#config-1
    """
    if not recorder.exists:
        return non_compliant("Region has no customer managed configuration recorder", recorder_name="default")
    if not known(status.recording):
        return non_compliant("Configuration recorder is stopped", recorder_name=recorder.name)
    arn = Arn.parse(recorder.role)
    if service_linked_role and (arn is None or arn.resource != _ROLE):
        return non_compliant(f"Configuration recorder uses {recorder.role or 'no role'}, not the service-linked role")
    wanted = frozenset(resource_types) or _types_of_controls()
    wanted = wanted | _IAM if region.region == global_region else wanted - _IAM
    missing = set(known(recorder.misses(wanted)))
    if region.region == global_region and recorder.strategy == ALL and not recorder.iam:
        missing |= _IAM
    if missing:
        return non_compliant(f"Configuration recorder does not record {listed(sorted(missing), _NAMED)}")
    failed = f"; its last delivery failed: {status.error}" if status.error else ""
    return compliant(f"Configuration recorder records the resource types{failed}")


@functools.cache
def _types_of_controls() -> frozenset[str]:
    """Return the types of resources that FSBP's controls are about."""
    held = package_data.read("controls", "fsbp.yaml")["controls"]
    folder = ("controls", "security_hub")
    documents = (package_data.read(*folder, name) for name in package_data.names(*folder))
    types = {
        kind for document in documents for name, each in document.items() if name in held
        for kind in each["resource_types"]
    }  # fmt: skip
    return frozenset(types - {ACCOUNT, REGION})
