"""Terraform and Pulumi files of what is on the embedded AWS: they parse, validate, and name every resource once."""

import json
import shutil
import subprocess
from pathlib import Path

import hcl2
import jsonschema
import pytest

from local.server import EmbeddedAws
from tests.integration.bundle import estate
from tests.integration.bundle.conftest import Command
from tests.integration.bundle.estate import AWAY, HOME
from tests.integration.properties.drawn_buckets import NAME, Configuration
from tests.integration.properties.test_bucket_round_trip import fresh, make
from tests.integration.properties.whole_buckets import NEW, OLD

BOTH = ("--region", HOME, "--region", AWAY)
SCHEMA = Path(__file__).parents[2] / "unit" / "bundle" / "pulumi-import.schema.json"


def test_the_files_parse_and_every_import_has_its_block(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("terraform", *BOTH) == 0
    imports, blocks = [], []
    for path in sorted(Path("out").glob("*.tf")):
        parsed = hcl2.loads(path.read_text("utf-8"))
        imports += [each["to"].removeprefix("${").removesuffix("}") for each in parsed.get("import", ())]
        blocks += [
            f"{kind}.{label}".replace('"', "")
            for each in parsed.get("resource", ())
            for kind, labelled in each.items()
            for label in labelled
        ]
    assert imports == blocks
    assert len(set(imports)) == len(imports)
    assert {each.partition(".")[0] for each in imports} >= {
        "aws_s3_bucket", "aws_s3_bucket_policy", "aws_s3_bucket_versioning", "aws_dynamodb_table", "aws_sqs_queue",
        "aws_sqs_queue_policy", "aws_sns_topic", "aws_cloudwatch_log_group", "aws_kms_key", "aws_kms_alias",
        "aws_lambda_function", "aws_security_group", "aws_iam_role", "aws_iam_role_policy",
    }  # fmt: skip
    text = Path("out/README.md").read_text("utf-8")
    assert f"Plan: {len(imports)} to import, 0 to add, 0 to change, 0 to destroy." in text
    assert "tmp/$${x}/" in Path("out", f"{HOME}-s3.tf").read_text("utf-8")


@pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not installed")
def test_the_files_are_as_terraform_fmt_writes_them(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("terraform", *BOTH) == 0
    command = ["terraform", "fmt", "-check", "-diff", "out"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert (result.stdout, result.returncode) == ("", 0)


def test_pulumi_s_file_of_each_region_is_valid_and_has_no_name_twice(aws: EmbeddedAws, muster: Command) -> None:
    estate.whole(aws)
    assert muster("pulumi", *BOTH) == 0
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for region in (HOME, AWAY):
        document = json.loads(Path("out", region, "import.json").read_text("utf-8"))
        jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
        names = [(each["type"], each["name"]) for each in document["resources"]]
        assert len(set(names)) == len(names)
        assert f"BUNDLE/{region}/import.json" in Path("out/README.md").read_text("utf-8")


@pytest.mark.parametrize(("configuration", "resources"), [(NEW, 18), (OLD, 10)], ids=["new", "old"])
def test_a_bucket_with_every_setting_has_a_resource_for_each(
    aws: EmbeddedAws, muster: Command, configuration: Configuration, resources: int
) -> None:
    fresh(aws)
    make(aws, configuration)
    assert muster("terraform", "--resource", f"arn:aws:s3:::{NAME}") == 0
    assert json.loads(Path("out/muster-bundle.json").read_text("utf-8"))["left_out"] == []
    parsed = hcl2.loads(Path("out", f"{HOME}-s3.tf").read_text("utf-8"))
    assert len(parsed["import"]) == len(parsed["resource"]) == resources
