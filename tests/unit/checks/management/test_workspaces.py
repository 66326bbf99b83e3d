"""The volumes of WorkSpaces."""

from typing import Any

import pytest

from muster.checks.management.workspaces import (
    workspaces_root_volume_encryption_enabled,
    workspaces_user_volume_encryption_enabled,
)
from muster.facets.management.workspaces import Workspace
from muster.model.finding import Status

C, N = Status.COMPLIANT, Status.NON_COMPLIANT


@pytest.mark.parametrize(
    ("answer", "user", "root"),
    [
        pytest.param({"UserVolumeEncryptionEnabled": True, "RootVolumeEncryptionEnabled": True}, C, C, id="both"),
        pytest.param({"UserVolumeEncryptionEnabled": True, "RootVolumeEncryptionEnabled": False}, C, N, id="user"),
        pytest.param({"RootVolumeEncryptionEnabled": True}, N, C, id="root"),
        pytest.param({}, N, N, id="AWS leaves out what is not encrypted"),
    ],
)
def test_each_volume_is_judged_for_itself(answer: dict[str, Any], user: Status, root: Status) -> None:
    workspace = Workspace.parse(answer)
    assert workspaces_user_volume_encryption_enabled(workspace).status is user
    assert workspaces_root_volume_encryption_enabled(workspace).status is root


@pytest.mark.parametrize(("encrypted", "word"), [(True, "is"), (False, "is not")])
def test_the_reasons(encrypted: bool, word: str) -> None:
    workspace = Workspace(user_volume_encrypted=encrypted, root_volume_encrypted=encrypted)
    assert workspaces_user_volume_encryption_enabled(workspace).reason == f"User volume {word} encrypted"
    assert workspaces_root_volume_encryption_enabled(workspace).reason == f"Root volume {word} encrypted"
