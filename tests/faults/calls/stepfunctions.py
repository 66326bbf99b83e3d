"""The calls of Step Functions."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    machines = there.all("stepfunctions", "list_state_machines", "stateMachines")
    activities = there.all("stepfunctions", "list_activities", "activities")
    return {
        "stepfunctions:ListStateMachines": REGIONS,
        "stepfunctions:ListActivities": REGIONS,
        "stepfunctions:DescribeStateMachine": len(machines),
        "stepfunctions:ListTagsForResource": len(machines) + len(activities),
    }
