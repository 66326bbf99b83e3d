"""Templates of conversions, for cfn-lint."""

import json

from cfnlint.api import lint_all

from muster.properties.consuming import logical_id
from muster.properties.conversion import Conversion

_FAULTS = ("E", "W")
"""Errors and warnings; what begins with I is advice, for example to set a deletion policy."""


def faults(conversion: Conversion) -> list[str]:
    """Return what cfn-lint says of a template with the resources of a conversion."""
    resources = {
        logical_id(f"{each.type} {each.name}"): {"Type": each.type, "Properties": each.properties}
        for each in conversion.resources
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    found = lint_all(json.dumps(template))
    return [f"{each.rule.id} {each.message}" for each in found if each.rule.id.startswith(_FAULTS)]
