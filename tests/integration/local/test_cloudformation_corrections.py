"""Stacks as CloudFormation describes them."""

import json

from local.server import EmbeddedAws


def test_lists_among_parameters_are_spelled_with_commas() -> None:
    template = {
        "Parameters": {name: {"Type": "CommaDelimitedList"} for name in ("Packs", "One", "None")},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    }
    given = {"Packs": "all,it's & that", "One": "all", "None": ""}
    with EmbeddedAws() as aws:
        client = aws.client("cloudformation")
        parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
        client.create_stack(StackName="lists", TemplateBody=json.dumps(template), Parameters=parameters)
        described = client.describe_stacks(StackName="lists")["Stacks"][0]["Parameters"]
    assert {each["ParameterKey"]: each["ParameterValue"] for each in described} == given
