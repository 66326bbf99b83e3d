"""A stack of Muster as CloudFormation describes it."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from muster.errors import ConfigurationError
from muster.sdk.errors import code_of
from muster.sdk.first_calls import asking
from muster.sdk.session import Clients, profile_of


def described(clients: Clients, region: str, name: str, instead: str) -> Mapping[str, Any]:
    """Return CloudFormation's description of a stack of Muster; `instead` says what to do where the call is denied.

    Raises:
        ConfigurationError: there is no such stack, or it is not Muster's.
        CredentialsError: CloudFormation denies the call.
        Transient: CloudFormation could not be reached.
    """

    def call() -> Any:
        try:
            return clients.get("cloudformation", region).describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            # CloudFormation has no error code of its own for a stack that does not exist.
            if code_of(error) == "ValidationError":
                raise ConfigurationError(
                    f"the stack {name} cannot be found in {region} ({error}): check its name and --region"
                ) from error
            raise

    found: Mapping[str, Any] = asking("cloudformation:DescribeStacks", call, instead, profile=profile_of(clients))
    if "StateMachineArn" not in outputs_of(found):
        raise ConfigurationError(f"the stack {name} has no output StateMachineArn: it is not a stack of Muster's")
    return found


def outputs_of(description: Mapping[str, Any]) -> dict[str, str]:
    """Return the outputs of a stack by name."""
    return {str(each["OutputKey"]): str(each["OutputValue"]) for each in description.get("Outputs", ())}
