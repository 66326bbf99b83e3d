"""Comparisons of functions, by named examples: one change turns exactly its own comparison."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from muster.migration.file import BucketItem, FunctionItem, LogGroupItem, TableItem
from muster.migration.judging import judge
from muster.migration.relatives import FUNCTION, ROLE
from muster.migration.translating import Translation
from muster.model.finding import Finding, Status, Unavailable
from tests.unit.migration.sides_of import ACCOUNT_ID, AT, pair_of, snapshot_of, source_of, target_of

DENIED = Unavailable("lambda:GetFunction", "AccessDenied")
SIDES = (("us-east-1", ""), ("eu-west-1", "-eu"))
SECRET = "s3cr3t-us-east-1-value"
FAILS, UNKNOWN, FITS, NONE = (
    Status.NON_COMPLIANT, Status.INSUFFICIENT_DATA, Status.COMPLIANT, Status.NOT_APPLICABLE
)  # fmt: skip


def arn(service: str, region: str, name: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{name}"


def mapping(region: str, suffix: str, **more: Any) -> dict[str, Any]:
    """Return the mapping of the stream of the migrated table, whose label AWS makes up."""
    return {
        "UUID": f"uuid-{region}", "FunctionArn": arn("lambda", region, f"function:ship{suffix}"), "State": "Enabled",
        "EventSourceArn": arn("dynamodb", region, f"table/orders{suffix}/stream/2026-{len(region)}"),
        "BatchSize": 100, "MaximumBatchingWindowInSeconds": 5, "StartingPosition": "LATEST",
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
        "DestinationConfig": {"OnFailure": {"Destination": arn("sqs", region, "failed")}},
    } | more  # fmt: skip


def statement(region: str, suffix: str, action: str = "dynamodb:GetItem") -> dict[str, Any]:
    resource = [
        arn("dynamodb", region, f"table/orders{suffix}"),
        arn("dynamodb", region, f"table/orders{suffix}/index/*"),
    ]
    return {"Sid": region.replace("-", ""), "Effect": "Allow", "Action": action, "Resource": resource}


def sections(region: str, suffix: str) -> dict[str, Any]:
    return {
        "function": {
            "Configuration": {
                "FunctionName": f"ship{suffix}", "Runtime": "python3.13", "Handler": "app.handler", "MemorySize": 512,
                "Timeout": 30, "PackageType": "Zip", "Architectures": ["arm64"], "EphemeralStorage": {"Size": 1024},
                "CodeSha256": "aaaaaaaaaaaaaaaaaaaaaaaa", "State": "Active", "LastUpdateStatus": "Successful",
                "Role": f"arn:aws:iam::{ACCOUNT_ID}:role/ship{suffix}",
                "Layers": [{"Arn": arn("lambda", region, f"layer:tools:{len(region)}")}],
                "VpcConfig": {"SubnetIds": [f"subnet-{region}"], "SecurityGroupIds": [f"sg-{region}"]},
                "FileSystemConfigs": [{"Arn": arn("elasticfilesystem", region, "fsap-1"), "LocalMountPath": "/mnt/a"}],
                "DeadLetterConfig": {"TargetArn": arn("sqs", region, "dead")},
                "KMSKeyArn": arn("kms", region, f"key/of-{region}"),
                "Environment": {
                    "Variables": {
                        "TABLE": f"orders{suffix}", "LEVEL": "INFO", "TOKEN": "s3cr3t",
                        "QUEUE": f"https://sqs.{region}.amazonaws.com/{ACCOUNT_ID}/jobs",
                    }
                },
            },
            "Code": {"RepositoryType": "S3"},
            "Concurrency": {"ReservedConcurrentExecutions": 5},
        },
        "tags": {"Tags": [{"Key": key, "Value": value} for key, value in pair().file.tags.items()]},
        "event-invoke": {
            "FunctionEventInvokeConfigs": [
                {
                    "FunctionArn": arn("lambda", region, f"function:ship{suffix}:$LATEST"),
                    "DestinationConfig": {"OnFailure": {"Destination": arn("sqs", region, "failed")}},
                }
            ]
        },
        "event-sources": {"EventSourceMappings": [mapping(region, suffix)]},
    }  # fmt: skip


def role(region: str, suffix: str) -> dict[str, Any]:
    own = {"Statement": [statement(region, suffix)]}
    logs = {"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}}
    return {
        "inline-policies": {"Policies": [{"PolicyName": "own", "PolicyDocument": own}]},
        "attached-policies": {
            "AttachedPolicies": [
                {"PolicyName": "logs", "PolicyArn": "a", "PolicyDocument": logs}
            ]
        },
        "boundary": {},
    }  # fmt: skip


def pair(*allowed: str) -> Any:
    return pair_of(FunctionItem("ship", "ship-eu", allowed), tables=(TableItem("orders", "orders-eu"),))


@dataclass
class Estate:
    """Both sides in parity."""

    source: dict[str, Any] = field(default_factory=lambda: sections("us-east-1", ""))
    target: dict[str, Any] = field(default_factory=lambda: sections("eu-west-1", "-eu"))
    source_role: Any = field(default_factory=lambda: role("us-east-1", ""))
    target_role: Any = field(default_factory=lambda: role("eu-west-1", "-eu"))
    allowed: tuple[str, ...] = ()
    shared: bool = False

    def configuration(self, side: str = "target") -> dict[str, Any]:
        """Return the configuration of a side's function, to be changed."""
        found: dict[str, Any] = getattr(self, side)["function"]["Configuration"]
        return found

    def variables(self, side: str = "target") -> dict[str, str]:
        """Return the environment of a side's function, to be changed."""
        found: dict[str, str] = self.configuration(side)["Environment"]["Variables"]
        return found

    def statements(self, side: str = "target") -> list[dict[str, Any]]:
        """Return the statements of a side's inline policy, to be changed."""
        policies = getattr(self, f"{side}_role")["inline-policies"]["Policies"]
        found: list[dict[str, Any]] = policies[0]["PolicyDocument"]["Statement"]
        return found

    def findings(self) -> dict[str, Finding]:
        """Judge the pair."""
        roles = {
            name: snapshot_of(ROLE, name, getattr(self, f"{side}_role"))
            for side, name in (("source", "ship"), ("target", "ship-eu"))
        }
        if self.shared:
            roles["ship-eu"] = roles["ship"]
        source = source_of(FUNCTION, "ship", self.source, role=roles["ship"])
        target = target_of(FUNCTION, "ship-eu", self.target, role=roles["ship-eu"])
        return {each.check_id: each for each in judge(source, target, pair(*self.allowed), AT)}


