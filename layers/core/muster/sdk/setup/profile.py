"""The profile in use, and the files that profiles and credentials stand in."""

import os
from dataclasses import dataclass

import botocore.exceptions as sdk

from muster.sdk.redaction import one_line


@dataclass(frozen=True, slots=True)
class Where:
    """The profile in use, and what names it: `--profile`, a variable, or nothing (`default`)."""

    profile: str
    named_by: str

    @classmethod
    def of(cls, profile: str | None) -> "Where":
        """Return the profile in use; `profile` is what the option names, None when the environment decides."""
        for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):
            if os.environ.get(name) and profile in (None, "", os.environ[name]):
                return cls(os.environ[name], name)
        return cls(profile, "--profile") if profile else cls("default", "")

    @property
    def the_profile(self) -> str:
        """The profile in words, with the file that it stands in."""
        return f"the profile {one_line(self.profile, 60)} in {config_file()}"

    @property
    def option(self) -> str:
        """The option with which a command of the AWS CLI uses the same profile."""
        return "" if self.profile == "default" else f" --profile {one_line(self.profile, 60)}"


class MfaError(sdk.BotoCoreError):
    """A profile needs a code of an MFA device, and there is no terminal to type it."""

    fmt = "An MFA code is needed, and there is no terminal to ask for it."


def config_file() -> str:
    """Return the path of the AWS configuration, as the environment has it."""
    return os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"


def credentials_file() -> str:
    """Return the path of the file of AWS credentials, as the environment has it."""
    return os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
