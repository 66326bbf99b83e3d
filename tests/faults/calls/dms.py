"""The calls of DMS."""

from tests.faults.held import REGIONS, Estate, batches


def calls(there: Estate) -> dict[str, int]:
    held = [
        there.held("dms", f"describe_{kind}", member)
        for kind, member in (
            ("replication_instances", "ReplicationInstances"),
            ("replication_tasks", "ReplicationTasks"),
            ("endpoints", "Endpoints"),
        )
    ]
    return {
        "dms:DescribeReplicationInstances": REGIONS,
        "dms:DescribeReplicationTasks": REGIONS,
        "dms:DescribeEndpoints": REGIONS,
        "dms:ListTagsForResource": sum(batches(items, 20) for items in held),
    }
