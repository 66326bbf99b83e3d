"""The plan of a scan: what is fixed in the bucket, how it is dealt, and what is left of a scan that is resumed."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from muster.catalog.catalog import load
from muster.errors import ConfigurationError, CredentialsError
from muster.sdk.session import Clients
from muster.stack.documents.account import AccountResult
from muster.stack.documents.commit import Commit, ShardResources
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import IncompleteShard, ShardCounts
from muster.stack.plan_scan import plan_scan
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.targets.sharding import LARGE

OWN = "123456789012"
OTHERS = ("111122223333", "222233334444")
HERE = "eu-west-1"
ROLE = "security/MusterMemberRole"
EXECUTION = f"arn:aws:states:{HERE}:{OWN}:execution:muster-scan-dev:"
THREE = f"accounts: {{include: ['{OWN}', '{OTHERS[0]}', '{OTHERS[1]}'], role: {ROLE}}}\n"
ENVIRONMENT = Environment("reports", HERE, stack="dev", member_role=ROLE)


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", HERE).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": HERE})
    return Bucket("reports", clients, HERE)


def configured(clients: Clients, text: str) -> None:
    clients.get("s3", HERE).put_object(Bucket="reports", Key="config/muster.yaml", Body=text.encode())


def planned(clients: Clients, environment: Environment = ENVIRONMENT, name: str = "morning", **asked: Any) -> Any:
    event = {"input": asked, "execution": EXECUTION + name, "started_at": "2026-11-21T06:00:00Z"}
    return plan_scan(event, environment, load(), clients).to_json()


def shards(items: Any) -> list[dict[str, Any]]:
    return [shard for item in items for batch in item["batches"] for shard in batch["shards"]]


def ids(items: Any) -> list[str]:
    return [
        f"{shard['account_id']}.{shard['region']}.{shard['service']}"
        + (f".{shard['resource_type'].rpartition('::')[2]}" if shard.get("resource_type") else "")
        for shard in shards(items)
    ]


def were(bucket: Bucket, sizes: dict[str, int]) -> None:
    """Remember how many resources of EC2 accounts had."""
    known = {f"{account}.{HERE}.ec2": {"resources": size, "listed": {}} for account, size in sizes.items()}
    bucket.put_json(keys.sizes(), known)


def test_a_scan_of_the_own_account_is_one_item(clients: Clients, bucket: Bucket) -> None:
    told = planned(clients, regions=[HERE, "us-east-1"])
    assert told == {
        "scan_id": told["scan_id"],
        "attempt": "",
        "bucket": "reports",
        "batches_key": f"work/{told['scan_id']}/batches.json",
        "accounts": 1,
        "batches": len(bucket.get_json(told["batches_key"])[0]["batches"]),
        "record": False,
        "concurrency": 10,
    }
    [item] = bucket.get_json(told["batches_key"])
    assert item["account_id"] == OWN
    assert {shard["region"] for shard in shards([item])} == {HERE, "us-east-1", "global"}


def test_every_account_is_an_item_of_its_own_shards(clients: Clients, bucket: Bucket) -> None:
    configured(clients, THREE)
    told = planned(clients, regions=[HERE, "us-east-1"])
    items = bucket.get_json(told["batches_key"])
    assert [item["account_id"] for item in items] == sorted((OWN, *OTHERS))
    assert told["accounts"] == 3
    assert told["batches"] == sum(len(item["batches"]) for item in items)
    for item in items:
        assert {shard["account_id"] for shard in shards([item])} == {item["account_id"]}
    services = {item["account_id"]: {(each["service"], each["region"]) for each in shards([item])} for item in items}
    assert services[OWN] == services[OTHERS[0]] == services[OTHERS[1]]
    assert len(set(ids(items))) == len(ids(items))


def test_the_plan_names_what_is_scanned_and_what_is_not_and_why(clients: Clients, bucket: Bucket) -> None:
    configured(clients, f"{THREE}exclude: {{accounts: ['{OTHERS[1]}'], regions: [us-west-2]}}\n")
    told = planned(clients, regions=["us-east-1", "us-west-2", HERE], record=True)
    plan = bucket.get_json(keys.plan(told["scan_id"]))
    scan = plan["scan"]
    assert scan["accounts"] == sorted((OWN, OTHERS[0]))
    assert scan["accounts_excluded"] == {OTHERS[1]: "excluded by the configuration"}
    assert scan["regions"] == [HERE, "us-east-1"]
    assert scan["role"] == {"name": ROLE, "external_id": "", "partition": "aws"}
    assert (scan["account_id"], scan["stack"], scan["record"]) == (OWN, "dev", True)
    assert scan["shards"] == len(shards(bucket.get_json(told["batches_key"])))
    assert set(scan["checks"]) == set(plan["severities"]) == {rule["check"] for rule in plan["rules"]}


def test_the_plan_keeps_the_names_of_accounts_the_configuration_s_before_the_organization_s(
    clients: Clients, bucket: Bucket
) -> None:
    organization = clients.get("organizations", "us-east-1")
    organization.create_organization(FeatureSet="ALL")
    shop, bank = (
        organization.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        for name in ("shop", "bank")
    )
    configured(clients, f"accounts: {{include: [all], role: {ROLE}}}\naccount_names: {{'{bank}': the bank}}\n")
    plan = bucket.get_json(keys.plan(planned(clients)["scan_id"]))
    assert plan["configuration"]["account_names"] == {OWN: "master", shop: "shop", bank: "the bank"}


def test_the_stack_s_parameters_stand_in_for_what_the_configuration_leaves_open(
    clients: Clients, bucket: Bucket
) -> None:
    stack = Environment("reports", HERE, accounts=OTHERS, member_role="FromStack", external_id="the stack's")
    first = bucket.get_json(keys.plan(planned(clients, stack)["scan_id"]))["scan"]
    assert (first["accounts"], first["role"]["name"], first["role"]["external_id"]) == (
        list(OTHERS),
        "FromStack",
        "the stack's",
    )
    configured(clients, f"accounts: {{include: ['{OTHERS[0]}'], role: /FromStack}}\n")
    second = bucket.get_json(keys.plan(planned(clients, stack)["scan_id"]))["scan"]
    assert (second["accounts"], second["role"]["name"], second["role"]["external_id"]) == (
        [OTHERS[0]],
        "/FromStack",
        "the stack's",
    )


@pytest.mark.parametrize(
    ("granted", "says"),
    [
        pytest.param("", "may assume no role in other accounts: .*MemberRoleName=Mine", id="none"),
        pytest.param("Theirs", "may assume only Theirs in other accounts: .*MemberRoleName=Mine", id="another"),
        pytest.param("path/Mine", "may assume only path/Mine", id="one with another path"),
    ],
)
def test_a_role_that_the_stack_may_not_assume_is_refused_before_anything_is_asked(
    clients: Clients, bucket: Bucket, granted: str, says: str
) -> None:
    configured(clients, f"accounts: {{include: ['{OTHERS[0]}'], role: Mine}}\n")
    with pytest.raises(ConfigurationError, match=f"accounts.role is Mine, but this stack {says}"):
        planned(clients, Environment("reports", HERE, member_role=granted))
    assert list(bucket.keys("scans/")) == []


def test_the_execution_s_regions_go_before_the_configuration_s_and_those_before_the_stack_s(
    clients: Clients, bucket: Bucket
) -> None:
    stack = Environment("reports", HERE, regions=("us-west-2",))

    def regions(**asked: Any) -> list[str]:
        return list(bucket.get_json(keys.plan(planned(clients, stack, **asked)["scan_id"]))["scan"]["regions"])

    assert regions() == ["us-west-2"]
    configured(clients, "regions: [eu-north-1]\n")
    assert regions() == ["eu-north-1"]
    assert regions(regions=["us-east-1"]) == ["us-east-1"]


def test_a_shard_that_was_large_is_cut_by_type_and_only_that_one(clients: Clients, bucket: Bucket) -> None:
    configured(clients, THREE)
    before = ids(bucket.get_json(planned(clients)["batches_key"]))
    were(bucket, {OWN: LARGE, OTHERS[0]: LARGE - 1})
    told = planned(clients, name="evening")
    after = ids(bucket.get_json(told["batches_key"]))
    assert set(before) - set(after) == {f"{OWN}.{HERE}.ec2"}
    cut = set(after) - set(before)
    assert len(cut) > 1
    assert all(name.startswith(f"{OWN}.{HERE}.ec2.") for name in cut)
    assert bucket.get_json(keys.plan(told["scan_id"]))["scan"]["shards"] == len(after)


def test_an_account_that_is_not_scanned_leaves_no_plan(clients: Clients, bucket: Bucket) -> None:
    with pytest.raises(ConfigurationError, match=r"999999999999.*accounts\.include"):
        planned(clients, accounts=["999999999999"])
    assert list(bucket.keys("scans/")) == list(bucket.keys("work/")) == []


def test_an_organization_that_may_not_be_asked_leaves_no_plan(clients: Clients, bucket: Bucket) -> None:
    configured(clients, f"accounts: {{include: [all], role: {ROLE}}}\n")
    denied = {"Error": {"Code": "AccessDeniedException", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    clients.session.events.register(
        "before-call.organizations.ListAccounts", lambda **_: (AWSResponse("", 400, {}, None), denied)
    )
    with pytest.raises(CredentialsError, match="organizations:ListAccounts is denied"):
        planned(clients)
    assert list(bucket.keys("scans/")) == list(bucket.keys("work/")) == []


class Scan:
    """A scan of three accounts that was planned, and ended with some shards done, some not and some not whole."""

    def __init__(self, clients: Clients, bucket: Bucket) -> None:
        configured(clients, THREE)
        self.bucket, self.told = bucket, planned(clients, record=True)
        self.id = self.told["scan_id"]
        self.names = ids(bucket.get_json(self.told["batches_key"]))

    def commit(self, *names: str) -> None:
        for name in names:
            self.bucket.put_json(keys.commit(self.id, name), {"shard": name})

    def settle(self, account: str, *incomplete: str, **other: Any) -> None:
        result = AccountResult(
            scan_id=self.id,
            attempt="",
            account_id=account,
            shards=ShardCounts(1, 1, len(incomplete)),
            incomplete=tuple(IncompleteShard(name, "it stopped") for name in incomplete),
            blocked=0,
            resources=ShardResources(0, 0),
            checks={},
            apis=(),
            coverage=(),
            coverage_rows=0,
            findings=(),
            sizes={},
            changes={},
            reported={},
        )
        self.bucket.put_json(keys.account(self.id, account), {**result.to_json(), **other})

    @property
    def committed(self) -> set[str]:
        return {key.rpartition("/")[2].removesuffix(".json") for key, _ in self.bucket.keys(keys.commits(self.id))}


@pytest.fixture
def scan(clients: Clients, bucket: Bucket) -> Scan:
    return Scan(clients, bucket)


def test_a_scan_that_is_resumed_deals_only_what_has_no_commit(clients: Clients, scan: Scan) -> None:
    left = [name for name in scan.names if name.startswith(OTHERS[0])][:2]
    scan.commit(*(name for name in scan.names if name not in left))
    scan.settle(OWN)
    scan.settle(OTHERS[0], *left)
    scan.settle(OTHERS[1])
    told = planned(clients, name="again", resume=scan.id)
    items = scan.bucket.get_json(told["batches_key"])
    assert ids(items) == left
    assert [item["account_id"] for item in items] == [OTHERS[0]]
    assert (told["scan_id"], told["accounts"], told["record"]) == (scan.id, 1, True)
    assert scan.committed == set(scan.names) - set(left)


def test_an_attempt_has_a_work_list_and_batches_of_its_own(clients: Clients, scan: Scan) -> None:
    fixed = {key: scan.bucket.get_json(key) for key in (keys.plan(scan.id), keys.batches(scan.id))}
    told = planned(clients, name="again", resume=scan.id)
    attempt = told["attempt"]
    assert told["batches_key"] == f"work/{scan.id}/batches-{attempt}.json"
    batches = [batch for item in scan.bucket.get_json(told["batches_key"]) for batch in item["batches"]]
    assert {batch["attempt"] for batch in batches} == {attempt}
    assert all(batch["batch"].startswith(f"{attempt}-") for batch in batches)
    assert {key: scan.bucket.get_json(key) for key in fixed} == fixed


def test_a_shard_that_was_not_seen_whole_is_dealt_again_and_nothing_is_deleted(clients: Clients, scan: Scan) -> None:
    partial = scan.names[0]
    scan.commit(*scan.names)
    for name in scan.names[:2]:
        scan.bucket.put_json(keys.progress(scan.id, name), {"version": 1})
    scan.bucket.put_json(keys.incomplete(scan.id), [partial])
    before = {key for key, _ in scan.bucket.keys("")}
    told = planned(clients, name="again", resume=scan.id)
    assert ids(scan.bucket.get_json(told["batches_key"])) == [partial]
    assert {key for key, _ in scan.bucket.keys("")} == before | {told["batches_key"]}


def test_a_shard_that_never_ended_keeps_its_progress(clients: Clients, scan: Scan) -> None:
    unfinished = scan.names[0]
    scan.commit(*scan.names[1:])
    scan.bucket.put_json(keys.progress(scan.id, unfinished), {"version": 1})
    scan.bucket.put_json(keys.incomplete(scan.id), [unfinished])
    told = planned(clients, name="again", resume=scan.id)
    assert ids(scan.bucket.get_json(told["batches_key"])) == [unfinished]
    assert scan.bucket.get_json(keys.progress(scan.id, unfinished)) == {"version": 1}


def test_a_plan_that_is_tried_again_deals_the_same(clients: Clients, scan: Scan) -> None:
    scan.commit(*scan.names[1:])
    scan.bucket.put_json(keys.incomplete(scan.id), [scan.names[1]])
    once = planned(clients, name="again", resume=scan.id)
    dealt = scan.bucket.get_json(once["batches_key"])
    assert planned(clients, name="again", resume=scan.id) == once
    assert scan.bucket.get_json(once["batches_key"]) == dealt
    assert sorted(ids(dealt)) == sorted(scan.names[:2])


def test_a_scan_whose_accounts_are_settled_whole_has_nothing_left_to_deal(clients: Clients, scan: Scan) -> None:
    scan.commit(*scan.names)
    for account_id in (OWN, *OTHERS):
        scan.settle(account_id)
    told = planned(clients, name="again", resume=scan.id)
    assert (told["accounts"], told["batches"]) == (0, 0)
    assert scan.bucket.get_json(told["batches_key"]) == []


@pytest.mark.parametrize(
    "other", [{"version": 99}, {"incomplete": "none"}, {"account_id": OWN}, {"scan_id": "20261121T060000Z-00000000"}]
)
def test_an_account_without_a_readable_result_is_settled_again_although_nothing_of_it_is_scanned(
    clients: Clients, scan: Scan, other: dict[str, Any]
) -> None:
    scan.commit(*scan.names)
    scan.settle(OWN)
    scan.settle(OTHERS[0], **other)
    told = planned(clients, name="again", resume=scan.id)
    items = [{"account_id": account_id, "batches": []} for account_id in OTHERS]
    assert scan.bucket.get_json(told["batches_key"]) == items
    assert (told["accounts"], told["batches"]) == (2, 0)


def test_a_shard_that_the_result_of_its_account_calls_incomplete_is_dealt_again(clients: Clients, scan: Scan) -> None:
    partial = next(name for name in scan.names if name.startswith(OTHERS[1]))
    scan.commit(*scan.names)
    scan.settle(OWN)
    scan.settle(OTHERS[0])
    scan.settle(OTHERS[1], partial)
    told = planned(clients, name="again", resume=scan.id)
    assert ids(scan.bucket.get_json(told["batches_key"])) == [partial]


def test_the_result_of_an_account_counts_before_an_older_list_of_incomplete_shards(
    clients: Clients, scan: Scan
) -> None:
    scan.commit(*scan.names)
    scan.bucket.put_json(keys.incomplete(scan.id), [scan.names[0], f"{OTHERS[0]}.*.*"])
    for account_id in (OWN, *OTHERS):
        scan.settle(account_id)
    told = planned(clients, name="again", resume=scan.id)
    assert told["accounts"] == 0


def test_where_the_list_of_incomplete_shards_is_damaged_the_commits_of_unsettled_accounts_tell(
    clients: Clients, scan: Scan
) -> None:
    damaged, partial = (name for name in scan.names[:2])
    scan.commit(damaged)
    for name in scan.names[1:]:
        scan.bucket.put_json(keys.commit(scan.id, name), commit_of(name, complete=name != partial))
    scan.bucket.put_json(keys.incomplete(scan.id), {"of": "another version"})
    scan.settle(OTHERS[1])
    told = planned(clients, name="again", resume=scan.id)
    items = scan.bucket.get_json(told["batches_key"])
    assert sorted(ids(items)) == sorted([damaged, partial])
    assert [item["account_id"] for item in items] == sorted((OWN, OTHERS[0]))


def test_a_resumption_reads_one_result_an_account_and_lists_the_commits_of_the_unsettled_only(
    clients: Clients, scan: Scan
) -> None:
    scan.commit(*scan.names)
    scan.settle(OWN)
    scan.settle(OTHERS[0])
    asked: Counter[str] = Counter()
    fresh = Clients(clients.session)
    fresh.session.events.register("before-call.s3", lambda model, **_: asked.update([model.name]))
    planned(fresh, name="again", resume=scan.id)
    # Read: the plan, the work list, the results of three accounts, of which one is missing, the list of
    # incomplete shards. Listed: the commits of one account.
    assert asked == {"GetObject": 6, "ListObjectsV2": 1, "PutObject": 1}


def commit_of(shard: str, *, complete: bool) -> dict[str, Any]:
    """Return the commit of a shard as a scan writes it, without findings."""
    account_id, region, service = shard.split(".")[:3]
    commit = Commit(
        scan_id="",
        attempt="",
        shard=shard,
        account_id=account_id,
        region=region,
        service=service,
        complete=complete,
        reasons=(),
        resources=ShardResources(0, 0),
        checks=(),
        coverage=(),
        parts=(),
        scope=(region,),
    )
    return dict(commit.to_json())


def test_a_second_resumption_deals_from_the_first_list_what_is_still_missing(clients: Clients, scan: Scan) -> None:
    scan.commit(*scan.names[3:])
    first = planned(clients, name="again", resume=scan.id)
    assert sorted(ids(scan.bucket.get_json(first["batches_key"]))) == sorted(scan.names[:3])
    scan.commit(scan.names[0])
    second = planned(clients, name="and again", resume=scan.id)
    assert sorted(ids(scan.bucket.get_json(second["batches_key"]))) == sorted(scan.names[1:3])
    assert second["attempt"] != first["attempt"]


def test_what_was_cut_stays_cut_when_it_is_resumed(clients: Clients, bucket: Bucket) -> None:
    were(bucket, {OWN: LARGE})
    told = planned(clients)
    bucket.put_json(keys.sizes(), {})
    again = planned(clients, name="again", resume=told["scan_id"])
    assert ids(bucket.get_json(again["batches_key"])) == ids(bucket.get_json(told["batches_key"]))


def test_a_resumption_asks_no_account_anything(clients: Clients, scan: Scan) -> None:
    configured(clients, "accounts: {include: [all]}\n")
    asked: Counter[str] = Counter()
    fresh = Clients(clients.session)
    fresh.session.events.register("before-call", lambda model, **_: asked.update([model.service_model.service_name]))
    planned(fresh, name="again", resume=scan.id)
    assert asked == {"s3": asked["s3"], "lambda": 1}, "Lambda says once how many functions may run"


def test_a_scan_that_is_not_there_cannot_be_resumed(clients: Clients, bucket: Bucket) -> None:
    with pytest.raises(ConfigurationError, match="there is no scan 20261121T060000Z-0a1b2c3d in s3://reports/scans/"):
        planned(clients, resume="20261121T060000Z-0a1b2c3d")
    assert list(bucket.keys("scans/")) == list(bucket.keys("work/")) == []


def test_a_scan_whose_work_list_expired_cannot_be_resumed(clients: Clients, scan: Scan) -> None:
    scan.bucket.delete(keys.batches(scan.id))
    said = f"{scan.id} cannot be resumed: .*WorkRetentionDays.* Start a new scan"
    with pytest.raises(ConfigurationError, match=said):
        planned(clients, name="again", resume=scan.id)


def test_what_else_is_asked_with_a_resumption_is_refused(clients: Clients, scan: Scan) -> None:
    with pytest.raises(ConfigurationError, match="resume takes no other key"):
        planned(clients, name="again", resume=scan.id, regions=[HERE])
    assert [key for key, _ in scan.bucket.keys(f"work/{scan.id}/batches")] == [keys.batches(scan.id)]


@pytest.mark.parametrize(
    ("packs", "check"), [("all", "sqs-dlq-empty"), ("s3-compliance", "s3-bucket-versioning-enabled")]
)
def test_checks_in_the_input_replace_the_packs_of_the_stack(
    clients: Clients, bucket: Bucket, packs: str, check: str
) -> None:
    told = planned(clients, replace(ENVIRONMENT, packs=(packs,)), checks=[check])
    scan = bucket.get_json(keys.plan(told["scan_id"]))["scan"]
    assert (scan["checks"], scan["packs"]) == ([check], [])


def test_a_pack_and_a_check_in_the_input_are_both_planned(clients: Clients, bucket: Bucket) -> None:
    told = planned(clients, pack="s3-compliance", checks=["sqs-dlq-empty"])
    scan = bucket.get_json(keys.plan(told["scan_id"]))["scan"]
    assert "sqs-dlq-empty" in scan["checks"]
    assert {check.partition("-")[0] for check in scan["checks"]} == {"s3", "sqs"}
    assert scan["packs"] == ["s3-compliance"]


def test_without_packs_and_checks_the_stacks_own_packs_are_planned(clients: Clients, bucket: Bucket) -> None:
    told = planned(clients, replace(ENVIRONMENT, packs=("s3-compliance",)))
    scan = bucket.get_json(keys.plan(told["scan_id"]))["scan"]
    assert {check.partition("-")[0] for check in scan["checks"]} == {"s3"}
    assert scan["packs"] == ["s3-compliance"]
