"""The embedded AWS lists capacity providers, and knows the mode of log drivers that is in force."""

from local.server import EmbeddedAws


def test_capacity_providers_are_listed_page_by_page(aws: EmbeddedAws) -> None:
    ecs = aws.client("ecs")
    assert ecs.describe_capacity_providers()["capacityProviders"] == []
    for name in ("a", "b", "c"):
        ecs.create_capacity_provider(name=name, autoScalingGroupProvider={"autoScalingGroupArn": f"arn:{name}"})
    first = ecs.describe_capacity_providers(maxResults=2)
    second = ecs.describe_capacity_providers(maxResults=2, nextToken=first["nextToken"])
    names = [each["name"] for page in (first, second) for each in page["capacityProviders"]]
    assert names == ["a", "b", "c"]
    assert "nextToken" not in second
    ecs.delete_capacity_provider(capacityProvider="b")
    assert [each["name"] for each in ecs.describe_capacity_providers()["capacityProviders"]] == ["a", "c"]


def test_a_setting_that_nobody_made_is_in_force(aws: EmbeddedAws) -> None:
    ecs = aws.client("ecs")
    wanted = {"name": "defaultLogDriverMode", "effectiveSettings": True}
    assert [each["value"] for each in ecs.list_account_settings(**wanted)["settings"]] == ["non-blocking"]
    ecs.put_account_setting(name="defaultLogDriverMode", value="blocking")
    assert [each["value"] for each in ecs.list_account_settings(**wanted)["settings"]] == ["blocking"]
