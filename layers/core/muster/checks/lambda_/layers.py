"""Checks of the layers of Lambda functions."""

import functools
from collections.abc import Mapping
from typing import Any

from muster.data import package_data
from muster.facets.lambda_.functions import Function
from muster.model.arn import account_of
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, non_compliant, not_applicable
from muster.model.text import counted, listed

_SHOWN = 3


@check(severity=Severity.HIGH)
def lambda_layers_from_known_accounts(
    function: Function, resource: Resource, *, trusted_accounts: tuple[str, ...] = ()
) -> Verdict:
    """Lambda functions should use layers from known accounts only.

    The known accounts are the function's own, those in `trusted_accounts`, and those of AWS that publish layers: for
    Lambda Insights, AppConfig, Parameters and Secrets, OpenTelemetry, Powertools and the SDK for pandas.
    data/lambda_layer_accounts.yaml lists them; AWS may have more in newer regions.

    Problem: layer of an unknown account
    Why: The code of a layer runs with the role of the function, so its owner can use all permissions of the role.
    Fix: If you know the account, add it to the setting trusted_accounts. Otherwise look at the code of the layer: `aws
      lambda get-layer-version-by-arn --arn LAYER-ARN` Publish the code as a layer of your own, and use that one
      instead. The command replaces all layers of the function, so name every layer that it needs: `aws lambda
      update-function-configuration --function-name NAME --layers LAYER-ARNS`
    Source: https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html
    """
    if not function.layers:
        return not_applicable("The function has no layers")
    known_accounts = {resource.account_id, *trusted_accounts, *_of_aws()}
    unknown = tuple(each for each in function.layers if account_of(each) not in known_accounts)
    if unknown:
        return non_compliant(f"Layers of unknown accounts: {listed(unknown, _SHOWN)}", layer_arn=unknown[0])
    return compliant(f"{counted(len(function.layers), 'layer')}, all of known accounts")


@functools.cache
def _of_aws() -> frozenset[str]:
    """Return the accounts of AWS that publish layers."""
    document: Mapping[str, Any] = package_data.read("lambda_layer_accounts.yaml")
    return frozenset(str(each) for accounts in document["accounts"].values() for each in accounts)
