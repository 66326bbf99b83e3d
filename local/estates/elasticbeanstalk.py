"""Environments of Elastic Beanstalk: one as it should be, and one as the API makes it."""

from local.server import EmbeddedAws

_NAMESPACE = "aws:elasticbeanstalk"
_SETTINGS = {
    (f"{_NAMESPACE}:healthreporting:system", "SystemType"): "enhanced",
    (f"{_NAMESPACE}:managedactions", "ManagedActionsEnabled"): "true",
    (f"{_NAMESPACE}:managedactions:platformupdate", "UpdateLevel"): "minor",
    (f"{_NAMESPACE}:cloudwatch:logs", "StreamLogs"): "true",
    (f"{_NAMESPACE}:application:environment", "DB_PASSWORD"): "not-a-real-password",
}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    beanstalk = aws.client("elasticbeanstalk", region)
    beanstalk.create_application(ApplicationName="shop")
    options = [
        {"Namespace": namespace, "OptionName": name, "Value": value} for (namespace, name), value in _SETTINGS.items()
    ]
    beanstalk.create_environment(
        ApplicationName="shop", EnvironmentName="shop-production", OptionSettings=options,
        Tags=[{"Key": "Owner", "Value": "web"}],
    )  # fmt: skip
    beanstalk.create_environment(ApplicationName="shop", EnvironmentName="shop-trial")
