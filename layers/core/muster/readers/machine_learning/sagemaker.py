"""Reading SageMaker: every type is listed by name, and each resource described."""

from collections.abc import Mapping
from typing import Any

from muster.facets.machine_learning.sagemaker import (
    EndpointConfig,
    FeatureGroup,
    Model,
    MonitoringJob,
    Notebook,
    scheduled,
)
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import Lister, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

_NOTEBOOK = "AWS::SageMaker::NotebookInstance"
_ENDPOINT_CONFIG = "AWS::SageMaker::EndpointConfig"
_MODEL = "AWS::SageMaker::Model"
_SCHEDULE = "AWS::SageMaker::MonitoringSchedule"
_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_DATA_QUALITY = "AWS::SageMaker::DataQualityJobDefinition"
_MODEL_QUALITY = "AWS::SageMaker::ModelQualityJobDefinition"
_BIAS = "AWS::SageMaker::ModelBiasJobDefinition"
_EXPLAINABILITY = "AWS::SageMaker::ModelExplainabilityJobDefinition"

_PAGE = 100
_NOT_THERE = frozenset({"Creating", "CreateFailed", "Deleting"})
"""States in which a resource is being made or deleted, or was never made.

`Pending` is none of them: a notebook instance that starts again and a schedule that was changed are pending too.
"""


def _lister(kind: str, path: str, operation: str, member: str, item: str) -> Lister:
    """Declare the lister of a type; `item` is how the members of an item of `member` begin."""
    method = "".join(f"_{each.lower()}" if each.isupper() else each for each in operation).removeprefix("_")

    @lists(
        kind, permission=f"sagemaker:{operation}", page=_PAGE, on=f"arn:{{partition}}:sagemaker:*:*:{path}/*",
        arn=f"sagemaker:{{region}}:{{account}}:{path}/{{id}}", gone=("ResourceNotFound",),
    )  # fmt: skip
    def listed(sagemaker: Any, shard: Shard, token: str | None) -> Page:
        """List the resources of a region, 100 a page; those that are being made or deleted are left out."""
        answer: Mapping[str, Any] = getattr(sagemaker, method)(MaxResults=_PAGE, **after(token))
        items = (
            Listed(shard.resource(kind, str(each[f"{item}Name"]), str(each[f"{item}Arn"])))
            for each in answer.get(member) or ()
            if each.get(f"{item}Status") not in _NOT_THERE
        )
        return Page(items, answer.get("NextToken"))

    return listed


def _definitions(kind: str, path: str, operation: str) -> Lister:
    return _lister(kind, path, operation, "JobDefinitionSummaries", "MonitoringJobDefinition")


notebooks = _lister(_NOTEBOOK, "notebook-instance", "ListNotebookInstances", "NotebookInstances", "NotebookInstance")
endpoint_configs = _lister(
    _ENDPOINT_CONFIG, "endpoint-config", "ListEndpointConfigs", "EndpointConfigs", "EndpointConfig"
)
models = _lister(_MODEL, "model", "ListModels", "Models", "Model")
schedules = _lister(
    _SCHEDULE, "monitoring-schedule", "ListMonitoringSchedules", "MonitoringScheduleSummaries", "MonitoringSchedule"
)
feature_groups = _lister(_FEATURE_GROUP, "feature-group", "ListFeatureGroups", "FeatureGroupSummaries", "FeatureGroup")
data_quality = _definitions(_DATA_QUALITY, "data-quality-job-definition", "ListDataQualityJobDefinitions")
model_quality = _definitions(_MODEL_QUALITY, "model-quality-job-definition", "ListModelQualityJobDefinitions")
bias = _definitions(_BIAS, "model-bias-job-definition", "ListModelBiasJobDefinitions")
explainability = _definitions(
    _EXPLAINABILITY, "model-explainability-job-definition", "ListModelExplainabilityJobDefinitions"
)

notebook = reads(
    _NOTEBOOK, Notebook, "sagemaker:DescribeNotebookInstance",
    lambda sagemaker, one: sagemaker.describe_notebook_instance(NotebookInstanceName=one.id),
)  # fmt: skip

endpoint_config = reads(
    _ENDPOINT_CONFIG, EndpointConfig, "sagemaker:DescribeEndpointConfig",
    lambda sagemaker, one: sagemaker.describe_endpoint_config(EndpointConfigName=one.id),
)  # fmt: skip

model = reads(
    _MODEL, Model, "sagemaker:DescribeModel", lambda sagemaker, one: sagemaker.describe_model(ModelName=one.id)
)

schedule = reads(
    _SCHEDULE, MonitoringJob, "sagemaker:DescribeMonitoringSchedule",
    lambda sagemaker, one: scheduled(sagemaker.describe_monitoring_schedule(MonitoringScheduleName=one.id)),
)  # fmt: skip

feature_group = reads(
    _FEATURE_GROUP, FeatureGroup, "sagemaker:DescribeFeatureGroup",
    lambda sagemaker, one: sagemaker.describe_feature_group(FeatureGroupName=one.id),
)  # fmt: skip

data_quality_job = reads(
    _DATA_QUALITY, MonitoringJob, "sagemaker:DescribeDataQualityJobDefinition",
    lambda sagemaker, one: sagemaker.describe_data_quality_job_definition(JobDefinitionName=one.id),
)  # fmt: skip

model_quality_job = reads(
    _MODEL_QUALITY, MonitoringJob, "sagemaker:DescribeModelQualityJobDefinition",
    lambda sagemaker, one: sagemaker.describe_model_quality_job_definition(JobDefinitionName=one.id),
)  # fmt: skip

bias_job = reads(
    _BIAS, MonitoringJob, "sagemaker:DescribeModelBiasJobDefinition",
    lambda sagemaker, one: sagemaker.describe_model_bias_job_definition(JobDefinitionName=one.id),
)  # fmt: skip

explainability_job = reads(
    _EXPLAINABILITY, MonitoringJob, "sagemaker:DescribeModelExplainabilityJobDefinition",
    lambda sagemaker, one: sagemaker.describe_model_explainability_job_definition(JobDefinitionName=one.id),
)  # fmt: skip

(
    notebook_tags, endpoint_config_tags, model_tags, schedule_tags, feature_group_tags, data_quality_tags,
    model_quality_tags, bias_tags, explainability_tags,
) = (
    reads(
        each, Tags, "sagemaker:ListTags",
        lambda sagemaker, one: all_pages(sagemaker, "list_tags", "Tags", ResourceArn=one.arn),
    )
    for each in (
        _NOTEBOOK, _ENDPOINT_CONFIG, _MODEL, _SCHEDULE, _FEATURE_GROUP, _DATA_QUALITY, _MODEL_QUALITY, _BIAS,
        _EXPLAINABILITY,
    )
)  # fmt: skip
