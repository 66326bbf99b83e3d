"""Fixes with a resource's own names: quoting, refusals, loops."""

import shlex
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model.finding import Finding, Resource, Severity, Status, Verdict, compliant, non_compliant
from muster.reports.remedy import LOOP, Step, Target, filled, fix_steps, fix_text, folded

ALARM = "`aws cloudwatch enable-alarm-actions --alarm-names NAME`"
HERE, WHERE = "111122223333", "eu-west-1"
TARGET = Target("AWS::CloudWatch::Alarm", "cpu", f"arn:aws:cloudwatch:{WHERE}:{HERE}:alarm:cpu", HERE, WHERE)
QUEUE = Target("AWS::SQS::Queue", "bills", "arn:aws:sqs:eu-west-1:111122223333:bills", "111122223333", "eu-west-1")
URL = "`aws sqs purge-queue --queue-url URL`"


def command(fix: str, target: Target) -> str:
    (step,) = filled(fix, target)
    assert step.command
    return step.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cpu", "cpu"),
        ("cpu of $HOME", "'cpu of $HOME'"),
        ("it's `id`", "'it'\"'\"'s `id`'"),
        ("--profile", "NAME"),
        ("file:///etc/passwd", "NAME"),
        ("https://evil.example", "NAME"),
        ("see www.evil.example", "NAME"),
        ("two\nlines", "NAME"),
        ("\u202ecpu", "NAME"),
        (" cpu", "NAME"),
        ("", "NAME"),
    ],
)
def test_a_name_is_quoted_and_one_that_means_something_else_is_left_to_the_reader(name: str, shown: str) -> None:
    assert command(ALARM, replace(TARGET, id=name)) == (
        f"aws cloudwatch enable-alarm-actions --region eu-west-1 --alarm-names {shown}"
    )


@pytest.mark.parametrize("name", ["a,b", "a b", "a}", "[a", "'", "a=b,c=d"])
def test_a_name_inside_shorthand_must_not_change_the_shorthand(name: str) -> None:
    fix = "`aws cloudwatch put-metric-alarm --dimensions Name=TableName,Value=NAME`"
    assert command(fix, replace(TARGET, id=name)).endswith("Name=TableName,Value=NAME")


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_name_is_one_word_of_the_shell_that_the_shell_gives_back(name: str) -> None:
    words = shlex.split(command(ALARM, replace(TARGET, id=name)))
    assert words[:5] == ["aws", "cloudwatch", "enable-alarm-actions", "--region", "eu-west-1"]
    assert words[6:] in ([name], ["NAME"]) or name.startswith("arn:")


@pytest.mark.parametrize(
    ("partition", "region", "url"),
    [
        ("aws", "eu-west-1", "https://sqs.eu-west-1.amazonaws.com/111122223333/bills"),
        ("aws-cn", "cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/bills"),
        ("aws-us-gov", "us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com/111122223333/bills"),
        ("aws-iso", "us-iso-east-1", "https://sqs.us-iso-east-1.c2s.ic.gov/111122223333/bills"),
    ],
)
def test_a_queue_has_the_address_of_its_partition(partition: str, region: str, url: str) -> None:
    assert command(URL, replace(QUEUE, partition=partition, region=region)) == (
        f"aws sqs purge-queue --region {region} --queue-url {url}"
    )


def test_an_arn_of_aws_is_of_the_partition_of_the_resource() -> None:
    fix = "`aws iam attach-role-policy --role-name ROLE-NAME --policy-arn arn:PARTITION:iam::aws:policy/SecurityAudit`"
    assert command(fix, replace(QUEUE, partition="aws-cn")).endswith("arn:aws-cn:iam::aws:policy/SecurityAudit")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        pytest.param("https://eu-west-1.queue.amazonaws.com/111122223333/bills", "", id="an older form"),
        pytest.param("https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/111122223333/bills", "", id="of a VPC"),
        pytest.param("https://evil.example/x", "https://sqs.eu-west-1.amazonaws.com/111122223333/x", id="another path"),
        pytest.param("https://a.b/$(id)/111122223333/bills", "https://sqs.eu-west-1.amazonaws.com/111122223333/bills",
                     id="not safe in a shell"),
    ],
)  # fmt: skip
def test_a_queue_has_the_address_that_sqs_named_where_it_can_be_one(name: str, url: str) -> None:
    assert command(URL, replace(QUEUE, id=name)).endswith(f"--queue-url {url or name}")


def test_a_global_resource_needs_no_region() -> None:
    role = Target("AWS::IAM::Role", "deploy", "arn:aws:iam::111122223333:role/deploy", "111122223333", "global")
    assert command("`aws iam get-role --role-name NAME`", role) == "aws iam get-role --role-name deploy"


def test_a_service_has_its_cluster_and_an_old_one_leaves_it_to_the_reader() -> None:
    fix = "`aws ecs update-service --cluster CLUSTER --service NAME`"
    service = Target(
        "AWS::ECS::Service",
        "shop/web",
        "arn:aws:ecs:eu-west-1:111122223333:service/shop/web",
        "111122223333",
        "eu-west-1",
    )
    assert command(fix, service).endswith("--cluster shop --service web")
    old = replace(service, id="web", arn="arn:aws:ecs:eu-west-1:111122223333:service/web")
    assert command(fix, old).endswith("--cluster CLUSTER --service web")


def test_sentences_and_commands_are_steps_of_their_own() -> None:
    assert filled("Look first: `aws a b --name NAME` `aws a c` Then wait.", TARGET) == (
        Step("Look first:", command=False),
        Step("aws a b --region eu-west-1 --name cpu", command=True),
        Step("aws a c --region eu-west-1", command=True),
        Step("Then wait.", command=False),
    )


