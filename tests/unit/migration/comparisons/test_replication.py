"""Comparisons of replication rules and of their alarms: V1 and V2, priorities, dimensions, accounts."""

from typing import Any

import pytest

from muster.migration.relatives import KEY
from tests.unit.migration.comparisons.buckets import (
    ORDERS,
    REPLICA,
    TARGET_KEY,
    Change,
    Estate,
    alarm,
    changed,
    destination,
    key_sections,
    replication,
    rule,
)
from tests.unit.migration.sides_of import ACCOUNT_ID, OTHER_ACCOUNT, SOURCE_REGION, TARGET_REGION, snapshot_of


def after(name: str, change: Change) -> tuple[str, str]:
    """Return the status and the reason of a comparison after a change."""
    return changed(change).findings()[name]


def rules(*found: dict[str, Any]) -> Change:
    def change(estate: Estate) -> None:
        estate.source["replication"] = replication(*found)

    return change


def older(**changes: Any) -> dict[str, Any]:
    """Return a rule of the older form: no Filter, no Priority and no choice about delete markers."""
    made = rule(**changes)
    return {key: value for key, value in made.items() if key not in ("Filter", "Priority", "DeleteMarkerReplication")}


def narrow(priority: int, **changes: Any) -> dict[str, Any]:
    return rule(ID="logs", Priority=priority, Filter={"Prefix": "logs/"}, **changes)


WITHOUT_MARKERS = {"DeleteMarkerReplication": {"Status": "Disabled"}}
TO_ANOTHER = destination(Bucket="arn:aws:s3:::backup")
UNMEASURED = destination(Metrics={"Status": "Disabled"})
NO_OPT_IN: dict[str, Any] = {"SourceSelectionCriteria": {}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(rules(rule(**WITHOUT_MARKERS)), "delete markers are not replicated", id="no delete markers"),
        pytest.param(rules(older()), "all objects; delete markers are replicated, too", id="V1 without a prefix"),
        pytest.param(rules(older(Prefix="")), "the rule all replicates all objects", id="V1 with an empty prefix"),
        pytest.param(rules(rule(Filter={"Prefix": ""})), "the rule all replicates all objects", id="V2, empty prefix"),
        pytest.param(rules(rule(), rule(ID="backup", **TO_ANOTHER)), "the rule all", id="another destination besides"),
        pytest.param(
            rules(rule(), narrow(2)), "the rule logs with a higher priority take their objects", id="a narrower rule"
        ),
        pytest.param(rules(rule(Priority=3), rule(ID="last", Priority=9)), "the rule last replicates", id="priority"),
    ],
)
def test_all_objects_are_replicated(change: Change, reason: str) -> None:
    found, text = after("replication-rule", change)
    assert found == "COMPLIANT", text
    assert reason in text


def no_rules(estate: Estate) -> None:
    estate.source["replication"] = None
    estate.role = None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(no_rules, "the source has no replication rules", id="none"),
        pytest.param(rules(older(Prefix="a/")), "by their prefix or tags: the rule all", id="V1 with a prefix"),
        pytest.param(
            rules(rule(ID="a", Filter={"Prefix": "a/"}), rule(ID="b", Priority=2, Filter={"Prefix": "b/"})),
            "only some objects are replicated, by their prefix or tags: the rules a, b",
            id="prefixes never add up",
        ),
        pytest.param(
            rules(rule(Filter={"QuantumState": "up"})), "only some objects are replicated", id="a filter that is new"
        ),
        pytest.param(rules(rule(Status="Disabled"), narrow(2)), "only some objects are replicated", id="disabled"),
        pytest.param(rules(rule(**TO_ANOTHER)), "no rule copies to orders-eu; they copy to backup", id="elsewhere"),
    ],
)
def test_not_all_objects_are_replicated(change: Change, reason: str) -> None:
    found, text = after("replication-rule", change)
    assert found == "NON_COMPLIANT", text
    assert reason in text


@pytest.mark.parametrize(
    "changes", [{"Status": "Levitating"}, destination(Bucket="arn:aws:s3-outposts:us-east-1:1:outpost/o/bucket/b")]
)
def test_a_rule_that_is_not_understood_is_no_parity(changes: dict[str, Any]) -> None:
    assert after("replication-rule", rules(rule(**changes)))[0] == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("name", "bad"),
    [("kms-objects-replicated", NO_OPT_IN), ("replication-metrics", UNMEASURED)],
)
def test_settings_are_judged_of_each_rule_that_takes_objects(name: str, bad: dict[str, Any]) -> None:
    """A narrower rule takes its objects only with a higher priority; one to another bucket and a disabled one never."""
    assert after(name, rules(rule(), narrow(2, **bad)))[0] == "NON_COMPLIANT"
    assert after(name, rules(rule(Priority=3), narrow(2, **bad)))[0] == "COMPLIANT"
    assert after(name, rules(rule(), narrow(2, Status="Disabled", **bad)))[0] == "COMPLIANT"
    assert after(name, rules(rule(Status="Disabled"), narrow(2)))[0] == "COMPLIANT"


