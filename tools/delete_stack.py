"""Delete a stack of Muster and everything it stored, and list what is left.

`python -m tools.delete_stack muster-dev` empties the stack's buckets to the last version, deletes the stack, waits, and
says what AWS keeps: a key that waits out its seven days, logs that were written late.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import botocore.exceptions

from muster.errors import MusterError
from muster.sdk.errors import code_of
from muster.sdk.redaction import safe
from muster.sdk.session import Clients, open_session
from muster.sdk.setup.errors import explained

ATTEMPTS = 3
"""How often the stack is deleted again because something was written to a bucket after it was emptied."""

_POLL_SECONDS = 5.0
_WAIT_SECONDS = 1800.0
_CRAWLER_LOGS = "/aws-glue/crawlers"
_SAM_STACK, _SAM_OUTPUT = "aws-sam-cli-managed-default", "SourceBucket"
"""The stack that `sam deploy` makes in each region for the bucket it uploads to, and the output with its name."""


class DeleteError(Exception):
    """What could not be deleted, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the stack, as CloudFormation lists it."""

    logical_id: str
    type: str
    physical_id: str


def delete(clients: Clients, region: str, name: str, *, poll_seconds: float = _POLL_SECONDS) -> list[str]:
    """Delete a stack and return a sentence for each thing that is left.

    Raises:
        DeleteError: there is no such stack, or something of it cannot be deleted.
    """
    cloudformation = clients.get("cloudformation", region)
    stack_id = _stack_id(cloudformation, name, region)
    resources = list(_resources(cloudformation, stack_id))
    _stop_executions(clients.get("stepfunctions", region), resources)
    for attempt in range(1, ATTEMPTS + 1):
        for bucket in _buckets(resources):
            print(f"{bucket}: {empty(clients.get('s3', region), bucket)} versions deleted", file=sys.stderr)
        cloudformation.delete_stack(StackName=stack_id)
        status = _wait(cloudformation, stack_id, poll_seconds)
        if status == "DELETE_COMPLETE":
            return [*_left(clients, region, resources), *_uploads(clients, region, name)]
        failures = _failures(cloudformation, stack_id)
        if attempt == ATTEMPTS or "not empty" not in failures:
            raise DeleteError(f"the stack {name} is {status}: {failures}")
    raise AssertionError("unreachable: the last attempt returns or raises")


def empty(s3: Any, bucket: str) -> int:
    """Delete every version and delete marker of a bucket, and return how many; a bucket that is gone has none.

    Raises:
        DeleteError: S3 refused to delete one.
    """
    count = 0
    try:
        while objects := _first_versions(s3, bucket):
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            if errors := answer.get("Errors"):
                first = errors[0]
                raise DeleteError(
                    f"s3://{bucket}/{first['Key']} cannot be deleted: {first['Code']}: {first['Message']}"
                )
            count += len(objects)
    except botocore.exceptions.ClientError as error:
        if code_of(error) != "NoSuchBucket":
            raise
    return count


def _first_versions(s3: Any, bucket: str) -> list[dict[str, str]]:
    """Return the first page of what is there, always from the start: the page before was deleted."""
    page = s3.list_object_versions(Bucket=bucket)
    found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]


def _stack_id(cloudformation: Any, name: str, region: str) -> str:
    """Return the id of a stack: by name AWS forgets it once it is deleted."""
    try:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"])
    except botocore.exceptions.ClientError as error:
        if code_of(error) == "ValidationError":
            raise DeleteError(
                f"there is no stack {name} in {region}: name one with STACK=, its region with AWS_REGION="
            ) from error
        raise


def _resources(cloudformation: Any, stack_id: str) -> Iterator[Resource]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id):
        for row in page["StackResourceSummaries"]:
            if physical_id := row.get("PhysicalResourceId"):
                yield Resource(row["LogicalResourceId"], row["ResourceType"], physical_id)


def _buckets(resources: Sequence[Resource]) -> list[str]:
    return [resource.physical_id for resource in resources if resource.type == "AWS::S3::Bucket"]


def _stop_executions(stepfunctions: Any, resources: Sequence[Resource]) -> None:
    """Stop running scans, which would write into the bucket behind us."""
    for resource in resources:
        if resource.type != "AWS::StepFunctions::StateMachine":
            continue
        try:
            pages = stepfunctions.get_paginator("list_executions").paginate(
                stateMachineArn=resource.physical_id, statusFilter="RUNNING"
            )
            for page in pages:
                for execution in page["executions"]:
                    stepfunctions.stop_execution(executionArn=execution["executionArn"], cause="the stack is deleted")
                    print(f"{execution['executionArn']}: stopped", file=sys.stderr)
        except botocore.exceptions.ClientError as error:
            if code_of(error) != "StateMachineDoesNotExist":
                raise


def _wait(cloudformation: Any, stack_id: str, poll_seconds: float) -> str:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        status = str(cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])
        if status != "DELETE_IN_PROGRESS":
            return status
        time.sleep(poll_seconds)
    raise DeleteError(f"{stack_id} is still being deleted after {_WAIT_SECONDS / 60:.0f} minutes; look at its events")


def _failures(cloudformation: Any, stack_id: str) -> str:
    """Say which resources could not be deleted and why, the latest reason of each.

    The stack itself has a reason only when nothing was tried: another stack imports what this one exports.
    """
    reasons: dict[str, str] = {}
    of_stack: list[str] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for event in page["StackEvents"]:
            reason = event.get("ResourceStatusReason", "no reason given")
            if event.get("PhysicalResourceId") == stack_id:
                of_stack.append(reason)
            elif event.get("ResourceStatus") == "DELETE_FAILED":
                reasons.setdefault(event["LogicalResourceId"], reason)
    if not reasons:
        return of_stack[0] if of_stack else "no reason given"
    return "; ".join(f"{logical_id}: {reason}" for logical_id, reason in sorted(reasons.items()))


def _left(clients: Clients, region: str, resources: Sequence[Resource]) -> Iterator[str]:
    """Yield a sentence for what outlives the stack."""
    kms, logs = clients.get("kms", region), clients.get("logs", region)
    for resource in resources:
        if resource.type == "AWS::KMS::Key":
            yield from _pending_key(kms, resource.physical_id)
        elif resource.type == "AWS::Logs::LogGroup" and _log_group_exists(logs, resource.physical_id):
            yield f"the log group {resource.physical_id} was written to after it was deleted: delete it by hand"
    for bucket in _buckets(resources):
        if _bucket_exists(clients.get("s3", region), bucket):
            yield f"the bucket {bucket} is still there"
    if _log_group_exists(logs, _CRAWLER_LOGS):
        yield f"the log group {_CRAWLER_LOGS} is shared by all Glue crawlers of the account and is no part of the stack"


def _uploads(clients: Clients, region: str, name: str) -> Iterator[str]:
    """Yield a sentence for what `sam deploy` uploaded: `s3_prefix` in samconfig.toml is the stack's name."""
    try:
        stacks = clients.get("cloudformation", region).describe_stacks(StackName=_SAM_STACK)["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", ())}
        bucket = outputs.get(_SAM_OUTPUT)
        found = bucket and clients.get("s3", region).list_object_versions(Bucket=bucket, Prefix=f"{name}/", MaxKeys=1)
    except botocore.exceptions.ClientError:
        # SAM never deployed here, or its bucket is not ours to read: the stack is deleted all the same.
        return
    if found and (found.get("Versions") or found.get("DeleteMarkers")):
        yield (
            f"s3://{bucket}/{name}/ holds what 'sam deploy' uploaded, in the bucket that SAM shares among all stacks "
            f"of {region}: if nothing else is deployed from that prefix, 'aws s3 rm --recursive s3://{bucket}/{name}/'"
        )


