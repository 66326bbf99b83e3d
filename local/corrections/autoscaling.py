"""Where moto's Application Auto Scaling answers otherwise than AWS documents.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_ROLE = (
    "aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"
)
_WHERE = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_PAGE = 50


def corrections() -> dict[str, Correction]:
    """Return what corrects Application Auto Scaling, by operation."""
    prefix = "application-autoscaling:"
    return {
        f"{prefix}RegisterScalableTarget": _register,
        f"{prefix}DescribeScalableTargets": _targets,
        f"{prefix}PutScalingPolicy": _put_policy,
        f"{prefix}DescribeScalingPolicies": _policies,
        f"{prefix}DeregisterScalableTarget": _deregister,
        f"{prefix}TagResource": _tag,
        f"{prefix}UntagResource": _untag,
        f"{prefix}ListTagsForResource": _tags,
    }


def _backend(request: Request) -> Any:
    from moto.applicationautoscaling.models import applicationautoscaling_backends  # noqa: PLC0415 - moto is slow

    account, region = place(request)
    return applicationautoscaling_backends[account][region]


def _target(request: Request, where: Mapping[str, Any]) -> Any | None:
    return _backend(request).targets.get(where.get("ScalableDimension"), {}).get(where.get("ResourceId"))


def _register(request: Request) -> Answer:
    """Keep tags and what an update does not name; refuse a new target without limits, and a minimum over a maximum."""
    given = request.parameters
    target = _target(request, given)
    least = given.get("MinCapacity", getattr(target, "min_capacity", None))
    most = given.get("MaxCapacity", getattr(target, "max_capacity", None))
    if least is None or most is None:
        name = "minCapacity" if least is None else "maxCapacity"
        return request.refuse("ValidationException", f"{name} must be specified for a new scalable target")
    if least > most:
        return request.refuse("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    suspended = getattr(target, "suspended_state", None)
    status, body = request.ask()
    target = _target(request, given)
    if status == HTTPStatus.OK and target is not None:
        wanted = given.get("SuspendedState")
        if wanted is not None:
            target.suspended_state = {**dict.fromkeys(_SUSPENDED, False), **(suspended or {}), **wanted}
        target.role_arn = given.get("RoleARN") or target.role_arn
        target.further_tags = {**getattr(target, "further_tags", {}), **(given.get("Tags") or {})}
    return status, body


def _described(target: Any, account: str) -> dict[str, Any]:
    role = target.role_arn
    if role is None and target.service_namespace == "dynamodb":
        role = f"arn:aws:iam::{account}:role/{_ROLE}"
    return {
        "ServiceNamespace": target.service_namespace,
        "ResourceId": target.resource_id,
        "ScalableDimension": target.scalable_dimension,
        "MinCapacity": target.min_capacity,
        "MaxCapacity": target.max_capacity,
        "RoleARN": role,
        "CreationTime": target.creation_time,
        "SuspendedState": target.suspended_state or dict.fromkeys(_SUSPENDED, False),
        "ScalableTargetARN": target.arn,
    }


def _targets(request: Request) -> Answer:
    """Answer targets page by page: moto repeats a page's last one, and shows absent members as null."""
    given, (account, _) = request.parameters, place(request)
    found = [
        _described(target, account)
        for target in _backend(request)._flatten_scalable_targets(given["ServiceNamespace"])
        if given.get("ScalableDimension") in (None, target.scalable_dimension)
        and (not given.get("ResourceIds") or target.resource_id in given["ResourceIds"])
    ]
    return _page(found, given, "ScalableTargets")


def _page(found: list[dict[str, Any]], given: Mapping[str, Any], member: str) -> Answer:
    start, size = int(given.get("NextToken") or 0), int(given.get("MaxResults") or _PAGE)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return HTTPStatus.OK, json.dumps({member: found[start : start + size], **more})