def sse_s3(estate: Estate) -> None:
    estate.source["encryption"] = {
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        }
    }
    estate.source_key = None


def test_a_source_without_kms_needs_no_key() -> None:
    found = changed(sse_s3).findings()
    assert found["kms-objects-replicated"] == (
        "NOT_APPLICABLE",
        "the source's default encryption is not KMS; replicas keep SSE-S3",
    )
    assert found["replication-decrypts"][0] == found["replication-encrypts"][0] == "NOT_APPLICABLE"


def test_the_alias_of_a_key_counts_as_the_key() -> None:
    alias = f"arn:aws:kms:{TARGET_REGION}:{ACCOUNT_ID}:alias/orders"
    change = rules(rule(**destination(EncryptionConfiguration={"ReplicaKmsKeyID": alias})))
    found = changed(change).findings()
    assert found["kms-objects-replicated"][0] == found["replication-encrypts"][0] == "COMPLIANT"


@pytest.mark.parametrize("key", ["22222222-bbbb", "alias/orders"])
def test_a_replica_key_must_say_its_region(key: str) -> None:
    change = rules(rule(**destination(EncryptionConfiguration={"ReplicaKmsKeyID": key})))
    found, text = after("kms-objects-replicated", change)
    assert found == "NON_COMPLIANT"
    assert "not the ARN of a key in eu-west-1" in text


def test_dsse_needs_the_opt_in_too() -> None:
    def change(estate: Estate) -> None:
        rules(rule(**NO_OPT_IN))(estate)
        (found,) = estate.source["encryption"]["ServerSideEncryptionConfiguration"]["Rules"]
        found["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] = "aws:kms:dsse"

    assert after("kms-objects-replicated", change)[0] == "NON_COMPLIANT"


def owned(ownership: str, *, translated: bool, account: str = ACCOUNT_ID) -> Change:
    def change(estate: Estate) -> None:
        translation = {"AccessControlTranslation": {"Owner": "Destination"}} if translated else {}
        rules(rule(**destination(**translation)))(estate)
        estate.target["ownership"] = {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}
        estate.target_account = account

    return change


@pytest.mark.parametrize(
    ("ownership", "translated", "account", "status", "reason"),
    [
        ("BucketOwnerEnforced", True, ACCOUNT_ID, "COMPLIANT", "enforces its owner"),
        ("ObjectWriter", False, ACCOUNT_ID, "COMPLIANT", "replicas belong to the owner of the target"),
        ("ObjectWriter", True, ACCOUNT_ID, "NON_COMPLIANT", "stops the replication of ACLs: the rule all"),
        ("BucketOwnerEnforced", False, OTHER_ACCOUNT, "COMPLIANT", "enforces its owner"),
        ("ObjectWriter", True, OTHER_ACCOUNT, "COMPLIANT", "replicas belong to the owner of the target"),
        (
            "BucketOwnerPreferred",
            False,
            OTHER_ACCOUNT,
            "NON_COMPLIANT",
            "without AccessControlTranslation: the rule all",
        ),
    ],
)
def test_the_owner_of_replicas(ownership: str, translated: bool, account: str, status: str, reason: str) -> None:
    found, text = after("replica-owner", owned(ownership, translated=translated, account=account))
    assert found == status
    assert reason in text


def test_a_change_of_owner_needs_a_permission() -> None:
    found, text = after("replication-writes-objects", owned("ObjectWriter", translated=True))
    assert found == "NON_COMPLIANT"
    assert "s3:ObjectOwnerOverrideToBucketOwner (no policy of the role allows it)" in text
    assert after("replication-writes-objects", owned("BucketOwnerEnforced", translated=True))[0] == "COMPLIANT"


def alarms(*found: dict[str, Any], side: str = "target_region") -> Change:
    def change(estate: Estate) -> None:
        getattr(estate, side)["alarms"] = {"MetricAlarms": list(found)}

    return change


LAG, FAILED = "ReplicationLatency", "OperationsFailedReplication"


@pytest.mark.parametrize(
    ("dimensions", "reason"),
    [
        pytest.param(
            {"BucketName": REPLICA},
            "ReplicationLatency watches nothing: its dimensions have no DestinationBucket, no RuleId, no SourceBucket, "
            "BucketName",
            id="BucketName",
        ),
        pytest.param(
            {"SourceBucket": ORDERS, "DestinationBucket": REPLICA}, "its dimensions have no RuleId", id="no RuleId"
        ),
        pytest.param(
            {"SourceBucket": ORDERS, "DestinationBucket": REPLICA, "RuleId": "all", "BucketName": ORDERS},
            "its dimensions have BucketName",
            id="one too many",
        ),
    ],
)
def test_an_alarm_with_other_dimensions_watches_nothing(dimensions: dict[str, str], reason: str) -> None:
    found, text = after("replication-lag-alarmed", alarms(alarm(LAG, **dimensions)))
    assert found == "NON_COMPLIANT"
    assert reason in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            alarms(alarm(LAG, SourceBucket=ORDERS, DestinationBucket=REPLICA, RuleId="old")),
            "no alarm on ReplicationLatency of the rule all in eu-west-1",
            id="of another rule",
        ),
        pytest.param(
            alarms({**alarm(LAG), "ActionsEnabled": False}),
            "ReplicationLatency has no action that is enabled",
            id="actions off",
        ),
        pytest.param(alarms({**alarm(LAG), "AlarmActions": []}), "has no action that is enabled", id="no action"),
        pytest.param(alarms({**alarm(LAG), "Namespace": "AWS/S4"}), "no alarm on ReplicationLatency", id="namespace"),
    ],
)
def test_an_alarm_that_nobody_hears_does_not_count(change: Change, reason: str) -> None:
    found, text = after("replication-lag-alarmed", change)
    assert found == "NON_COMPLIANT"
    assert reason in text


