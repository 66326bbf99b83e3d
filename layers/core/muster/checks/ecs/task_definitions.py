"""Checks of ECS task definitions: images, logs, users, privileges and secrets of their containers."""

import re
from collections.abc import Iterable, Sequence

from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_DIGEST = re.compile(r"@sha256:[0-9a-fA-F]{64}\Z")


@check(severity=Severity.MEDIUM)
def ecs_images_pinned_by_digest(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should pin every image by its digest.

    Problem: image is not pinned by digest
    Why: A tag can be moved to another image. With a digest, every task runs the image that you tested.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, write each
      image as REPOSITORY@sha256:DIGEST. Register the file as a new revision: `aws ecs register-task-definition
      --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    loose = [each for each in known(definition.containers) if not _DIGEST.search(known(each.image))]
    if loose:
        return non_compliant(f"Not pinned by digest: {_images(loose)}").about(*(each.name for each in loose))
    return compliant("Every image is pinned by its digest")


@check(severity=Severity.MEDIUM, yields_to=("ecs-images-pinned-by-digest",))
def ecs_images_not_latest(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not use images with the tag latest.

    An image without a tag and without a digest has the tag latest.

    Problem: image has the tag latest
    Why: Two tasks of one service may run different images. You cannot tell which version runs, or roll back to the one
      before.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, give each
      image a version tag, or better a digest. Register the file as a new revision: `aws ecs register-task-definition
      --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    floating = [each for each in known(definition.containers) if _latest(known(each.image))]
    if floating:
        verdict = non_compliant(f"{_subject(floating)} {_verb(floating, 'use')} the tag latest ({_images(floating)})")
        return verdict.about(*(each.name for each in floating))
    return compliant("No image has the tag latest")


@check(severity=Severity.HIGH, controls=("FSBP ECS.9",))
def ecs_task_definition_log_configuration(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should have a log configuration for every container.

    Problem: container has no log configuration
    Why: Without a log driver the output of a container is lost when it stops, and with it the traces of an incident.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, add a
      logConfiguration to each container, for example with the driver awslogs. Register the file as a new revision: `aws
      ecs register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the
      old revision.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9
    """
    silent = [each for each in known(definition.containers) if not each.log_driver]
    if silent:
        return non_compliant(f"{_subject(silent)} {_verb(silent, 'have')} no log driver")
    return compliant(f"Every container has a log driver: {', '.join(_drivers(definition))}")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.5",))
def ecs_containers_readonly_access(definition: TaskDefinition) -> Verdict:
    """ECS containers should have read-only access to their root file systems.

    The check applies to every container. It does not apply to Windows containers, which do not support the setting.

    Problem: root file system is writable
    Why: With a writable root file system, an attacker inside the container can replace programs and install others.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) | .containerDefinitions[].readonlyRootFilesystem
      = true' > TASK-DEFINITION.json` In the file, add volumes for the directories that the containers write to.
      Register the file as a new revision: `aws ecs register-task-definition --cli-input-json
      file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5
    """
    if definition.windows:
        return not_applicable(
            f"Windows containers do not support a read-only root file system ({definition.os_family})"
        )
    writable = [each for each in known(definition.containers) if not each.readonly]
    if writable:
        return non_compliant(f"{_subject(writable)} can write to the root file system")
    return compliant("The root file system of every container is read-only")


@check(severity=Severity.HIGH, controls=("FSBP ECS.4",))
def ecs_containers_nonprivileged(definition: TaskDefinition) -> Verdict:
    """ECS containers should not run in privileged mode.

    Problem: container is privileged
    Why: A privileged container has root access to its host and to all other containers on it.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) | .containerDefinitions[].privileged = false' >
      TASK-DEFINITION.json` If a container needs a single Linux capability, add it to its linuxParameters. Register the
      file as a new revision: `aws ecs register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then
      update the services that run the old revision.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4
    """
    mighty = [each for each in known(definition.containers) if each.privileged]
    if mighty:
        return non_compliant(f"{_subject(mighty)} {_verb(mighty, 'run')} in privileged mode")
    return compliant("No container runs in privileged mode")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.20",))
def ecs_task_definition_linux_user_non_root(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should run Linux containers as a user other than root.

    The user must be in the task definition: ECS does not know the user that an image sets. A task definition without an
    operating system counts as Linux, unless a placement constraint requires Windows instances.

    Problem: container runs as root
    Why: A process that runs as root can use a vulnerability of the kernel or the container runtime to take over the
      host.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, add a user
      to each container, for example 1000:1000. Register the file as a new revision: `aws ecs register-task-definition
      --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the old revision.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-linux-user-non-root.html
    """
    if definition.windows:
        return not_applicable(f"Windows containers have no root user ({definition.os_family})")
    absent = [each for each in known(definition.containers) if not _user(each)]
    root = [each for each in known(definition.containers) if _user(each) and _root(_user(each))]
    faults = [f"{_subject(absent)} {_verb(absent, 'have')} no user"] if absent else []
    faults += [f"{_subject(root)} {_verb(root, 'run')} as root"] if root else []
    text = "; ".join(faults).replace("; Container", "; container")
    return non_compliant(text) if faults else compliant("Every container has a user other than root")


@check(severity=Severity.MEDIUM, controls=("Security Hub ECS.17",))
def ecs_task_definition_network_mode_not_host(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not use the network mode host.

    Problem: containers use the host's network
    Why: The containers can reach everything that listens on the loopback address of the host, and the credentials of
      its instance role.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, set
      networkMode to awsvpc. Services then need a network configuration with subnets. Register the file as a new
      revision: `aws ecs register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then update the services
      that run the old revision.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-17
    """
    mode = known(definition.network_mode)
    if mode == "host":
        return non_compliant("The containers use the network of the host (networkMode: host)")
    return compliant(f"The network mode is {mode}")


@check(severity=Severity.HIGH, controls=("FSBP ECS.3",))
def ecs_task_definition_pid_mode_not_shared(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not share the host's process namespace.

    Problem: containers see the host's processes
    Why: The containers can see every process of the host, send it signals and read its environment variables.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt) | del(.pidMode)' > TASK-DEFINITION.json` Register
      the file as a new revision: `aws ecs register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then
      update the services that run the old revision.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-pid-mode-check.html
    """
    mode = known(definition.pid_mode)
    if mode == "host":
        return non_compliant("The containers share the processes of the host (pidMode: host)")
    return compliant(f"The PID mode is {mode}" if mode else "Each container has its own process namespace")


@check(severity=Severity.HIGH, controls=("FSBP ECS.8",), version=2)
def ecs_no_environment_secrets(definition: TaskDefinition, *, allowed: tuple[str, ...] = ()) -> Verdict:
    """ECS task definitions should not contain secrets in environment variables.

    The AWS control checks three names. This check also looks at the names of all variables, at known formats of tokens,
    and at how random a value is. Put the names of variables that are not secrets into `allowed`.

    Problem: secret in an environment variable
    Why: Everyone who may describe the task definition can read its variables. All revisions keep them, and they often
      end up in logs.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` Store the value in
      Secrets Manager. In the file, move the variable from environment to secrets, with the secret's ARN as valueFrom.
      Register the file as a new revision: `aws ecs register-task-definition --cli-input-json
      file://TASK-DEFINITION.json` Then update the services that run the old revision. Rotate the secret: the old value
      was exposed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8
    """
    found = [
        f"{name} of container {container.name} looks like a secret ({reason})"
        for container in known(definition.containers)
        for name, reason in container.environment
        if reason and name not in allowed
    ]
    if found:
        return non_compliant("; ".join(found))
    count = sum(len(each.environment) for each in known(definition.containers))
    return compliant(
        f"No environment variable looks like a secret ({count} checked)" if count else "No environment variables"
    )


def _latest(image: str) -> bool:
    """Whether an image is named by no digest and by the tag latest or none; a registry's port is no tag."""
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@" not in image and tag in {"", "latest"}


def _user(container: Container) -> str:
    return container.user.partition(":")[0].strip()


def _root(user: str) -> bool:
    return user == "root" or (user.isdecimal() and int(user) == 0)


def _drivers(definition: TaskDefinition) -> Iterable[str]:
    return sorted({each.log_driver for each in known(definition.containers)})


def _subject(containers: Sequence[Container]) -> str:
    """Return the containers as the subject of a sentence."""
    names = ", ".join(each.name for each in containers)
    return f"Container {names}" if len(containers) == 1 else f"Containers {names}"


def _verb(containers: Sequence[Container], verb: str) -> str:
    """Return a verb as the number of containers needs it."""
    one = "has" if verb == "have" else f"{verb}s"
    return one if len(containers) == 1 else verb


def _images(containers: Iterable[Container]) -> str:
    return ", ".join(f"{each.image} in container {each.name}" for each in containers)
