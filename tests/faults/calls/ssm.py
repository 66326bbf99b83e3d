"""The calls of Systems Manager."""

from tests.faults.held import REGIONS, Estate, places


def calls(there: Estate) -> dict[str, int]:
    documents = there.all(
        "ssm", "list_documents", "DocumentIdentifiers", Filters=[{"Key": "Owner", "Values": ["Self"]}]
    )
    instances = there.held("ec2", "describe_instances", "Reservations", "Instances")
    return {
        "ssm:ListDocuments": REGIONS,
        "ssm:DescribeDocumentPermission": len(documents),
        # Two settings of each region.
        "ssm:GetServiceSetting": 2 * REGIONS,
        # Judged by it are instances.
        "ssm:DescribeInstanceInformation": places(instances),
        "ssm:ListResourceComplianceSummaries": places(instances),
    }
