"""Where moto's SageMaker answers otherwise than AWS documents: settings that it forgets, lists that it lacks.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/Welcome.html
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects SageMaker, by operation; schedules are remembered in it."""
    made = _Schedules()
    return {
        "sagemaker:CreateEndpointConfig": _create_endpoint_config,
        "sagemaker:CreateModel": _create_model,
        "sagemaker:CreateNotebookInstance": _create_notebook,
        "sagemaker:DescribeNotebookInstance": _notebook,
        "sagemaker:ListFeatureGroups": _feature_groups,
        "sagemaker:CreateMonitoringSchedule": made.create,
        "sagemaker:DescribeMonitoringSchedule": made.describe,
        "sagemaker:ListMonitoringSchedules": made.list,
        "sagemaker:ListTags": made.tags,
    }


def _backend(request: Request) -> Any:
    from moto.sagemaker.models import sagemaker_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return sagemaker_backends[account][region]


def _create_endpoint_config(request: Request) -> Answer:
    """Keep the ARN as a text, as the list of tagged resources has it."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        made = _backend(request).endpoint_configs[request.parameters["EndpointConfigName"]]
        made.arn = made.endpoint_config_arn
    return status, body


def _create_model(request: Request) -> Answer:
    """Keep whether the network is isolated."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        model = _backend(request).describe_model(request.parameters["ModelName"])
        model.enable_network_isolation = request.parameters.get("EnableNetworkIsolation", False)
    return status, body


def _create_notebook(request: Request) -> Answer:
    """Keep the platform, and take the settings that are not given as AWS does.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html
    """
    status, body = request.ask()
    if status == HTTPStatus.OK:
        given = request.parameters
        made = _backend(request).get_notebook_instance(given["NotebookInstanceName"])
        made.direct_internet_access = given.get("DirectInternetAccess", "Enabled")
        made.root_access = given.get("RootAccess", "Enabled")
        made.platform_identifier = given.get("PlatformIdentifier")
    return status, body


def _notebook(request: Request) -> Answer | None:
    """Answer the platform too."""
    found = _backend(request).notebook_instances.get(str(request.parameters["NotebookInstanceName"]))
    platform = getattr(found, "platform_identifier", None)
    return request.answer({**found.to_dict(), "PlatformIdentifier": platform}) if platform else None


def _feature_groups(request: Request) -> Answer:
    """List the feature groups of a region, all at once."""
    names = ("FeatureGroupName", "FeatureGroupArn", "CreationTime", "FeatureGroupStatus")
    described = [each.describe() for each in _backend(request).feature_groups.values()]
    return request.answer({"FeatureGroupSummaries": [{name: each[name] for name in names} for each in described]})


@dataclass(slots=True)
class _Schedules:
    made: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)
    tagged: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make a monitoring schedule."""
        from moto.core.utils import utcnow  # noqa: PLC0415 - moto takes seconds to import

        given, (account, region) = request.parameters, place(request)
        name, config = str(given["MonitoringScheduleName"]), given["MonitoringScheduleConfig"]
        arn = f"arn:aws:sagemaker:{region}:{account}:monitoring-schedule/{name}"
        self.made.setdefault((account, region), {})[name] = {
            "MonitoringScheduleName": name,
            "MonitoringScheduleArn": arn,
            "MonitoringScheduleStatus": "Scheduled",
            "MonitoringType": config.get("MonitoringType", "DataQuality"),
            "MonitoringScheduleConfig": config,
            "CreationTime": utcnow(),
            "LastModifiedTime": utcnow(),
        }
        self.tagged[arn] = [dict(each) for each in given.get("Tags", ())]
        return request.answer({"MonitoringScheduleArn": arn})

    def describe(self, request: Request) -> Answer:
        """Describe one schedule."""
        name = str(request.parameters["MonitoringScheduleName"])
        found = self.made.get(place(request), {}).get(name)
        if found is None:
            return request.refuse("ResourceNotFound", f"Could not find monitoring schedule {name}")
        return request.answer(found)

    def list(self, request: Request) -> Answer:
        """List the schedules of a region, all at once, each with the name of its job definition if it has one."""
        found = [
            {**each, "MonitoringJobDefinitionName": each["MonitoringScheduleConfig"].get("MonitoringJobDefinitionName")}
            for each in self.made.get(place(request), {}).values()
        ]
        return request.answer({"MonitoringScheduleSummaries": found})

    def tags(self, request: Request) -> Answer | None:
        """List the tags of what moto has no tags of: schedules, feature groups, and what was made without any."""
        arn, backend = str(request.parameters["ResourceArn"]), _backend(request)
        if arn in self.tagged:
            return request.answer({"Tags": self.tagged[arn]})
        path, _, name = arn.rpartition("/")
        if path.endswith(":model-explainability-job-definition"):
            found = backend.model_explainability_job_definitions.get(name)
        else:
            found = backend.feature_groups.get(arn)
        return request.answer({"Tags": found.tags or []}) if found else None
