"""The fix of every comparison: the AWS CLI understands each command."""

import re

import pytest

from muster.migration.comparison import Comparison, comparisons
from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, TABLE
from muster.model.finding import REGION
from muster.reports.remedy import Target, filled
from tests.unit.reports.aws_cli import faults

ACCOUNT, WHERE = "111122223333", "eu-west-1"
ARNS = {
    BUCKET: ("shop", "arn:aws:s3:::shop"),
    TABLE: ("orders", f"arn:aws:dynamodb:{WHERE}:{ACCOUNT}:table/orders"),
    FUNCTION: ("bills", f"arn:aws:lambda:{WHERE}:{ACCOUNT}:function:bills"),
    LOG_GROUP: ("/aws/lambda/bills", f"arn:aws:logs:{WHERE}:{ACCOUNT}:log-group:/aws/lambda/bills"),
    REGION: ("", WHERE),
}
VALUES = {
    "READ-UNITS": "5", "WRITE-UNITS": "5", "SECONDS": "30", "NUMBER": "5", "DAYS": "7", "MEGABYTES": "512",
    "MIN": "5", "MAX": "50", "MAPPING-ID": "0a1b2c3d-0000-4000-8000-000000000000", "RUNTIME": "python3.13",
    "ARCHITECTURE": "arm64", "DIMENSION": "dynamodb:table:ReadCapacityUnits", "MODE": "PROVISIONED",
    "CLASS": "STANDARD", "UNITS": "80000",
}  # fmt: skip
"""What a reader puts in where the CLI takes no word."""
OF_THE_CLI_ITSELF = ("aws cloudformation deploy ", "muster ")
"""Commands that are no single operation of AWS."""
WORDS = re.compile(rf"(?<![A-Z-])(?:{'|'.join(VALUES)})(?![A-Z-])")


@pytest.mark.parametrize("comparison", comparisons(), ids=lambda each: f"{each.check.id} {each.resource_type}")
def test_the_cli_understands_every_command_of_a_fix(comparison: Comparison) -> None:
    name, arn = ARNS[comparison.resource_type]
    steps = filled(comparison.check.fix, Target(comparison.resource_type, name, arn, ACCOUNT, WHERE))
    commands = [step.text for step in steps if step.command and not step.text.startswith(OF_THE_CLI_ITSELF)]
    texts = [WORDS.sub(lambda word: VALUES[word[0]], text) for text in commands]
    assert {text: found for text in texts if (found := faults(text))} == {}
