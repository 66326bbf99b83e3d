"""Detectors: one that protects everything, and in the other region one that is suspended."""

from local.server import EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_AWAY = {"us-east-1": "eu-west-1"}
_PLANS = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
_AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region, with a detector of another one."""
    agents = [{"Name": name, "Status": "ENABLED"} for name in _AGENTS]
    runtime = {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": agents}
    plans = [{"Name": name, "Status": "ENABLED"} for name in _PLANS]
    aws.client("guardduty", region).create_detector(Enable=True, Features=[*plans, runtime], Tags=TAGS)
    aws.client("guardduty", _AWAY.get(region, "us-east-1")).create_detector(Enable=False)
