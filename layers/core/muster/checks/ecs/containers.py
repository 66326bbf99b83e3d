"""Checks of ECS task definitions: volumes on EFS, and users of Windows containers."""

from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_ADMINISTRATOR = "containeradministrator"


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.18",))
def ecs_efs_volumes_encrypted_in_transit(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should encrypt EFS volumes in transit.

    The default of transitEncryption is DISABLED. The check does not apply to task definitions without EFS volumes.

    Problem: EFS volume not encrypted in transit
    Why: Without TLS, anyone on the network between the host and the file system can read and change the files.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) |
      (.volumes[].efsVolumeConfiguration | select(.)).transitEncryption = "ENABLED"' > TASK-DEFINITION.json` Register
      the file as a new revision: `aws ecs register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then
      update the services that run the old revision.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-efs-encryption-enabled.html
    """
    if not definition.efs_volumes:
        return not_applicable("Task definition has no EFS volumes")
    plain = [name for name, transit in definition.efs_volumes if transit == "DISABLED"]
    if plain:
        return non_compliant(f"Not encrypted in transit: EFS volume{'s' if len(plain) > 1 else ''} {', '.join(plain)}")
    for _, transit in definition.efs_volumes:
        known(transit)
    return compliant("Every EFS volume is encrypted in transit")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.21",))
def ecs_task_definition_windows_user_not_admin(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should run Windows containers as a user other than ContainerAdministrator.

    The user must be in the task definition: ECS does not know the user that an image sets. A task definition without an
    operating system counts as Linux, unless a placement constraint requires Windows instances.

    Problem: container runs as administrator
    Why: A process that runs as ContainerAdministrator can change every file and setting of the container.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) | .containerDefinitions[].user =
      "ContainerUser"' > TASK-DEFINITION.json` Register the file as a new revision: `aws ecs register-task-definition
      --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-windows-user-non-admin.html
    """
    if not definition.windows:
        return not_applicable("Task definition is for Linux containers")
    absent = [each for each in known(definition.containers) if not each.user]
    if absent:
        return non_compliant(f"No user: container{_names(absent)}")
    admins = [each for each in known(definition.containers) if each.user.lower() == _ADMINISTRATOR]
    if admins:
        return non_compliant(f"Runs as ContainerAdministrator: container{_names(admins)}")
    return compliant("Every container has a user other than ContainerAdministrator")


def _names(containers: list[Container]) -> str:
    return f"{'s' if len(containers) > 1 else ''} {', '.join(each.name for each in containers)}"
