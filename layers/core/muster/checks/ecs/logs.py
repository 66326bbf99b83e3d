"""Checks of how ECS containers deliver their logs."""

from collections.abc import Sequence

from muster.facets.ecs.capacity import LogDriverMode
from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, opt_in=("required",))
def ecs_logs_non_blocking(definition: TaskDefinition, default: LogDriverMode, *, required: bool = False) -> Verdict:
    """ECS containers should deliver logs in the mode non-blocking.

    The check is off until the setting `required` is on: in the mode non-blocking, logs are lost when the buffer is
    full. A container without a mode uses the account setting defaultLogDriverMode, by default non-blocking.

    Problem: log delivery can block containers
    Why: In the mode blocking, a container stops when its logs cannot be delivered.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) |
      (.containerDefinitions[].logConfiguration | select(.)).options.mode = "non-blocking"' > TASK-DEFINITION.json`
      Register the file as a new revision: `aws ecs register-task-definition --cli-input-json
      file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
    """
    if not required:
        return not_applicable("The setting required is off")
    logging = [each for each in known(definition.containers) if each.log_driver or each.log_mode]
    if not logging:
        return not_applicable("No container has a log driver")
    modes = [(each, each.log_mode or default.mode) for each in logging]
    blocking = [each for each, mode in modes if mode == "blocking"]
    if blocking:
        return non_compliant(f"Log mode is blocking: {_names(blocking)}")
    for _, mode in modes:
        known(mode)
    return compliant("Every container delivers its logs in the mode non-blocking")


def _names(containers: Sequence[Container]) -> str:
    return f"container{'s' if len(containers) > 1 else ''} {', '.join(each.name for each in containers)}"