def changed(change: Callable[[Estate], object]) -> dict[str, Finding]:
    """Return the findings that a change turns, by the names of the comparisons after `target-function-`."""
    estate = Estate()
    before = estate.findings()
    change(estate)
    after = estate.findings()
    return {
        name.removeprefix("target-function-"): after[name]
        for name in after
        if after[name].status != before[name].status
    }


def statuses(change: Callable[[Estate], object]) -> dict[str, Status]:
    return {name: finding.status for name, finding in changed(change).items()}


def reason(change: Callable[[Estate], object]) -> str:
    (finding,) = changed(change).values()
    return finding.reason


def sets(name: str, value: Any, side: str = "target") -> Callable[[Estate], None]:
    return lambda estate: estate.configuration(side).update({name: value})


def test_a_function_in_parity_has_no_difference() -> None:
    found = Estate().findings()
    assert len(found) == 18
    assert {each.status for each in found.values()} == {FITS}


SINGLE: dict[str, tuple[Callable[[Estate], object], dict[str, Status]]] = {
    "failed": (sets("State", "Failed"), {"exists": FAILS}),
    "failed update": (sets("LastUpdateStatus", "Failed"), {"exists": FAILS}),
    "idle": (sets("State", "Inactive"), {}),
    "runtime": (sets("Runtime", "python3.12"), {"runtime-matches": FAILS}),
    "runtime not said": (sets("Runtime", None), {"runtime-matches": UNKNOWN}),
    "less memory": (sets("MemorySize", 256), {"memory-matches": FAILS}),
    "more memory": (sets("MemorySize", 1024), {"memory-matches": FAILS}),
    "timeout": (sets("Timeout", 3), {"timeout-matches": FAILS}),
    "handler": (sets("Handler", "main.handler"), {"package-matches": FAILS}),
    "architecture": (sets("Architectures", ["x86_64"]), {"package-matches": FAILS}),
    "no architecture said is x86_64": (sets("Architectures", None), {"package-matches": FAILS}),
    "storage": (sets("EphemeralStorage", {"Size": 512}), {"storage-matches": FAILS}),
    "storage not set is 512 MB": (sets("EphemeralStorage", None), {"storage-matches": FAILS}),
    "another version of a layer": (sets("Layers", [{"Arn": arn("lambda", "eu-west-1", "layer:tools:77")}]), {}),
    "another layer": (sets("Layers", [{"Arn": arn("lambda", "eu-west-1", "layer:other:1")}]), {"layers-match": FAILS}),
    "no layer": (sets("Layers", []), {"layers-match": FAILS}),
    "no VPC": (sets("VpcConfig", {"SubnetIds": [], "SecurityGroupIds": []}), {"network-matches": FAILS}),
    "no file system": (sets("FileSystemConfigs", []), {"network-matches": FAILS}),
    "code": (sets("CodeSha256", "bbbb"), {"code-matches": FAILS}),
    "no key": (sets("KMSKeyArn", None), {"encrypted": FAILS}),
    "key of the source region": (sets("KMSKeyArn", arn("kms", "us-east-1", "key/1")), {"encrypted": FAILS}),
    "variable is missing": (lambda estate: estate.variables().pop("LEVEL"), {"environment-matches": FAILS}),
    "variable too many": (lambda estate: estate.variables().update(NEW="1"), {"environment-matches": FAILS}),
    "variable differs": (lambda estate: estate.variables().update(LEVEL="DEBUG"), {"environment-matches": FAILS}),
    "name of the source's table": (
        lambda estate: estate.variables().update(TABLE="orders"), {"environment-matches": FAILS}
    ),
    "no reservation": (lambda estate: estate.target["function"].pop("Concurrency"), {"concurrency-matches": FAILS}),
    "another reservation": (
        lambda estate: estate.target["function"].update(Concurrency={"ReservedConcurrentExecutions": 0}),
        {"concurrency-matches": FAILS},
    ),
    "no dead-letter queue": (sets("DeadLetterConfig", None), {"failures-kept": FAILS}),
    "another dead-letter queue": (
        sets("DeadLetterConfig", {"TargetArn": arn("sqs", "eu-west-1", "other")}), {"failures-kept": FAILS}
    ),
    "dead-letter queue with the suffix": (
        sets("DeadLetterConfig", {"TargetArn": arn("sqs", "eu-west-1", "dead-eu")}), {}
    ),
    "no destination": (lambda estate: estate.target.update({"event-invoke": None}), {"failures-kept": FAILS}),
    "no event source": (
        lambda estate: estate.target["event-sources"]["EventSourceMappings"].clear(), {"sources-match": FAILS}
    ),
    "mapping on its way out": (
        lambda estate: estate.target["event-sources"]["EventSourceMappings"][0].update(State="Deleting"),
        {"sources-match": FAILS},
    ),
    "disabled mapping at the target": (
        lambda estate: estate.target["event-sources"]["EventSourceMappings"][0].update(State="Disabled"), {}
    ),
    "permission is missing": (lambda estate: estate.statements().clear(), {"permissions-match": FAILS}),
    "permission too many": (
        lambda estate: estate.statements().append(statement("eu-west-1", "-eu", "dynamodb:DeleteTable")),
        {"permissions-match": FAILS},
    ),
    "denial only at the target": (
        lambda estate: estate.statements().append({**statement("eu-west-1", "-eu"), "Effect": "Deny"}),
        {"permissions-match": FAILS},
    ),
    "policy of the source region besides": (
        lambda estate: estate.statements().append(statement("us-east-1", "")), {"permissions-name-target": FAILS}
    ),
    "statement in other words": (
        lambda estate: estate.statements()[0].update(Action=["DYNAMODB:getitem"], Sid="Other"), {}
    ),
    "boundary": (
        lambda estate: estate.target_role.update(
            boundary={"PolicyDocument": {"Statement": statement("eu-west-1", "-eu")}}
        ),
        {"permissions-match": FAILS},
    ),
    "tags": (lambda estate: estate.target.update(tags={"Tags": []}), {"target-tagged": FAILS}),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_one_change_turns_its_own_comparison_and_no_other(name: str) -> None:
    change, expected = SINGLE[name]
    assert statuses(change) == expected


@pytest.mark.parametrize("member", [
    "BatchSize", "MaximumBatchingWindowInSeconds", "ParallelizationFactor", "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError", "MaximumRetryAttempts", "TumblingWindowInSeconds", "FunctionResponseTypes",
    "ScalingConfig", "ProvisionedPollerConfig", "FilterCriteria", "DestinationConfig", "ANewMember",
])  # fmt: skip
def test_every_setting_of_an_event_source_is_compared(member: str) -> None:
    def change(estate: Estate) -> None:
        estate.target["event-sources"]["EventSourceMappings"][0][member] = {"Another": 7}

    assert statuses(change) == {"sources-match": FAILS}
    assert member in reason(change)


@pytest.mark.parametrize(("member", "default"), [
    ("ParallelizationFactor", 1), ("MaximumRetryAttempts", -1), ("TumblingWindowInSeconds", 0),
    ("FunctionResponseTypes", []), ("ScalingConfig", {}), ("MaximumRecordAgeInSeconds", -1),
])  # fmt: skip
def test_a_default_that_is_said_is_none_that_is_left_out(member: str, default: Any) -> None:
    def change(estate: Estate) -> None:
        estate.target["event-sources"]["EventSourceMappings"][0][member] = default

    assert statuses(change) == {}


def test_a_source_of_another_alias_is_another_source() -> None:
    def change(estate: Estate) -> None:
        mappings = estate.target["event-sources"]["EventSourceMappings"]
        mappings[0]["FunctionArn"] += ":live"

    assert statuses(change) == {"sources-match": FAILS}


def test_an_event_source_only_at_the_target_is_a_difference() -> None:
    def change(estate: Estate) -> None:
        queue = mapping("eu-west-1", "-eu", EventSourceArn=arn("sqs", "eu-west-1", "jobs"))
        estate.target["event-sources"]["EventSourceMappings"].append(queue)

    assert "jobs is only at the target" in reason(change)


def test_a_mapping_that_is_disabled_at_the_source_may_be_missing() -> None:
    def change(estate: Estate) -> None:
        queue = mapping("us-east-1", "", EventSourceArn=arn("sqs", "us-east-1", "jobs"), State="Disabled")
        estate.source["event-sources"]["EventSourceMappings"].append(queue)

    assert statuses(change) == {}


def test_filters_that_aws_cannot_decrypt_are_unread() -> None:
    def change(estate: Estate) -> None:
        estate.target["event-sources"]["EventSourceMappings"][0]["FilterCriteriaError"] = {
            "ErrorCode": "KMSAccessDenied"
        }

    assert statuses(change) == {"sources-match": UNKNOWN}


@pytest.mark.parametrize("value", [
    "us-east-1", "us-east-1a", "https://sqs.us-east-1.amazonaws.com/123456789012/jobs", "https://s3.amazonaws.com/x",
    "orders.s3.amazonaws.com", "https://queue.amazonaws.com/123456789012/jobs", "s3-external-1.amazonaws.com",
])  # fmt: skip
def test_a_variable_that_names_the_source_region_is_found(value: str) -> None:
    def change(estate: Estate) -> None:
        estate.variables("source")["AT"] = estate.variables()["AT"] = value

    found = changed(change)["environment-names-target"]
    assert (found.status, found.reason) == (FAILS, "us-east-1 is named by AT")


@pytest.mark.parametrize("value", [
    "us-east-10", "eu-west-1", "https://s3.eu-west-1.amazonaws.com", "https://s3.amazonaws.com.example.org",
    f"arn:aws:wafv2:us-east-1:{ACCOUNT_ID}:global/webacl/edge/1", "https://iam.amazonaws.com", "",
])  # fmt: skip
def test_a_variable_that_is_right_so_is_not(value: str) -> None:
    def change(estate: Estate) -> None:
        estate.variables("source")["AT"] = estate.variables()["AT"] = value

    assert statuses(change) == {}


def test_an_allowed_variable_may_name_the_source_region() -> None:
    certificate = arn("acm", "us-east-1", "certificate/1")

    def change(estate: Estate) -> None:
        estate.variables("source")["CERTIFICATE"] = estate.variables()["CERTIFICATE"] = certificate

    assert set(statuses(change)) == {"environment-matches", "environment-names-target"}

    def allowed(estate: Estate) -> None:
        change(estate)
        estate.allowed = ("CERTIFICATE",)

    assert statuses(allowed) == {}


@pytest.mark.parametrize(("theirs", "ours", "same"), [
    ("us-east-1", "eu-west-1", True),
    (arn("dynamodb", "us-east-1", "table/orders"), arn("dynamodb", "eu-west-1", "table/orders-eu"), True),
    (arn("dynamodb", "us-east-1", "table/orders"), arn("dynamodb", "eu-west-1", "table/orders"), False),
    (arn("sqs", "us-east-1", "jobs.fifo"), arn("sqs", "eu-west-1", "jobs-eu.fifo"), True),
    ("jobs", "jobs-eu", True),
    ("orders", "orders-eu", True),
    ("orders", "orders", False),
    ("https://api.example.com/orders", "https://api.example.com/orders", True),
    ("preorders", "preorders", True),
    ("7", "8", False),
    ("orders,clients", "orders-eu,clients", True),
    (arn("dynamodb", "us-east-1", "table/orders*"), arn("dynamodb", "eu-west-1", "table/orders*"), True),
    (arn("dynamodb", "us-east-1", "table/orders*"), arn("dynamodb", "eu-west-1", "table/orders-eu*"), True),
    (arn("dynamodb", "us-east-1", "table/orders*"), arn("dynamodb", "eu-west-1", "table/other*"), False),
])  # fmt: skip
def test_a_value_is_the_sources_with_region_and_names_replaced(theirs: str, ours: str, same: bool) -> None:
    def change(estate: Estate) -> None:
        estate.variables("source")["AT"], estate.variables()["AT"] = theirs, ours

    assert statuses(change).get("environment-matches", FITS) is (FITS if same else FAILS)


def test_a_name_that_holds_the_source_region_is_kept_with_its_suffix() -> None:
    item = FunctionItem("ship-us-east-1", "ship-us-east-1-eu")
    file = pair_of(item, buckets=(BucketItem("data-us-east-1", "data-us-east-1-eu"),))
    source = source_of(FUNCTION, item.name, sections("us-east-1", ""))
    target = target_of(FUNCTION, item.target, sections("eu-west-1", "-eu"))
    translation = Translation.between(source, target, file)
    assert translation.accepts("data-us-east-1", "data-us-east-1-eu")
    assert translation.accepts("arn:aws:s3:::data-us-east-1/*", "arn:aws:s3:::data-us-east-1-eu/*")
    host = "https://data-us-east-1.s3.us-east-1.amazonaws.com/"
    assert translation.accepts(host, "https://data-us-east-1-eu.s3.eu-west-1.amazonaws.com/")
    assert not translation.names_source("https://data-us-east-1-eu.s3.eu-west-1.amazonaws.com/")
    assert not translation.names_source("arn:aws:s3:::data-us-east-1-eu")
    assert translation.names_source(host)


@pytest.mark.parametrize(("target", "ours"), [
    ("ship-eu-west-1", "jobs-eu-west-1"), ("ship_blue", "jobs_blue"), ("other", "jobs-eu-west-1")
])  # fmt: skip
def test_what_the_file_does_not_name_may_end_as_its_naming_rule_says(target: str, ours: str) -> None:
    file = pair_of(FunctionItem("ship", target), suffix="eu-west-1")
    here, there = (
        side(FUNCTION, "ship", sections(region, ""))
        for side, region in ((source_of, "us-east-1"), (target_of, "eu-west-1"))
    )
    translation = Translation.between(here, there, file)
    assert translation.accepts(arn("sqs", "us-east-1", "jobs"), arn("sqs", "eu-west-1", ours))
    assert not translation.accepts(arn("sqs", "us-east-1", "jobs"), arn("sqs", "eu-west-1", f"{ours}-2"))


def test_names_of_log_groups_have_slashes() -> None:
    group = LogGroupItem("/aws/lambda/ship", "/aws/lambda/ship-eu")
    source = source_of(FUNCTION, "ship", sections("us-east-1", ""))
    target = target_of(FUNCTION, "ship-eu", sections("eu-west-1", "-eu"))
    file = pair_of(FunctionItem("ship", "ship-eu"), log_groups=(group,))
    translation = Translation.between(source, target, file)
    theirs, ours = (arn("logs", region, f"log-group:/aws/lambda/ship{suffix}:*") for region, suffix in SIDES)
    assert translation.accepts(theirs, ours)
    assert not translation.accepts(theirs, ours.replace("-eu:", ":"))


def test_another_account_takes_the_place_of_the_sources_and_need_not() -> None:
    source = source_of(FUNCTION, "ship", sections("us-east-1", ""))
    target = target_of(FUNCTION, "ship-eu", sections("eu-west-1", "-eu"), account_id="111122223333")
    translation = Translation.between(source, target, pair())
    theirs = arn("sqs", "us-east-1", "jobs")
    for account in (ACCOUNT_ID, "111122223333"):
        assert translation.accepts(theirs, f"arn:aws:sqs:eu-west-1:{account}:jobs")
    assert not translation.accepts(theirs, "arn:aws:sqs:eu-west-1:444455556666:jobs")


def test_no_reason_says_a_value() -> None:
    estate = Estate()
    estate.variables("source").update(A=SECRET, B=SECRET)
    estate.variables().update(A=SECRET, C=SECRET, TOKEN=SECRET)
    found = estate.findings()
    assert found["target-function-environment-matches"].status is FAILS
    assert not [each for each in found.values() if "s3cr3t" in each.reason]


def test_an_environment_that_aws_cannot_decrypt_is_unread() -> None:
    change = sets("Environment", {"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms:Decrypt"}})
    assert statuses(change) == {"environment-matches": UNKNOWN, "environment-names-target": UNKNOWN}


