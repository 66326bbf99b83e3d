"""Migration files: what they may say, and the line, key and fix of every mistake in one."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import ConfigurationError
from muster.migration.file import Factors, Item, Place, Throughput
from muster.migration.files.parsing import load, parse
from muster.migration.files.schema import json_schema, schema_text

SCHEMAS = Path(__file__).parents[4] / "docs" / "schemas"
TOP = """\
batch: wave-1
environment: production
source: {region: us-east-1}
target: {region: eu-west-1}
"""
LONG = "a" * 60


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        parse(text, "m.yaml")
    return str(raised.value).split("\n")


def targets(items: tuple[Item, ...]) -> list[str]:
    return [each.target for each in items]


def test_a_short_file_takes_every_default() -> None:
    file = parse(TOP + "buckets: [shop-data]\ntables: [orders]\n")
    assert (file.batch, file.environment, file.suffix) == ("wave-1", "production", "eu-west-1")
    assert (file.source, file.target) == (Place("us-east-1"), Place("eu-west-1"))
    assert targets(file.buckets) == ["shop-data-eu-west-1"]
    assert file.buckets[0].replicated
    assert file.tables[0].factors == Factors(Decimal(1), Decimal(1))
    assert (file.expiry_days, file.notify) == (90, "")


def test_json_is_read_too_with_tabs_between_its_values() -> None:
    document = {**yaml.safe_load(TOP), "functions": [{"name": "bills", "target": "bills-eu"}]}
    assert targets(parse(json.dumps(document, indent="\t")).functions) == ["bills-eu"]


def test_a_place_may_be_another_account_with_a_role() -> None:
    file = parse(
        TOP.replace(
            "{region: eu-west-1}",
            "{region: eu-west-1, account: '111122223333', role: migration/Reader, external_id: abc}",
        )
        + "buckets: [shop-data]"
    )
    assert file.target == Place("eu-west-1", "111122223333", "migration/Reader", "abc")


@pytest.mark.parametrize(
    ("written", "factor"), [("1.1", "1.1"), ("1.10", "1.10"), ("'2'", "2"), ("0.000001", "0.000001"), ("1000", "1000")]
)
def test_factors_are_kept_as_they_are_written(written: str, factor: str) -> None:
    file = parse(TOP + f"tables: [{{name: orders, capacity: {{read: {written}}}}}]")
    assert file.tables[0].factors.read == Decimal(factor)


@pytest.mark.parametrize("written", ["0", "0.0", "-1", "1001", "0x10", "010", "1e3", "two", ".5", "1_0", "yes"])
def test_other_numbers_are_no_factors(written: str) -> None:
    (mistake,) = mistakes(TOP + f"tables:\n- name: orders\n  capacity: {{read: {written}}}")
    assert mistake.startswith("m.yaml:7: tables[0].capacity.read: ")


def test_an_index_takes_its_own_factors_then_those_of_the_table_then_those_of_all_tables() -> None:
    file = parse(
        TOP
        + """
capacity: {read: 3, write: 4}
tables:
  - name: orders
    capacity: {write: 5}
    maximum: {read: 4000}
    indexes: {by-user: {read: 2, maximum: {read: 100, write: 200}}, indexes: {maximum: {read: 7}}}