def test_a_fix_of_muster_yaml_that_is_a_command_as_a_whole_needs_no_backticks() -> None:
    assert command("aws a b --name NAME", TARGET) == "aws a b --region eu-west-1 --name cpu"
    assert filled("Ask NAME.", TARGET) == (Step("Ask NAME.", command=False),)
    assert filled("", TARGET) == ()


def several(*names: str) -> list[Target]:
    return [replace(QUEUE, id=name, arn=f"arn:aws:sqs:eu-west-1:111122223333:{name}") for name in names]


def test_one_loop_repairs_all() -> None:
    steps, covered = folded(f"{URL} Then wait.", several("a", "b"))
    assert covered == 2
    assert steps == (
        Step(
            "for url in https://sqs.eu-west-1.amazonaws.com/111122223333/a "
            "https://sqs.eu-west-1.amazonaws.com/111122223333/b; "
            'do aws sqs purge-queue --region eu-west-1 --queue-url "$url"; done',
            command=True,
        ),
        Step("Then wait.", command=False),
    )


def test_a_loop_is_for_one_account_and_one_region() -> None:
    elsewhere = [replace(QUEUE, region="eu-west-2"), replace(QUEUE, account_id="444455556666")]
    _, covered = folded(URL, [*several("a", "b"), *elsewhere])
    assert covered == 2


def test_a_loop_may_be_over_regions() -> None:
    regions = [Target("AWS::::Region", name, "", "111122223333", name) for name in ("eu-west-1", "us-east-1")]
    (step,), covered = folded("`aws ec2 enable-ebs-encryption-by-default --region REGION`", regions)
    assert step.text == (
        'for region in eu-west-1 us-east-1; do aws ec2 enable-ebs-encryption-by-default --region "$region"; done'
    )
    assert covered == 2


def test_a_long_loop_ends() -> None:
    _, covered = folded(ALARM, [replace(TARGET, id=f"a-{place}") for place in range(100)])
    assert covered == LOOP


def test_a_sentence_is_for_all() -> None:
    assert folded("Look.", several("a", "b")) == ((Step("Look.", command=False),), 2)


def test_a_fix_is_for_a_resource() -> None:
    with pytest.raises(ValueError, match="at least one"):
        folded("Look.", [])


def test_a_shell_runs_the_loop_over_every_name() -> None:
    targets = [replace(TARGET, id=name) for name in ("a", "b.c", "d/e")]
    (step,), covered = folded('`aws a b --x NAME --y Value=NAME --z "[NAME]"`', targets)
    script = f"aws() {{ printf '%s|' \"$@\"; echo; }}; {step.text}"
    shell = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)  # noqa: S603, S607 - names of this test
    assert covered == 3
    assert shell.stdout.splitlines() == [
        f"a|b|--region|eu-west-1|--x|{name}|--y|Value={name}|--z|[{name}]|" for name in ("a", "b.c", "d/e")
    ]


PORT = "Close it: `aws ec2 revoke --group-id ID --port PORT --cidr CIDR` Then look again."
GROUP = Resource("AWS::EC2::SecurityGroup", "sg-1", HERE, WHERE, arn=f"arn:aws:ec2:{WHERE}:{HERE}:security-group/sg-1")


def finding(verdict: Verdict, fix: str = PORT) -> Finding:
    return Finding(
        "1", "closed", 1, "t", Severity.HIGH, verdict.status, verdict.reason, GROUP, "ec2", datetime.now(UTC),
        remediation=fix, values=verdict.values,
    )  # fmt: skip


def test_a_verdict_fills_in_what_the_resource_does_not_name() -> None:
    failing = finding(non_compliant("Port 22 is open", port="22", cidr="0.0.0.0/0"))
    assert fix_text(failing) == (
        "Close it: `aws ec2 revoke --region eu-west-1 --group-id sg-1 --port 22 --cidr 0.0.0.0/0` Then look again."
    )
    assert [step.text for step in fix_steps(failing) if step.command] == [
        "aws ec2 revoke --region eu-west-1 --group-id sg-1 --port 22 --cidr 0.0.0.0/0"
    ]


def test_a_word_of_two_parts_is_named_with_an_underscore() -> None:
    failing = finding(non_compliant("r", statement_id="all"), "`aws lambda remove --statement-id STATEMENT-ID`")
    assert fix_text(failing) == "`aws lambda remove --region eu-west-1 --statement-id all`"


@pytest.mark.parametrize("value", ["", "-22", "$(id)", "`id`", "a b", "https://x.example"])
def test_a_value_that_could_mean_something_else_is_left_to_the_reader_or_quoted(value: str) -> None:
    text = fix_text(finding(non_compliant("r", port=value), "`aws ec2 revoke --port PORT --other x`"))
    words = shlex.split(text.strip("`"))
    assert words[-3] in (value, "PORT")
    assert words[-2:] == ["--other", "x"]


def test_what_does_not_fail_has_no_fix() -> None:
    assert fix_text(finding(compliant("r"))) == ""
    assert fix_steps(finding(compliant("r"))) == ()


def test_a_fix_of_a_report_is_not_filled_in_again() -> None:
    read = replace(finding(non_compliant("r")), remediation="`aws x y --name ID`", values=None)
    assert read.status is Status.NON_COMPLIANT
    assert fix_text(read) == "`aws x y --name ID`"
    assert fix_steps(read) == (Step("aws x y --name ID", command=True),)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_fix_as_text_has_the_same_steps(name: str) -> None:
    failing = finding(non_compliant("r", port=name))
    assert len(fix_steps(replace(failing, remediation=fix_text(failing), values=None))) == len(fix_steps(failing))