def test_a_function_that_is_being_changed_is_unread() -> None:
    found = changed(sets("LastUpdateStatus", "InProgress"))
    assert {each.status for each in found.values()} == {UNKNOWN}
    assert "is being changed" in found["memory-matches"].reason
    assert set(found) == {name.removeprefix("target-function-") for name in Estate().findings()} - {
        "target-tagged", "sources-match", "permissions-match", "permissions-name-target"
    }  # fmt: skip


def test_images_are_compared_by_their_digest() -> None:
    def image(estate: Estate) -> None:
        for side in ("source", "target"):
            estate.configuration(side).update(PackageType="Image")
            getattr(estate, side)["function"]["Code"] = {"ResolvedImageUri": f"{side}.example/app@sha256:{'a' * 64}"}

    assert statuses(image) == {"runtime-matches": NONE}

    def other(estate: Estate) -> None:
        image(estate)
        estate.target["function"]["Code"] = {"ResolvedImageUri": f"target.example/app@sha256:{'b' * 64}"}

    assert statuses(other) == {"runtime-matches": NONE, "code-matches": FAILS}


def test_a_shared_role_has_to_permit_both_regions() -> None:
    def shared(estate: Estate) -> None:
        estate.shared = True

    assert statuses(shared) == {"permissions-match": FAILS, "permissions-name-target": NONE}

    def both(estate: Estate) -> None:
        estate.shared = True
        estate.statements("source").append(statement("eu-west-1", "-eu"))

    assert statuses(both) == {"permissions-name-target": NONE}