def test_the_lag_is_measured_in_the_target_region() -> None:
    def change(estate: Estate) -> None:
        alarms()(estate)
        alarms(alarm(LAG, SOURCE_REGION), side="source_region")(estate)

    assert after("replication-lag-alarmed", change)[0] == "NON_COMPLIANT"


def test_each_rule_that_takes_objects_has_an_alarm() -> None:
    def change(estate: Estate) -> None:
        rules(rule(), narrow(2))(estate)

    found, text = after("replication-lag-alarmed", change)
    assert found == "NON_COMPLIANT"
    assert "of the rule logs in eu-west-1" in text


def test_failures_are_measured_in_either_region() -> None:
    def change(estate: Estate) -> None:
        alarms(alarm(LAG), alarm(FAILED))(estate)
        alarms(side="source_region")(estate)

    assert after("replication-failures-alarmed", change)[0] == "COMPLIANT"


def test_an_alarm_of_the_target_is_enough_where_those_of_the_source_are_unread() -> None:
    def change(estate: Estate) -> None:
        alarms(alarm(LAG), alarm(FAILED))(estate)
        estate.source_region.clear()

    assert after("replication-failures-alarmed", change)[0] == "COMPLIANT"


def test_a_composite_alarm_may_notify() -> None:
    def change(estate: Estate) -> None:
        above = {
            "AlarmName": "all",
            "AlarmArn": f"arn:aws:cloudwatch:{TARGET_REGION}:{ACCOUNT_ID}:alarm:all",
            "AlarmRule": f"ALARM({LAG})",
            "ActionsEnabled": True,
            "AlarmActions": [f"arn:aws:sns:{TARGET_REGION}:{ACCOUNT_ID}:alerts"],
            "StateValue": "OK",
        }
        estate.target_region["alarms"] = {
            "MetricAlarms": [{**alarm(LAG), "AlarmActions": []}],
            "CompositeAlarms": [above],
        }

    assert after("replication-lag-alarmed", change)[0] == "COMPLIANT"


OTHER_KEY = TARGET_KEY.replace("2222", "3333")


def encrypts_with(key: str, **more: Any) -> dict[str, Any]:
    return rule(**destination(EncryptionConfiguration={"ReplicaKmsKeyID": key}), **more)


def test_replica_keys_that_differ_have_policies_that_were_not_read() -> None:
    """One key besides the target's is read; of several none is."""
    change = rules(encrypts_with(OTHER_KEY))
    found, text = after("replication-encrypts", change)
    assert found == "INSUFFICIENT_DATA"
    assert f"The policy of {OTHER_KEY} was not read" in text
    assert after("kms-objects-replicated", change)[0] == "COMPLIANT"


def test_another_replica_key_is_judged_by_its_own_policy() -> None:
    def change(estate: Estate) -> None:
        estate.source["replication"] = replication(encrypts_with(OTHER_KEY))
        estate.replica_key = snapshot_of(KEY, OTHER_KEY, key_sections(OTHER_KEY))

    assert after("replication-encrypts", change)[0] == "NON_COMPLIANT"


def test_the_key_of_the_rule_is_judged_though_the_bucket_has_lost_it() -> None:
    def change(estate: Estate) -> None:
        estate.replica_key = snapshot_of(KEY, TARGET_KEY, key_sections(TARGET_KEY))
        estate.target["encryption"], estate.target_key = None, None

    assert after("replication-encrypts", change)[0] == "COMPLIANT"
