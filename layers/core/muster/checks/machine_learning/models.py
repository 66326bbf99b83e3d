"""Checks of SageMaker models, endpoint configurations and feature groups."""

from muster.facets.machine_learning.sagemaker import VPC, EndpointConfig, FeatureGroup, Model
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_SHOWN = 4


@check(severity=Severity.MEDIUM, controls=("FSBP SageMaker.4",))
def sagemaker_endpoint_config_prod_instance_count(config: EndpointConfig, *, min_instances: int = 2) -> Verdict:
    """SageMaker endpoint configurations should start each production variant with more than one instance.

    The check does not apply to serverless variants.

    Problem: variant has a single instance
    Why: SageMaker spreads several instances over Availability Zones. An outage of its zone stops a single instance.
    Fix: A configuration cannot be changed. Create a new one, and update the endpoint. `aws sagemaker
      create-endpoint-config --endpoint-config-name NEW-NAME --production-variants file://VARIANTS.json` `aws sagemaker
      update-endpoint --endpoint-name ENDPOINT --endpoint-config-name NEW-NAME`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-4
    """
    counts = {each.name: each.instances for each in config.variants if each.instances is not None}
    few = [f"{name} ({count})" for name, count in counts.items() if isinstance(count, int) and count < min_instances]
    if few:
        return non_compliant(f"Variants with fewer than {min_instances} instances: {listed(few, _SHOWN)}")
    if not config.variants:
        return known(Unknown("AWS did not return the production variants"))
    if not counts:
        return not_applicable("All production variants are serverless")
    least = min(known(each) for each in counts.values())
    return compliant(f"Each production variant starts with {counted(least, 'instance')} or more")


@check(severity=Severity.MEDIUM, controls=("FSBP SageMaker.5",))
def sagemaker_model_isolation_enabled(model: Model) -> Verdict:
    """SageMaker models should have network isolation enabled.

    Problem: model has no network isolation
    Why: Without isolation, code in the container can send data to the internet, or load more code from it.
    Fix: A model cannot be changed. Create a new one, and use it in the endpoint configuration. `aws sagemaker
      create-model --model-name NEW-NAME --execution-role-arn ROLE-ARN --primary-container file://CONTAINER.json
      --enable-network-isolation`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-5
    """
    if known(model.isolated):
        return compliant("Network isolation is enabled")
    return non_compliant("Network isolation is disabled")


@check(severity=Severity.MEDIUM, controls=("FSBP SageMaker.16", "FSBP SageMaker.19"))
def sagemaker_model_private_registry_required(model: Model) -> Verdict:
    """SageMaker models should pull their images from a private registry in the VPC.

    The check looks at the primary container, or at each container of an inference pipeline.

    Problem: image is not from a private registry
    Why: A registry in your VPC lets you decide which images run, and keeps the traffic in your network.
    Fix: A model cannot be changed. Create a new one whose containers have RepositoryAccessMode Vpc in ImageConfig. `aws
      sagemaker create-model --model-name NEW-NAME --execution-role-arn ROLE-ARN --vpc-config
      SecurityGroupIds=GROUP-ID,Subnets=SUBNET-ID --primary-container file://CONTAINER.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/sagemaker-model-private-registry-required.html
    """
    count = len(model.registries)
    if not count:
        return not_applicable("Model has no container")
    outside = sum(1 for each in model.registries if isinstance(each, str) and each != VPC)
    if outside:
        return non_compliant(
            f"Images of {outside} of {counted(count, 'container')} are not from a private registry in the VPC"
        )
    for each in model.registries:
        known(each)
    return compliant(f"Images of {counted(count, 'container')} are from a private registry in the VPC")


@check(severity=Severity.MEDIUM, controls=("FSBP SageMaker.17",))
def sagemaker_featuregroup_encryption_at_rest(group: FeatureGroup) -> Verdict:
    """Offline stores of SageMaker feature groups should be encrypted with a KMS key.

    The check does not apply to feature groups without an offline store.

    Problem: offline store has no KMS key
    Why: With a KMS key you decide who can read the features, and can see who did.
    Fix: The key cannot be changed. Create a new feature group, and ingest the data again. `aws sagemaker
      create-feature-group --feature-group-name NEW-NAME --record-identifier-feature-name FEATURE
      --event-time-feature-name TIME-FEATURE --feature-definitions file://FEATURES.json --role-arn ROLE-ARN
      --offline-store-config file://STORE.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-17
    """
    if not group.offline:
        return not_applicable("Feature group has no offline store")
    if group.key:
        return compliant("Offline store is encrypted with a KMS key")
    return non_compliant("Offline store has no KMS key")
