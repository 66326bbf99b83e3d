"""Where moto's Elastic Beanstalk answers otherwise than AWS documents: it has no settings of environments.

https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeConfigurationSettings.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html
"""

from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_DEFAULTS = {
    ("aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays"): "7",
    ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs"): "false",
    ("aws:elasticbeanstalk:healthreporting:system", "SystemType"): "basic",
    ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled"): "false",
}


def corrections() -> dict[str, Correction]:
    """Return what corrects Elastic Beanstalk, by operation."""
    return {
        "elasticbeanstalk:CreateEnvironment": _create,
        "elasticbeanstalk:DescribeConfigurationSettings": _settings,
    }


def _environment(request: Request) -> Any:
    from moto.elasticbeanstalk.models import eb_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    given = request.parameters
    application = eb_backends[account][region].applications.get(given["ApplicationName"])
    return application.environments.get(given["EnvironmentName"]) if application else None


def _create(request: Request) -> Answer:
    """Keep the settings that an environment is made with."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        own = {(each["Namespace"], each["OptionName"]): each["Value"] for each in _given(request)}
        _environment(request).settings = {**_DEFAULTS, **own}
    return status, body


def _given(request: Request) -> list[dict[str, str]]:
    found: list[dict[str, str]] = request.parameters.get("OptionSettings") or []
    return found


def _settings(request: Request) -> Answer:
    """Answer the settings that are deployed, with the default of each option that has one."""
    given, found = request.parameters, _environment(request)
    if found is None:
        return request.refuse(
            "InvalidParameterValue", f"No Environment found for EnvironmentName = '{given['EnvironmentName']}'."
        )
    options = [
        {"Namespace": namespace, "OptionName": name, "Value": value}
        for (namespace, name), value in sorted(found.settings.items())
    ]
    deployed = {
        "ApplicationName": given["ApplicationName"],
        "EnvironmentName": given["EnvironmentName"],
        "DeploymentStatus": "deployed",
        "OptionSettings": options,
    }
    return request.answer({"ConfigurationSettings": [deployed]})
