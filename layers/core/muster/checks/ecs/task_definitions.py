"""Checks of what ECS task definitions let their containers do."""

import re
from collections.abc import Iterable

from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_DIGEST = re.compile(r"@sha256:[0-9a-fA-F]{64}\Z")


@check(severity=Severity.MEDIUM)
def ecs_images_pinned_by_digest(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should name every image by its digest.

    Problem: image is not named by its digest
    Why: A tag can be moved to another image; only a digest makes every task run what was tested.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision with
      images in the form REPOSITORY@sha256:DIGEST.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    loose = [each for each in known(definition.containers) if not _DIGEST.search(known(each.image))]
    if loose:
        return non_compliant(f"not named by a digest: {_images(loose)}")
    return compliant("every image is named by its digest")


@check(severity=Severity.MEDIUM)
def ecs_images_not_latest(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not run the image that happens to be the latest.

    An image without tag and digest is the one that is tagged latest.

    Problem: image has the tag latest
    Why: Two tasks of one service may run different images, and nobody can say which, or go back to the one before.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision
      whose images have a tag of their own, or better a digest.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    floating = [each for each in known(definition.containers) if _latest(known(each.image))]
    if floating:
        return non_compliant(f"whatever is the latest: {_images(floating)}")
    return compliant("every image has a tag other than latest, or a digest")


@check(severity=Severity.HIGH, controls=("FSBP ECS.9",))
def ecs_task_definition_log_configuration(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should have a log configuration for every container.

    Problem: container has no log configuration
    Why: What a container without a log driver writes is gone with it, also what it wrote about a break-in.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision in
      which every container has a logConfiguration, for example with awslogs.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-9
    """
    silent = [each for each in known(definition.containers) if not each.log_driver]
    if silent:
        return non_compliant(f"without a log driver: {_names(silent)}")
    return compliant(f"every container has a log driver: {', '.join(_drivers(definition))}")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.5",))
def ecs_containers_readonly_access(definition: TaskDefinition) -> Verdict:
    """ECS containers should have read-only access to their root file systems.

    Every container must have it. Windows containers cannot.

    Problem: root file system is writable
    Why: Who breaks into a container cannot change its programs, or leave others, where it cannot write.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision with
      readonlyRootFilesystem true in every container, and with volumes for the files that it writes.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5
    """
    if definition.windows:
        return not_applicable(f"it is for {definition.os_family}: Windows containers cannot have it")
    writable = [each for each in known(definition.containers) if not each.readonly]
    if writable:
        return non_compliant(f"the root file system can be written by {_names(writable)}")
    return compliant("every container's root file system is read-only")


@check(severity=Severity.HIGH, controls=("FSBP ECS.4",))
def ecs_containers_nonprivileged(definition: TaskDefinition) -> Verdict:
    """ECS containers should not run privileged.

    Problem: container runs privileged
    Why: A privileged container is as good as root on its host, and on all other containers there.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision
      without privileged. If the container needs a single capability, add it with linuxParameters.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4
    """
    mighty = [each for each in known(definition.containers) if each.privileged]
    if mighty:
        return non_compliant(f"privileged: {_names(mighty)}")
    return compliant("no container is privileged")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.20",))
def ecs_task_definition_linux_user_non_root(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should have every Linux container run as a user other than root.

    A user that only the image names does not count: ECS does not know it. Without an operating system the containers
    count as Linux, unless a placement constraint asks for Windows instances.

    Problem: container runs as root
    Why: Root in a container has all that it takes to use a flaw of the kernel or of the runtime against the host.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision in
      which every container has a user, for example 1000:1000.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-linux-user-non-root.html
    """
    if definition.windows:
        return not_applicable(f"it is for {definition.os_family}: only Linux has a root")
    absent = [each for each in known(definition.containers) if not _user(each)]
    root = [each for each in known(definition.containers) if _user(each) and _root(_user(each))]
    faults = [f"no user is set for {_names(absent)}"] if absent else []
    faults += [f"root is set for {_names(root)}"] if root else []
    return non_compliant("; ".join(faults)) if faults else compliant("every container has a user other than root")


@check(severity=Severity.MEDIUM, controls=("Security Hub ECS.17",))
def ecs_task_definition_network_mode_not_host(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not use the host's network.

    Problem: containers use the host's network
    Why: Its containers hear and reach all that the host does: other containers on loopback, and the host's credentials.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision with
      networkMode awsvpc.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-17
    """
    mode = known(definition.network_mode)
    if mode == "host":
        return non_compliant("networkMode is host: its containers use the host's network")
    return compliant(f"networkMode is {mode}")


@check(severity=Severity.HIGH, controls=("FSBP ECS.3",))
def ecs_task_definition_pid_mode_not_shared(definition: TaskDefinition) -> Verdict:
    """ECS task definitions should not share the host's process namespace.

    Problem: containers see the host's processes
    Why: Its containers see every process of the host, can signal them and read their environment.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision
      without pidMode, or with pidMode task.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-pid-mode-check.html
    """
    mode = known(definition.pid_mode)
    if mode == "host":
        return non_compliant("pidMode is host: its containers see every process of the host")
    return compliant(f"pidMode is {mode}" if mode else "every container has processes of its own")


@check(severity=Severity.HIGH, controls=("FSBP ECS.8",), version=2)
def ecs_no_environment_secrets(definition: TaskDefinition, *, allowed: tuple[str, ...] = ()) -> Verdict:
    """ECS task definitions should not hold secrets in environment variables.

    AWS's control knows three names; here a known shape, the name or how random the value is tells a secret. Variables
    that are none all the same go into `allowed`.

    Problem: secret in an environment variable
    Why: Who may describe a task definition reads its variables; every revision keeps them, and logs often repeat them.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Put the value into Secrets
      Manager and name it under the container's secrets. Change the value: it could be read.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8
    """
    found = [
        f"{name} of {container.name}: {reason}"
        for container in known(definition.containers)
        for name, reason in container.environment
        if reason and name not in allowed
    ]
    if found:
        return non_compliant("; ".join(found))
    count = sum(len(each.environment) for each in known(definition.containers))
    return compliant(f"none of {count} environment variables looks like a secret" if count else "it has no variables")


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


def _names(containers: Iterable[Container]) -> str:
    return ", ".join(each.name for each in containers)


def _images(containers: Iterable[Container]) -> str:
    return ", ".join(f"{each.image} of {each.name}" for each in containers)
