"""The table of service principals: what it covers, where it was read, and how names are written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.service_principals import Sends, normal, sends, sends_external_id, table

LIST = Path(__file__).parent / "data" / "service_principals.txt"
LISTED = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
AWS = ("https://docs.aws.amazon.com/", "https://github.com/aws/", "https://github.com/boto/")
DATE = re.compile(r"20\d\d-(0[1-9]|1[0-2])(-\d\d)?\Z")


def test_every_principal_of_the_public_lists_has_an_entry() -> None:
    assert len(LISTED) > 400
    assert set(LISTED) - set(table()) == set()


def test_every_entry_says_where_and_when_it_was_read() -> None:
    bad = [name for name, said in table().items() if not said.page.startswith("https://") or not DATE.match(said.read)]
    assert bad == []


def test_every_verdict_on_keys_has_a_page_of_its_own() -> None:
    lists = {said.page for said in table().values() if said.sends is Sends.UNDOCUMENTED}
    decided = {name for name, said in table().items() if said.sends is not Sends.UNDOCUMENTED}
    assert len(decided) > 60
    assert {name for name in decided if table()[name].page in lists} == set()
    assert {name for name in decided if table()[name].sends is not Sends.NONE} == {
        name for name in decided if table()[name].page.startswith(AWS)
    }


def test_every_name_is_in_its_normal_form() -> None:
    assert [name for name in table() if normal(name) != name] == []


def test_no_name_stands_twice_in_the_file() -> None:
    file = Path(__file__).parents[4] / "layers/core/muster/data/service_principals.yaml"
    names = re.findall(r"^  (?:- )?([a-z0-9_.-]+\.com)(?::|$)", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) == len(table())
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ssm.amazonaws.com", "ssm.amazonaws.com"),
        ("SSM.AmazonAWS.com", "ssm.amazonaws.com"),
        ("ec2.amazonaws.com.cn", "ec2.amazonaws.com"),
        ("logs.eu-central-1.amazonaws.com", "logs.amazonaws.com"),
        ("logs.cn-north-1.amazonaws.com.cn", "logs.amazonaws.com"),
        ("states.us-gov-west-1.amazonaws.com", "states.amazonaws.com"),
        ("directoryservice.rds.af-south-1.amazonaws.com", "directoryservice.rds.amazonaws.com"),
        ("ec2.c2s.ic.gov", "ec2.amazonaws.com"),
        ("ec2.us-isob-east-1.sc2s.sgov.gov", "ec2.amazonaws.com"),
        ("ec2.eusc-de-east-1.amazonaws.eu", "ec2.amazonaws.com"),
        ("pods.eks.amazonaws.com", "pods.eks.amazonaws.com"),
        ("delivery.logs.amazonaws.com", "delivery.logs.amazonaws.com"),
        ("athena.aws.internal", "athena.aws.internal"),
        ("*", "*"),
    ],
)
def test_a_principal_has_one_name_in_all_regions_and_partitions(written: str, name: str) -> None:
    assert normal(written) == name


@given(st.sampled_from(sorted(table())), st.sampled_from(["eu-west-1", "us-gov-east-1", "ap-southeast-5"]))
def test_a_region_changes_nothing(name: str, region: str) -> None:
    assert sends(name.replace(".amazonaws.com", f".{region}.amazonaws.com")) is sends(name)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        ("ssm", Sends.SOURCE),
        ("airflow", Sends.SOURCE),
        ("airflow-env", Sends.SOURCE),
        ("config", Sends.SOURCE),
        ("monitoring.rds", Sends.SOURCE),
        ("events", Sends.SOURCE),
        ("datasync", Sends.SOURCE),
        ("transfer", Sends.SOURCE),
        ("dms", Sends.SOURCE),
        ("batch", Sends.SOURCE),
        ("sagemaker", Sends.SOURCE),
        ("bedrock", Sends.SOURCE),
        ("codebuild", Sends.SOURCE),
        ("cloudformation", Sends.SOURCE),
        ("scheduler", Sends.SOURCE),
        ("states", Sends.SOURCE),
        ("lambda", Sends.SOURCE),
        ("glue", Sends.SOURCE),
        ("firehose", Sends.SOURCE),
        ("s3", Sends.SOURCE),
        ("redshift", Sends.SOURCE),
        ("grafana", Sends.SOURCE),
        ("storagegateway", Sends.SOURCE),
        ("osis-pipelines", Sends.SOURCE),
        ("elasticmapreduce", Sends.SOURCE),
        ("eks", Sends.SOURCE),
        ("lakeformation", Sends.SOURCE),
        ("export.rds", Sends.SOURCE),
        ("kinesisanalytics", Sends.SOURCE),
        ("ses", Sends.SOURCE),
        ("ec2", Sends.NONE),
        ("elastictranscoder", Sends.NONE),
        ("cloudtrail", Sends.NONE),
        ("cognito-idp", Sends.EXTERNAL_ID),
        ("migration.s3tables", Sends.SOURCE),
        ("pods.eks", Sends.OWN),
        ("iotevents", Sends.OWN),
        ("omics", Sends.UNDOCUMENTED),
        ("codepipeline", Sends.UNDOCUMENTED),
        ("backup", Sends.UNDOCUMENTED),
        ("tasks.apprunner", Sends.UNDOCUMENTED),
        ("newer-than-the-table", Sends.UNDOCUMENTED),
    ],
)
def test_what_a_service_sends(service: str, said: Sends) -> None:
    assert sends(f"{service}.amazonaws.com") is said


@pytest.mark.parametrize(
    ("service", "told"), [("firehose", True), ("ses", True), ("cognito-idp", True), ("lambda", False), ("new", False)]
)
def test_which_services_send_an_external_id(service: str, told: bool) -> None:
    assert sends_external_id(f"{service}.eu-west-1.amazonaws.com") is told
