"""Rules, schedules and state machines."""

import json
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, client


def _rule(properties: Properties, region: str, _account: str) -> Made:
    events, name = client("events", region), str(properties["Name"])
    bus = str(properties.get("EventBusName", "default"))
    wanted = ("Description", "State", "ScheduleExpression", "RoleArn", "Tags")
    given = {key: properties[key] for key in wanted if key in properties}
    if "EventPattern" in properties:
        given["EventPattern"] = json.dumps(properties["EventPattern"])
    arn = events.put_rule(Name=name, EventBusName=bus, **given)["RuleArn"]
    if targets := [_target(each) for each in properties.get("Targets", ())]:
        events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    return name if bus == "default" else f"{bus.rpartition('/')[2]}|{name}", {"Arn": arn}


def _target(target: Properties) -> dict[str, Any]:
    """Return a target with the retry policy's numbers as numbers."""
    if "RetryPolicy" not in target:
        return dict(target)
    return {**target, "RetryPolicy": {key: int(value) for key, value in target["RetryPolicy"].items()}}


def _delete_rule(reference: str, region: str) -> None:
    events = client("events", region)
    bus, _, name = reference.rpartition("|")
    where = {"Rule": name, "EventBusName": bus or "default"}
    if ids := [target["Id"] for target in events.list_targets_by_rule(**where)["Targets"]]:
        events.remove_targets(**where, Ids=ids)
    events.delete_rule(Name=name, EventBusName=bus or "default")


def _state_machine(properties: Properties, region: str, account: str) -> Made:
    definition = properties["DefinitionString"]
    definition = definition if isinstance(definition, str) else json.dumps(definition)
    for key, value in properties.get("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f'"${{{key}}}"', json.dumps(_number(value))).replace(f"${{{key}}}", str(value))
    name = properties["StateMachineName"]
    client("stepfunctions", region).create_state_machine(
        name=name, definition=definition, roleArn=properties["RoleArn"], type=properties["StateMachineType"],
        tags=[{"key": each["Key"], "value": each["Value"]} for each in properties.get("Tags", ())],
        **_logging(properties),
    )  # fmt: skip
    arn = f"arn:aws:states:{region}:{account}:stateMachine:{name}"
    return arn, {"Arn": arn, "Name": name}


def _logging(properties: Properties) -> dict[str, Any]:
    """Return the configuration of the log, spelled as the API spells it."""
    if "LoggingConfiguration" not in properties:
        return {}
    given = properties["LoggingConfiguration"]
    groups = [each["CloudWatchLogsLogGroup"]["LogGroupArn"] for each in given.get("Destinations", ())]
    return {
        "loggingConfiguration": {
            "level": given.get("Level", "OFF"),
            "includeExecutionData": given.get("IncludeExecutionData", False),
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": each}} for each in groups],
        }
    }


def _number(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _schedule(properties: Properties, region: str, account: str) -> Made:
    wanted = ("Name", "GroupName", "Description", "ScheduleExpression", "State", "FlexibleTimeWindow", "Target")
    client("scheduler", region).create_schedule(**{key: properties[key] for key in wanted if key in properties})
    name = properties["Name"]
    return name, {"Arn": f"arn:aws:scheduler:{region}:{account}:schedule/{properties['GroupName']}/{name}"}


def _schedule_group(properties: Properties, region: str, account: str) -> Made:
    name = properties["Name"]
    client("scheduler", region).create_schedule_group(Name=name, Tags=properties["Tags"])
    return name, {"Arn": f"arn:aws:scheduler:{region}:{account}:schedule-group/{name}"}


def _delete_state_machine(arn: str, region: str) -> None:
    client("stepfunctions", region).delete_state_machine(stateMachineArn=arn)


KINDS = (
    Kind("AWS::Events::Rule", _rule, _delete_rule, name="Name"),
    Kind(
        "AWS::StepFunctions::StateMachine",
        _state_machine,
        _delete_state_machine,
        left_out=("TracingConfiguration",),
    ),
    Kind("AWS::Scheduler::Schedule", _schedule),
    Kind(
        "AWS::Scheduler::ScheduleGroup",
        _schedule_group,
        lambda name, region: client("scheduler", region).delete_schedule_group(Name=name),
    ),
)