"""
    )
    (table,) = file.tables
    assert table.factors_of() == Factors(Decimal(3), Decimal(5))
    assert table.factors_of("by-user") == Factors(Decimal(2), Decimal(5))
    assert table.factors_of("by-date") == Factors(Decimal(3), Decimal(5))
    assert table.maximum_of() == Throughput(4000, None)
    assert table.maximum_of("by-user") == Throughput(100, 200)
    assert table.maximum_of("by-date") is None


def test_one_naming_rule_names_all_and_a_mapping_names_each_kind() -> None:
    lists = "\nbuckets: [data]\ntables: [orders]\nfunctions: [bills]\nlog_groups: [app]\n"
    file = parse(TOP + "suffix: eu\nnaming: '{batch}-{name}-{suffix}'" + lists)
    assert targets((*file.items(),)) == ["wave-1-data-eu", "wave-1-orders-eu", "wave-1-bills-eu", "wave-1-app-eu"]
    file = parse(TOP + "naming: {buckets: '{name}.{target_region}', tables: '{source_region}_{name}'}" + lists)
    assert targets((*file.items(),)) == [
        "data.eu-west-1", "us-east-1_orders", "bills-eu-west-1", "app-eu-west-1",
    ]  # fmt: skip


def test_a_log_group_of_a_function_is_named_after_the_function_of_the_target() -> None:
    file = parse(
        TOP + "functions: [bills, {name: pay, target: pay-eu}]\n"
        "log_groups: [/aws/lambda/bills, /aws/lambda/pay, /aws/lambda/other, {name: /aws/lambda/bills2, target: x}]"
    )
    assert targets(file.log_groups) == [
        "/aws/lambda/bills-eu-west-1", "/aws/lambda/pay-eu", "/aws/lambda/other-eu-west-1", "x",
    ]  # fmt: skip


def test_a_table_may_keep_its_name_in_the_other_region() -> None:
    assert targets(parse(TOP + "naming: '{name}'\ntables: [orders]").tables) == ["orders"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", "m.yaml:1: the file is empty; 'muster migration init' writes one"),
        (TOP, "m.yaml:1: nothing is migrated: list buckets, tables, functions or log_groups"),
        (TOP + "bukets: []", "m.yaml:5: bukets is not a key; did you mean buckets?"),
        (TOP.replace("batch: wave-1\n", ""), "m.yaml:1: batch is missing"),
        (TOP.replace("us-east-1", "us-eas-1"),
         "m.yaml:3: source.region: us-eas-1 is not a region; did you mean us-east-1?"),
        (TOP.replace("eu-west-1", "us-east-1"),
         "m.yaml:4: target.region: source and target are both us-east-1; name another region"),
        (TOP.replace("eu-west-1", "cn-north-1"),
         ("m.yaml:4: target.region: us-east-1 is in the partition aws, cn-north-1 in aws-cn; "
         "choose regions of one partition")),
        (TOP.replace("eu-west-1", "eu-west-1, account: 111122223333"),
         ("m.yaml:4: target.account: 111122223333 is a number to YAML, where an account id of 12 digits is expected; "
         "write it in quotes: '111122223333'")),
        (TOP.replace("eu-west-1", "eu-west-1, role: Reader"),
         "m.yaml:4: target.role: account is missing: a role is assumed in another account"),
        (TOP + "capacity: {read: yes}\ntables: [orders]",
         "m.yaml:5: capacity.read: a factor above 0 and up to 1000, like 1.5 is expected, not true or false (yes)"),
        (TOP + "naming: '{nam}'", "m.yaml:5: naming: nam is not a placeholder; did you mean name?"),
        (TOP + "naming: copy",
         "m.yaml:5: naming: a naming rule needs {name}; without it all targets would have one name"),
        (TOP + "buckets:\n- shop\n- shop", "m.yaml:7: buckets[1]: the bucket shop stands in line 6 already"),
        (TOP + "tables:\n- name: orders\n- name: orders",
         "m.yaml:7: tables[1].name: the table orders stands in line 6 already"),
        (TOP + "naming: '{name}'\nbuckets: [shop]",
         "m.yaml:6: buckets[0]: source and target are both shop; the names of buckets are global"),
        (TOP + "tables:\n- {name: orders, target: all}\n- {name: carts, target: all}",
         "m.yaml:7: tables[1].target: orders and carts would both become all"),
        (TOP + f"buckets: [{LONG}]",
         (f"m.yaml:5: buckets[0]: '{LONG}-eu-west-1' has 70 characters; the name of a bucket has 3 to 63; "
         "give the item a target of its own")),
        (TOP + "tables: [or ders]",
         "m.yaml:5: tables[0]: 'or ders' cannot name a table: only letters, digits, _, . and - are allowed"),
        (TOP + "log_groups: [{name: app, retention_days: 31}]",
         ("m.yaml:5: log_groups[0].retention_days: 31 is not a retention that CloudWatch Logs offers: 1, 3, 5, 7, 14, "
         "30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653")),
        (TOP + "notify: team", "m.yaml:5: notify: 'team' is not an e-mail address"),
        (TOP + "expiry_days: 0", "m.yaml:5: expiry_days: 0 is less than 1"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_its_key_and_the_fix(text: str, mistake: str) -> None:
    assert mistake in mistakes(text)


@pytest.mark.parametrize(
    "name",
    ["ab", "a" * 64, "Data", "da_ta", "-data", "data-", "da..ta", "192.168.5.4", "xn--data", "sthree-data",
     "amzn-s3-demo-data", "data-s3alias", "data--ol-s3", "data.mrap", "data--x-s3", "data--table-s3"],
)  # fmt: skip
def test_a_target_bucket_has_a_name_that_s3_gives_to_new_buckets(name: str) -> None:
    (mistake,) = mistakes(TOP + f"buckets: [{{name: shop, target: '{name}'}}]")
    assert mistake.startswith(f"m.yaml:5: buckets[0].target: '{name}' ")


def test_a_source_bucket_may_have_a_name_from_before_these_rules() -> None:
    (bucket,) = parse(TOP + "buckets: [{name: Old_Data, target: old-data}]").buckets
    assert bucket.name == "Old_Data"


def test_all_mistakes_of_a_file_come_at_once() -> None:
    text = TOP + "capacity: {read: 0x1}\nnaming: {tables: x}\n"
    assert len(mistakes(text.replace("us-east-1", "us-esat-1"))) == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml: No such file"):
        load(tmp_path / "none.yaml")


def test_the_published_schema_is_that_of_the_code_and_is_a_schema() -> None:
    assert (SCHEMAS / "migration.schema.json").read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json_schema())


names = st.from_regex(r"[a-z][a-z0-9]{2,20}", fullmatch=True)


@given(
    buckets=st.lists(names, unique=True, min_size=1, max_size=4),
    read=st.decimals("0.000001", "1000", places=3).filter(lambda each: each > 0),
)
def test_every_file_that_the_schema_and_the_names_allow_becomes_values(buckets: list[str], read: Decimal) -> None:
    document: dict[str, Any] = {
        **yaml.safe_load(TOP),
        "buckets": buckets,
        "tables": [{"name": "orders", "capacity": {"read": str(read)}}],
    }
    jsonschema.validate(document, json_schema())
    file = parse(yaml.safe_dump(document))
    assert [each.name for each in file.buckets] == buckets
    assert file.tables[0].factors.read == read


def test_the_example_of_the_page_is_a_right_file() -> None:
    example = SCHEMAS.parents[1] / "config" / "migrations" / "example.yaml"
    (written,) = re.findall(r"```yaml\n(.*?)```", (SCHEMAS.parent / "migration.md").read_text("utf-8"), re.DOTALL)
    text = example.read_text("utf-8")
    assert text.partition("\n")[2] == written
    assert targets(load(example).buckets) == ["shop-data-eu-west-1", "shop-logs-eu"]