def _put_policy(request: Request) -> Answer:
    """Put a policy on a target that is there; a second put keeps the policy's ARN and replaces its alarms."""
    given, backend = request.parameters, _backend(request)
    if _target(request, given) is None:
        message = "No scalable target registered for service namespace: {}, resource ID: {}, scalable dimension: {}"
        return request.refuse("ObjectNotFoundException", message.format(*(given[name] for name in _WHERE)))
    key = "\t".join(str(given[name]) for name in (*_WHERE, "PolicyName"))
    before = backend.policies.get(key)
    if before is not None:
        account, region = place(request)
        before.delete_alarms(account, region)
    status, body = request.ask()
    after = backend.policies.get(key)
    if status == HTTPStatus.OK and after is not None:
        _watch(after, request)
        if before is not None:
            after.policy_arn = before.policy_arn
            body = json.dumps({**json.loads(body), "PolicyARN": before.policy_arn})
    return status, body


def _watch(policy: Any, request: Request) -> None:
    """Make a policy's alarms watch its table or index, in the direction that it scales; moto watches reads only."""
    if policy.service_namespace != "dynamodb":
        return
    from moto.cloudwatch.models import Dimension, cloudwatch_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    alarms = cloudwatch_backends[account][region].alarms
    _, table, *index = policy.resource_id.split("/")
    dimensions = [Dimension("TableName", table), *(Dimension("GlobalSecondaryIndexName", name) for name in index[1:])]
    for alarm in policy.alarms:
        alarms.pop(alarm.name, None)
        kind = alarm.name.partition(f"table/{policy.resource_id.split('/')[-1]}-")[2]
        alarm.name = f"TargetTracking-{policy.resource_id}-{kind}"
        alarm.alarm_arn = f"{alarm.alarm_arn.partition(':alarm:')[0]}:alarm:{alarm.name}"
        alarm.dimensions = dimensions
        if "WriteCapacity" in policy.scalable_dimension:
            alarm.metric_name = alarm.metric_name.replace("Read", "Write")
        alarms[alarm.name] = alarm


def _policies(request: Request) -> Answer:
    """Answer the policies of exactly the resource that is asked for: moto takes any whose name is a part of it."""
    given, backend = request.parameters, _backend(request)
    from moto.applicationautoscaling.responses import _build_policy  # noqa: PLC0415 - moto takes seconds to import

    found = [
        _build_policy(policy)
        for policy in backend.policies.values()
        if policy.service_namespace == given["ServiceNamespace"]
        and given.get("ResourceId") in (None, policy.resource_id)
        and given.get("ScalableDimension") in (None, policy.scalable_dimension)
        and (not given.get("PolicyNames") or policy.policy_name in given["PolicyNames"])
    ]
    return _page(found, given, "ScalingPolicies")


def _deregister(request: Request) -> Answer:
    """Take a target's policies, with their alarms, and its scheduled actions away with it, as AWS does."""
    given, backend, (account, region) = request.parameters, _backend(request), place(request)
    status, body = request.ask()
    if status == HTTPStatus.OK:
        for key, policy in list(backend.policies.items()):
            if key.startswith("\t".join(str(given[name]) for name in _WHERE) + "\t"):
                policy.delete_alarms(account, region)
                del backend.policies[key]
        backend.scheduled_actions = [
            action
            for action in backend.scheduled_actions
            if (action.service_namespace, action.resource_id, action.scalable_dimension)
            != tuple(given[name] for name in _WHERE)
        ]
    return status, body


def _tagged(request: Request) -> Any | None:
    arn = request.parameters["ResourceARN"]
    targets = _backend(request).targets.values()
    return next((target for by_id in targets for target in by_id.values() if target.arn == arn), None)


def _tag(request: Request) -> Answer:
    target = _tagged(request)
    if target is None:
        return _missing(request)
    target.further_tags = {**getattr(target, "further_tags", {}), **request.parameters["Tags"]}
    return request.answer({})


def _untag(request: Request) -> Answer:
    target = _tagged(request)
    if target is None:
        return _missing(request)
    for key in request.parameters["TagKeys"]:
        getattr(target, "further_tags", {}).pop(key, None)
    return request.answer({})


def _tags(request: Request) -> Answer:
    target = _tagged(request)
    return _missing(request) if target is None else request.answer({"Tags": getattr(target, "further_tags", {})})


def _missing(request: Request) -> Answer:
    arn = request.parameters["ResourceARN"]
    return request.refuse("ResourceNotFoundException", f"The specified resource doesn't exist: {arn}")
