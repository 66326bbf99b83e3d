"""Capacity providers, and the mode of log drivers."""

from tests.faults.held import REGIONS, Estate, places


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called: ten capacity providers a call."""
    providers = there.held("ecs", "describe_capacity_providers", "capacityProviders")
    assert all(len(items) <= 10 for items in providers.values())
    definitions = there.held("ecs", "list_task_definitions", "taskDefinitionArns")
    return {"ecs:DescribeCapacityProviders": REGIONS, "ecs:ListAccountSettings": places(definitions)}
