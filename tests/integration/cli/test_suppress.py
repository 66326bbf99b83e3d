"""`muster suppress`: an entry in muster.yaml or in a stack's configuration, and all that is refused."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.cli import main
from muster.cli.suppress_target import LocalFile
from muster.configuration import load as load_configuration
from muster.model.finding import ACCOUNT as ACCOUNT_TYPE
from muster.model.finding import Status
from muster.sdk.session import Clients

from .deployed import NAME, REGION, Deployed
from .written import ACCOUNT, VERSIONING, finding, json_report, ndjson_report, parquet_file

ARN = "arn:aws:s3:::scratch"
ACCEPTED = ("--until", "2999-03-31", "--reason", "emptied every night", "--owner", "data")
TEXT = """\
# Ours
packs: [s3-compliance]   # only S3

suppressions:
  # agreed in May
  - check: s3-bucket-logging-enabled
    resource: 'arn:aws:s3:::logs'
    reason: "it is the target"
    owner: web
    expires: 2999-01-01

account_names: {'111122223333': production}
"""
ENTRY = """\
  - check: s3-bucket-versioning-enabled
    resource: arn:aws:s3:::scratch
    reason: emptied every night
    owner: data
    expires: 2999-03-31
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return why nothing was written."""
    before = {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    assert main(["suppress", *arguments]) == 2
    assert {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()} == before
    out, err = capsys.readouterr()
    assert out == ""
    assert "mistake in Muster" not in err
    return err


def test_an_entry_is_written_and_the_rest_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(TEXT)
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED]) == 0
    assert Path("muster.yaml").read_text() == TEXT.replace("\n\naccount_names", f"\n{ENTRY}\naccount_names")
    out, err = capsys.readouterr()
    assert out == f"muster.yaml:11: suppressions[1]\n{ENTRY}"
    assert err == ""


def test_the_entry_accepts_the_failure_in_the_next_scan() -> None:
    main(["suppress", VERSIONING, ARN, *ACCEPTED, "--ticket", "DATA-17"])
    (rule,) = load_configuration(Path("muster.yaml"), load()).suppressions
    assert rule.to_json() == {
        "check": VERSIONING,
        "resource": ARN,
        "reason": "emptied every night",
        "owner": "data",
        "ticket": "DATA-17",
        "expires": "2999-03-31",
    }


def test_a_file_that_does_not_exist_is_made() -> None:
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED, "--config", "mine.yaml"]) == 0
    assert Path("mine.yaml").read_text() == f"suppressions:\n{ENTRY}"


@pytest.mark.parametrize("write", [json_report, ndjson_report])
def test_a_finding_is_found_in_a_report(write: Any) -> None:
    write(Path("r.json"), [finding("other"), finding("scratch")])
    assert main(["suppress", finding("scratch").finding_id, "--from", "r.json", *ACCEPTED]) == 0
    assert Path("muster.yaml").read_text() == f"suppressions:\n{ENTRY}"


@pytest.mark.parametrize("path", ["d", "d/b.parquet"])
def test_a_finding_is_found_in_parquet(path: str) -> None:
    parquet_file(Path("d/a.parquet"), [finding("other")])
    parquet_file(Path("d/b.parquet"), [finding("scratch")])
    assert main(["suppress", finding("scratch").finding_id, "--from", path, *ACCEPTED]) == 0
    assert Path("muster.yaml").read_text() == f"suppressions:\n{ENTRY}"


def test_a_finding_on_an_account_is_accepted_for_that_account() -> None:
    from muster.model.finding import Finding, Resource  # noqa: PLC0415 - beside what it is for

    account = Resource(ACCOUNT_TYPE, ACCOUNT, ACCOUNT, "global")
    found = finding("x")
    fields = {name: getattr(found, name) for name in Finding.__slots__}
    check = "s3-account-level-public-access-prohibited"
    check = (
        check
        if check in load().checks
        else next(name for name, each in load().checks.items() if load().resource_types(each) == (ACCOUNT_TYPE,))
    )
    fields |= {"resource": account, "check_id": check, "finding_id": "0" * 32}
    json_report(Path("r.json"), [Finding(**fields)])
    assert main(["suppress", "0" * 32, "--from", "r.json", *ACCEPTED]) == 0
    (rule,) = load_configuration(Path("muster.yaml"), load()).suppressions
    assert (rule.resource, rule.account) == ("aws:account", ACCOUNT)


def test_tags_and_accounts_name_failures_too() -> None:
    assert main(["suppress", VERSIONING, "--tag", "Team=data-*", "--account", ACCOUNT, *ACCEPTED]) == 0
    (rule,) = load_configuration(Path("muster.yaml"), load()).suppressions
    assert (rule.resource, rule.tag, rule.account) == (None, {"Team": "data-*"}, ACCOUNT)


def test_a_dry_run_prints_the_change_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(TEXT)
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED, "--dry-run"]) == 0
    assert Path("muster.yaml").read_text() == TEXT
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["--- muster.yaml", "+++ muster.yaml (new)"]
    assert [line for line in lines[2:] if line.startswith(("+", "-"))] == [f"+{line}" for line in ENTRY.splitlines()]


class TestRenewing:
    """An entry that exists is not written twice; with --renew its date moves."""

    def test_one_that_exists_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("muster.yaml").write_text(TEXT)
        why = refused(capsys, "s3-bucket-logging-enabled", "arn:aws:s3:::logs", *ACCEPTED)
        assert (
            "muster.yaml:6: suppressions[0] accepts this until 2999-01-01 already (owner web); --renew changes its date"
        ) in why

    def test_its_values_change_where_they_stand(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("muster.yaml").write_text(TEXT.replace("2999-01-01", "2020-01-01   # soon"))
        assert main(["suppress", "s3-bucket-logging-enabled", "arn:aws:s3:::logs", *ACCEPTED, "--renew"]) == 0
        assert Path("muster.yaml").read_text() == (
            TEXT.replace("2999-01-01", "2999-03-31   # soon")
            .replace('"it is the target"', "emptied every night")
            .replace("owner: web", "owner: data")
        )
        assert capsys.readouterr().out.startswith("muster.yaml:6: suppressions[0]\n")

    def test_one_that_does_not_exist_cannot_be_renewed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert f"muster.yaml has no suppression of {VERSIONING} on {ARN}: leave out --renew" in refused(
            capsys, VERSIONING, ARN, *ACCEPTED, "--renew"
        )

    def test_one_that_an_earlier_entry_includes_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["suppress", VERSIONING, "arn:aws:s3:::scra*", *ACCEPTED])
        capsys.readouterr()
        assert "nothing is written: suppressions[0] accepts all its failures, until 2999-03-31" in refused(
            capsys, VERSIONING, ARN, *ACCEPTED
        )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([VERSIONING, ARN], "--until is missing"),
        ([VERSIONING, ARN, "--until", "31.3.2999"], "'31.3.2999' is not a date like 2027-03-31"),
        ([VERSIONING, ARN, *ACCEPTED, "--until", "2026-01-01"], "2026-01-01 is in the past"),
        ([VERSIONING, ARN, *ACCEPTED, "--reason", " "], "it is empty"),
        ([VERSIONING, ARN, *ACCEPTED, "--owner", ""], "it is empty"),
        ([VERSIONING, ARN, *ACCEPTED, "--account", "12"], "'12' is not an account id of 12 digits"),
        (["s3-bucket-versioning", ARN, *ACCEPTED], "did you mean: s3-bucket-versioning-enabled"),
        ([VERSIONING, "scratch", *ACCEPTED], "'scratch' is not an ARN or a pattern of ARNs"),
        ([VERSIONING, "arn:aws:sqs:*:*:*", *ACCEPTED], "arn:aws:sqs:*:*:* is no ARN of AWS::S3::Bucket"),
        ([VERSIONING, *ACCEPTED], f"the failures of {VERSIONING} to accept are missing"),
        ([VERSIONING, "--tag", "x", *ACCEPTED], "'x' is not KEY=VALUE"),
        (["0" * 32, *ACCEPTED], f"the report of finding {'0' * 32} is missing\n  add --from report.json"),
        (["0" * 32, "--from", "r.json", *ACCEPTED], f"r.json has no finding {'0' * 32}"),
        (["0" * 32, "--from", "none.json", *ACCEPTED], "none.json: No such file"),
        (["0" * 32, ARN, "--from", "r.json", *ACCEPTED], "leave out ARN, --tag and --account"),
        ([VERSIONING, "--from", "r.json", *ACCEPTED], f"{VERSIONING} is not the id of a finding"),
        ([finding("good").finding_id, "--from", "r.json", *ACCEPTED], "is COMPLIANT: good is compliant\n  only"),
        ([VERSIONING, ARN, *ACCEPTED, "--config", "none/muster.yaml"], "there is no folder none"),
        ([VERSIONING, ARN, *ACCEPTED, "--config", "folder"], "folder: Is a directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_refused(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    json_report(Path("r.json"), [finding("good", Status.COMPLIANT), finding("bad")])
    Path("folder").mkdir()
    assert why in refused(capsys, *arguments)


def test_today_is_not_in_the_past() -> None:
    today = datetime.now(UTC).date()
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED, "--until", today.isoformat()]) == 0
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED, "--until", (today - timedelta(days=1)).isoformat()]) == 2


def test_a_configuration_that_is_wrong_already_is_not_touched(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("packs: [s4]\n")
    assert "muster.yaml:1: packs[0]: s4 is not a pack" in refused(capsys, VERSIONING, ARN, *ACCEPTED)


def test_a_file_that_is_no_text_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_bytes(b"packs: [all]\n# \xff\n")
    assert "muster.yaml:2: byte 15 is not UTF-8" in refused(capsys, VERSIONING, ARN, *ACCEPTED)


def test_a_check_that_is_not_selected_is_said_to_accept_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text("checks: [required-tags]\n")
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED]) == 0
    assert "the configuration does not select its check, so it accepts nothing" in capsys.readouterr().err


def test_mode_and_links_of_the_file_stay() -> None:
    Path("real.yaml").write_text(TEXT)
    Path("real.yaml").chmod(0o640)
    Path("muster.yaml").symlink_to("real.yaml")
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED]) == 0
    assert Path("muster.yaml").is_symlink()
    assert ENTRY in Path("real.yaml").read_text()
    assert stat.S_IMODE(Path("real.yaml").stat().st_mode) == 0o640
    assert sorted(map(str, Path().iterdir())) == ["muster.yaml", "real.yaml"]


def test_a_file_that_changes_meanwhile_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("muster.yaml").write_text(TEXT)
    read = LocalFile.read

    def changing(file: LocalFile) -> str:
        text = read(file)
        Path("muster.yaml").write_text(f"{TEXT}# somebody else\n")
        return text

    monkeypatch.setattr(LocalFile, "read", changing)
    assert main(["suppress", VERSIONING, ARN, *ACCEPTED]) == 2
    assert "muster.yaml was changed meanwhile, so nothing is written" in capsys.readouterr().err
    assert Path("muster.yaml").read_text() == f"{TEXT}# somebody else\n"
    assert [*map(str, Path().iterdir())] == ["muster.yaml"]


class TestStack:
    """The configuration in the bucket of a stack, on moto."""

    STACK = ("--stack", NAME, "--region", REGION)

    def bucket_failing(self, stack: Deployed) -> str:
        """Scan one bucket that fails, and return its name."""
        where: Any = {"LocationConstraint": REGION}
        stack.clients.get("s3", REGION).create_bucket(Bucket="scratch", CreateBucketConfiguration=where)
        stack.scan(VERSIONING)
        return "scratch"

    def test_a_finding_of_the_stack_is_accepted_in_the_stack(
        self, clients: Clients, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stack = Deployed(clients)
        stack.configure(TEXT)
        self.bucket_failing(stack)
        assert main(["suppress", finding("scratch").finding_id, *self.STACK, *ACCEPTED]) == 0
        assert stack.configuration == TEXT.replace("\n\naccount_names", f"\n{ENTRY}\naccount_names")
        assert capsys.readouterr().out.startswith("s3://reports/config/muster.yaml:11: suppressions[1]\n")
        assert list(Path().iterdir()) == []

    def test_the_first_entry_makes_the_configuration(self, clients: Clients) -> None:
        stack = Deployed(clients)
        assert main(["suppress", VERSIONING, ARN, *self.STACK, *ACCEPTED]) == 0
        assert stack.configuration == f"suppressions:\n{ENTRY}"

    def test_a_dry_run_leaves_the_bucket_alone(self, clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
        stack = Deployed(clients)
        assert main(["suppress", VERSIONING, ARN, *self.STACK, *ACCEPTED, "--dry-run"]) == 0
        assert stack.configuration == ""
        assert "+++ s3://reports/config/muster.yaml (new)" in capsys.readouterr().out

    def test_a_finding_that_the_stack_does_not_have_is_named(
        self, clients: Clients, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stack = Deployed(clients)
        assert "the stack muster-dev has no findings" in refused(capsys, "0" * 32, *self.STACK, *ACCEPTED)
        self.bucket_failing(stack)
        assert f"the stack muster-dev has no finding {'0' * 32}" in refused(capsys, "0" * 32, *self.STACK, *ACCEPTED)

    def test_a_configuration_that_changes_meanwhile_is_not_written(
        self, clients: Clients, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from muster.cli.suppress_target import BucketFile  # noqa: PLC0415 - beside what it is for

        stack = Deployed(clients)
        read = BucketFile.read

        def changing(file: BucketFile) -> str:
            text = read(file)
            stack.configure("packs: [all]\n")
            return text

        monkeypatch.setattr(BucketFile, "read", changing)
        assert "was changed meanwhile, so nothing is written" in refused(
            capsys, VERSIONING, ARN, *self.STACK, *ACCEPTED
        )
        assert stack.configuration == "packs: [all]\n"

    def test_a_file_of_this_machine_is_not_of_the_stack(self, capsys: pytest.CaptureFixture[str]) -> None:
        why = refused(capsys, VERSIONING, ARN, *self.STACK, *ACCEPTED, "--config", "muster.yaml")
        assert "--config and --stack cannot be combined" in why
