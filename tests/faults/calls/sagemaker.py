"""The calls of SageMaker."""

from tests.faults.held import REGIONS, Estate

_TYPES = {
    "NotebookInstance": ("list_notebook_instances", "NotebookInstances"),
    "EndpointConfig": ("list_endpoint_configs", "EndpointConfigs"),
    "Model": ("list_models", "Models"),
    "MonitoringSchedule": ("list_monitoring_schedules", "MonitoringScheduleSummaries"),
    "FeatureGroup": ("list_feature_groups", "FeatureGroupSummaries"),
    "DataQualityJobDefinition": ("list_data_quality_job_definitions", "JobDefinitionSummaries"),
    "ModelQualityJobDefinition": ("list_model_quality_job_definitions", "JobDefinitionSummaries"),
    "ModelBiasJobDefinition": ("list_model_bias_job_definitions", "JobDefinitionSummaries"),
    "ModelExplainabilityJobDefinition": ("list_model_explainability_job_definitions", "JobDefinitionSummaries"),
}


def calls(there: Estate) -> dict[str, int]:
    held = {name: len(there.all("sagemaker", *listing)) for name, listing in _TYPES.items()}
    return {
        **{f"sagemaker:List{name}s": REGIONS for name in held},
        **{f"sagemaker:Describe{name}": count for name, count in held.items()},
        "sagemaker:ListTags": sum(held.values()),
    }