def _pending_key(kms: Any, key_id: str) -> Iterator[str]:
    try:
        key = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except botocore.exceptions.ClientError as error:
        if code_of(error) == "NotFoundException":
            return
        raise
    until = f" until {key['DeletionDate'].astimezone(UTC):%Y-%m-%d %H:%M} UTC" if "DeletionDate" in key else ""
    yield f"the key {key['Arn']} is {key['KeyState']}{until}; it costs nothing meanwhile"


def _log_group_exists(logs: Any, name: str) -> bool:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)


def _bucket_exists(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except botocore.exceptions.ClientError as error:
        return code_of(error) not in ("404", "NoSuchBucket")
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, delete, and print what is left."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.delete_stack", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("stack", nargs="?", help="the stack's name, for example muster-dev")
    parser.add_argument("--region", help="where the stack is; otherwise AWS_REGION or the profile's region")
    parser.add_argument("--profile", help="the profile to use")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    chosen = parser.parse_args(arguments)
    if not chosen.stack:
        parser.error("name the stack, for example: make delete STACK=muster-dev")
    try:
        session = open_session(chosen.profile, chosen.region or os.environ.get("AWS_REGION"))
        if not session.region_name:
            parser.error("name the stack's region with --region or AWS_REGION")
        if not chosen.yes and not _confirmed(chosen.stack, session.region_name):
            print("nothing was deleted; --yes deletes without asking", file=sys.stderr)
            return 2
        left = delete(Clients(session), session.region_name, chosen.stack)
    except (DeleteError, MusterError, botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        print(f"delete_stack: {_sentence(error, chosen.profile)}", file=sys.stderr)
        return 1
    print(f"{chosen.stack} is deleted. What is left:" if left else f"{chosen.stack} is deleted; nothing is left.")
    for sentence in left:
        print(f"- {sentence}")
    return 0


def _sentence(error: Exception, profile: str | None) -> str:
    if isinstance(error, botocore.exceptions.BotoCoreError):
        return explained(error, profile)
    return str(error) if isinstance(error, DeleteError | MusterError) else safe(str(error), 400)


def _confirmed(stack: str, region: str) -> bool:
    if not sys.stdin.isatty():
        return False
    print(
        f"This deletes {stack} in {region} with all its reports, findings and state. Type its name to go on: ", end=""
    )
    return input().strip() == stack


if __name__ == "__main__":
    sys.exit(main())