@pytest.mark.parametrize(("section", "expected"), [
    ("event-sources", {"sources-match"}),
    ("event-invoke", {"failures-kept"}),
    ("tags", {"target-tagged"}),
])  # fmt: skip
def test_a_section_that_was_denied_is_unread_and_no_other(section: str, expected: set[str]) -> None:
    assert statuses(lambda estate: estate.target.update({section: DENIED})) == dict.fromkeys(expected, UNKNOWN)


@pytest.mark.parametrize("side", ["source_role", "target_role"])
@pytest.mark.parametrize("section", ["inline-policies", "attached-policies", "boundary"])
def test_a_policy_that_was_denied_leaves_only_permissions_unread(side: str, section: str) -> None:
    found = statuses(lambda estate: getattr(estate, side).update({section: DENIED}))
    assert found.items() <= {"permissions-match": UNKNOWN, "permissions-name-target": UNKNOWN}.items()
    assert "permissions-match" in found


def test_a_function_that_does_not_exist_is_one_failure() -> None:
    def gone(estate: Estate) -> None:
        estate.target = None  # type: ignore[assignment]

    found = statuses(gone)
    assert found.pop("exists") is FAILS
    assert set(found.values()) == {NONE}


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("side", ["source", "target", "source_role", "target_role"])
@pytest.mark.parametrize("replacement", [{}, "quantum", None], ids=repr)
def test_answers_of_another_shape_stop_no_comparison(side: str, replacement: Any) -> None:
    names = Estate().findings().keys()
    for path in list(paths(getattr(Estate(), side))):
        estate = Estate()
        holder = getattr(estate, side)
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = copy.deepcopy(replacement) if len(path) > 1 else {"quantum": replacement}
        assert estate.findings().keys() == names
