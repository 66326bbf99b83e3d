"""Scalable targets and scaling policies of Application Auto Scaling.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalabletarget.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _target(properties: Properties, region: str, _account: str) -> Made:
    scaling = client("application-autoscaling", region)
    where = chosen(properties, *_TARGET)
    given: dict[str, Any] = chosen(properties, "MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState")
    if tags := tags_of(properties):
        given["Tags"] = tags
    scaling.register_scalable_target(**where, **given)
    for action in properties.get("ScheduledActions", ()):
        times = {key: _instant(action[key]) for key in ("StartTime", "EndTime") if key in action}
        scaling.put_scheduled_action(**where, **{**action, **times})
    return _target_id(where), {"Id": _target_id(where)}


def _target_id(where: Properties) -> str:
    """Return what Ref gives, e.g. `table/orders|dynamodb:table:ReadCapacityUnits|dynamodb`."""
    return f"{where['ResourceId']}|{where['ScalableDimension']}|{where['ServiceNamespace']}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _where(target_id: str) -> dict[str, str]:
    resource, dimension, namespace = target_id.split("|")
    return {"ServiceNamespace": namespace, "ResourceId": resource, "ScalableDimension": dimension}


def _find_target(identifier: Properties, region: str, _account: str) -> Made:
    scaling = client("application-autoscaling", region)
    found = scaling.describe_scalable_targets(
        ServiceNamespace=identifier["ServiceNamespace"],
        ResourceIds=[identifier["ResourceId"]],
        ScalableDimension=identifier["ScalableDimension"],
    )
    if not found["ScalableTargets"]:
        raise LookupError(identifier["ResourceId"])
    return _target_id(identifier), {"Id": _target_id(identifier)}


def _tag_target(target_id: str, tags: Mapping[str, str], region: str) -> None:
    scaling, where = client("application-autoscaling", region), _where(target_id)
    found = scaling.describe_scalable_targets(
        ServiceNamespace=where["ServiceNamespace"],
        ResourceIds=[where["ResourceId"]],
        ScalableDimension=where["ScalableDimension"],
    )
    scaling.tag_resource(ResourceARN=found["ScalableTargets"][0]["ScalableTargetARN"], Tags=dict(tags))


def _delete_target(target_id: str, region: str) -> None:
    client("application-autoscaling", region).deregister_scalable_target(**_where(target_id))


def _policy(properties: Properties, region: str, _account: str) -> Made:
    where = _where(str(properties["ScalingTargetId"])) if "ScalingTargetId" in properties else {}
    where |= chosen(properties, *_TARGET)
    given = chosen(
        properties,
        "PolicyName",
        "PolicyType",
        "StepScalingPolicyConfiguration",
        "TargetTrackingScalingPolicyConfiguration",
        "PredictiveScalingPolicyConfiguration",
    )
    answer = client("application-autoscaling", region).put_scaling_policy(**where, **given)
    return answer["PolicyARN"], {"Arn": answer["PolicyARN"]}


def _policies(region: str, namespace: str) -> list[dict[str, Any]]:
    pages = client("application-autoscaling", region).get_paginator("describe_scaling_policies")
    return [each for page in pages.paginate(ServiceNamespace=namespace) for each in page["ScalingPolicies"]]


def _find_policy(identifier: Properties, region: str, _account: str) -> Made:
    namespace = str(identifier["ScalableDimension"]).partition(":")[0]
    if identifier["Arn"] not in {each["PolicyARN"] for each in _policies(region, namespace)}:
        raise LookupError(identifier["Arn"])
    return str(identifier["Arn"]), {"Arn": str(identifier["Arn"])}


def _delete_policy(arn: str, region: str) -> None:
    namespace = arn.partition(":resource/")[2].partition("/")[0]
    for policy in _policies(region, namespace):
        if policy["PolicyARN"] == arn:
            client("application-autoscaling", region).delete_scaling_policy(
                **chosen(policy, "PolicyName", *_TARGET),
            )


KINDS = (
    Kind("AWS::ApplicationAutoScaling::ScalableTarget", _target, _delete_target, find=_find_target, tag=_tag_target),
    Kind("AWS::ApplicationAutoScaling::ScalingPolicy", _policy, _delete_policy, find=_find_policy),
)
