"""The accounts that the layers of functions come from."""

import pytest

from muster.checks.lambda_.layers import lambda_layers_from_known_accounts
from muster.facets.lambda_.functions import Function
from muster.model.finding import Resource, Severity, Status

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
OWN, FOREIGN, INSIGHTS = "123456789012", "111122223333", "580247275435"
FUNCTION = Resource("AWS::Lambda::Function", "bills", OWN, "eu-west-1")


def layer(account: str, name: str = "helpers") -> str:
    return f"arn:aws:lambda:eu-west-1:{account}:layer:{name}:3"


def function(*layers: str) -> Function:
    return Function.parse({"FunctionName": "bills", "Layers": [{"Arn": each, "CodeSize": 1} for each in layers]})


@pytest.mark.parametrize(
    ("layers", "status", "reason"),
    [
        pytest.param((), NA, "The function has no layers", id="none"),
        pytest.param((layer(OWN),), C, "1 layer, all of known accounts", id="its own account"),
        pytest.param((layer(OWN), layer(INSIGHTS)), C, "2 layers, all of known accounts", id="an account of AWS"),
        pytest.param(
            (layer(OWN), layer(FOREIGN)), N, f"Layers of unknown accounts: {layer(FOREIGN)}", id="another account"
        ),
        pytest.param(
            tuple(layer(FOREIGN, name) for name in "abcd"),
            N,
            f"Layers of unknown accounts: {', '.join(layer(FOREIGN, name) for name in 'abc')} and 1 more",
            id="several",
        ),
        pytest.param(("no ARN",), N, "Layers of unknown accounts: no ARN", id="what is no ARN"),
    ],
)
def test_lambda_layers_from_known_accounts(layers: tuple[str, ...], status: Status, reason: str) -> None:
    verdict = lambda_layers_from_known_accounts(function(*layers), FUNCTION)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_trusted_account_is_known() -> None:
    verdict = lambda_layers_from_known_accounts(function(layer(FOREIGN)), FUNCTION, trusted_accounts=(FOREIGN,))
    assert verdict.status is C
    assert lambda_layers_from_known_accounts.severity is Severity.HIGH
