"""One change at the source, the target, a key or the role turns exactly its own comparison of a bucket."""

import pytest

from tests.unit.migration.comparisons.buckets import (
    ORDERS,
    PERMISSIONS,
    REPLICA,
    ROLE_ARN,
    ROOT,
    SOURCE_KEY,
    TARGET_KEY,
    Change,
    Estate,
    allow,
    changed,
    deny,
    destination,
    differing,
    inline,
    key_sections,
    parity,
    policy_text,
    replication,
    rule,
    statements,
    trust,
    unread,
)
from tests.unit.migration.sides_of import UNREAD

FAILS, UNKNOWN = "NON_COMPLIANT", "INSUFFICIENT_DATA"


def answers(side: str, section: str, answer: object) -> Change:
    """Return the change of one answer."""

    def change(estate: Estate) -> None:
        getattr(estate, side)[section] = answer

    return change


def lifecycle(**changes: object) -> Change:
    """Return the change of some elements of the target's lifecycle rule; None takes one off."""

    def change(estate: Estate) -> None:
        (found,) = estate.target["lifecycle"]["Rules"]
        found.update(changes)
        for name in [name for name, value in changes.items() if value is None]:
            del found[name]

    return change


def without(action: str) -> Change:
    """Return the change that the role's policies no longer have an action."""

    def change(estate: Estate) -> None:
        for each in statements(estate.role):
            if isinstance(each["Action"], list) and action in each["Action"]:
                each["Action"] = [name for name in each["Action"] if name != action]
            elif each["Action"] == action:
                each["Action"] = "s3:ListAllMyBuckets"

    return change


def and_denied(*denials: dict[str, object]) -> Change:
    """Return the change that the role's policies deny something."""
    return answers("role", "inline-policies", inline(*PERMISSIONS, *denials))


def target_key(*statements: dict[str, object], **metadata: str) -> Change:
    def change(estate: Estate) -> None:
        estate.target_key = key_sections(TARGET_KEY, *statements, **metadata)

    return change


def attribute(name: str, value: object) -> Change:
    return lambda estate: setattr(estate, name, value)


def rules(*changed_rules: dict[str, object]) -> Change:
    return answers("source", "replication", replication(*changed_rules))


ACCOUNT = allow("kms:*", "*", Principal={"AWS": ROOT})
EVERYBODY = {"Principal": "*"}
BY_LAMBDA = {"Condition": {"StringEquals": {"kms:ViaService": "lambda.eu-west-1.amazonaws.com"}}}
THREE = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy")
REPLICA_ARN = f"arn:aws:s3:::{REPLICA}"
SSE_S3 = {
    "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
}


CHANGES = [
    pytest.param(answers("target", "versioning", {}), "versioned", "versioning of orders-eu is off", id="versions"),
    pytest.param(
        answers("target", "versioning", {"Status": "Suspended"}),
        "versioned",
        "versioning of orders-eu is suspended",
        id="suspended at the target",
    ),
    pytest.param(
        answers("source", "versioning", {"Status": "Suspended"}),
        "versioned",
        "versioning of orders is suspended",
        id="suspended at the source",
    ),
    pytest.param(
        answers("target", "location", {"Region": "eu-central-1"}),
        "exists",
        "the bucket orders-eu is in eu-central-1, not in eu-west-1",
        id="in another region",
    ),
    pytest.param(target_key(KeyState="Disabled"), "encrypted", "is Disabled", id="key disabled"),
    pytest.param(target_key(KeyUsage="SIGN_VERIFY"), "encrypted", "is for SIGN_VERIFY", id="key that signs"),
    pytest.param(target_key(KeySpec="RSA_4096"), "encrypted", "with RSA_4096", id="asymmetric key"),
    pytest.param(
        target_key(ACCOUNT, deny("kms:*", "*", **EVERYBODY, **BY_LAMBDA)),
        "key-admits-services",
        "lambda: statement 2 of the key policy denies it",
        id="key denied to lambda",
    ),
    pytest.param(
        target_key(ACCOUNT, deny("kms:*", "*", Principal={"AWS": ROLE_ARN})),
        "replication-encrypts",
        "statement 2 of the key policy denies it",
        id="key denied to the role",
    ),
    pytest.param(
        answers("target", "public-access-block", None), "public-access-blocked", "off: BlockPublicAcls", id="public"
    ),
    pytest.param(
        answers("target", "public-access-block", {"PublicAccessBlockConfiguration": dict.fromkeys(THREE, True)}),
        "public-access-blocked",
        "off: RestrictPublicBuckets",
        id="three of four",
    ),
    pytest.param(
        lifecycle(Expiration={"Days": 365}), "objects-expire", "after 365 days, 90 are expected", id="too late"
    ),
    pytest.param(
        lifecycle(Expiration={"Days": 30}), "objects-expire", "after 30 days, 90 are expected", id="too early"
    ),
    pytest.param(
        lifecycle(NoncurrentVersionExpiration=None),
        "objects-expire",
        "no enabled rule for all objects expires noncurrent versions",
        id="versions stay",
    ),
    pytest.param(
        lifecycle(AbortIncompleteMultipartUpload=None),
        "uploads-aborted",
        "no enabled rule for all objects aborts incomplete uploads",
        id="uploads stay",
    ),
    pytest.param(answers("target", "tags", None), "tagged", "Environment is missing", id="no tags"),
    pytest.param(rules(rule(Status="Disabled")), "replication-rule", "disabled: the rule all", id="rule disabled"),
    pytest.param(
        rules(rule(Filter={"Prefix": "a/"})), "replication-rule", "only some objects are replicated", id="a prefix"
    ),
    pytest.param(
        rules(rule(Filter={"Tag": {"Key": "k", "Value": "v"}})),
        "replication-rule",
        "only some objects are replicated",
        id="a tag",
    ),
    pytest.param(
        rules(rule(Filter={"And": {"Prefix": "", "Tags": [{"Key": "k", "Value": "v"}]}})),
        "replication-rule",
        "only some objects are replicated",
        id="tags and no prefix",
    ),
    pytest.param(
        rules(rule(SourceSelectionCriteria={})),
        "kms-objects-replicated",
        "the rule all does not replicate objects encrypted with KMS",
        id="no opt-in for KMS",
    ),
    pytest.param(
        rules(rule(**destination(EncryptionConfiguration={}))),
        "kms-objects-replicated",
        "names no ReplicaKmsKeyID",
        id="no replica key",
    ),
    pytest.param(
        rules(rule(**destination(EncryptionConfiguration={"ReplicaKmsKeyID": SOURCE_KEY}))),
        "kms-objects-replicated",
        "is a key in us-east-1, the target is in eu-west-1",
        id="replica key of the source region",
    ),
    pytest.param(
        rules(rule(**destination(Metrics={"Status": "Disabled"}))),
        "replication-metrics",
        "metrics are off in the rule all",
        id="metrics off",
    ),
    pytest.param(
        answers("target_region", "alarms", {}),
        "replication-lag-alarmed",
        "no alarm on ReplicationLatency of the rule all in eu-west-1",
        id="no lag alarm",
    ),
    pytest.param(
        answers("source_region", "alarms", {}),
        "replication-failures-alarmed",
        "no alarm on OperationsFailedReplication of the rule all in eu-west-1 or us-east-1",
        id="no failure alarm",
    ),
    pytest.param(
        answers("role", "role", trust(Principal={"Service": "ec2.amazonaws.com"})),
        "replication-role-trusts-s3",
        "the trust policy of replication does not allow sts:AssumeRole to s3.amazonaws.com",
        id="trust",
    ),
    pytest.param(
        answers("role", "role", trust(Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}})),
        "replication-role-trusts-s3",
        "does not allow",
        id="trust of another account",
    ),
    *(
        pytest.param(without(f"s3:{action}"), name, f"s3:{action} (no policy of the role allows it)", id=action)
        for name, actions in {
            "replication-reads-source": ("GetReplicationConfiguration", "ListBucket"),
            "replication-reads-objects": (
                "GetObjectVersionForReplication",
                "GetObjectVersionAcl",
                "GetObjectVersionTagging",
            ),
            "replication-writes-objects": ("ReplicateObject", "ReplicateDelete", "ReplicateTags"),
        }.items()
        for action in actions
    ),
    pytest.param(
        without("kms:Encrypt"), "replication-encrypts", "kms:Encrypt (no policy of the role", id="kms:Encrypt"
    ),
    pytest.param(
        and_denied(deny("kms:Decrypt", SOURCE_KEY)),
        "replication-decrypts",
        "statement 6 of the inline policy replication denies it",
        id="decryption denied",
    ),
    pytest.param(
        and_denied(deny("S3:replicate*", f"arn:aws:s3:::{REPLICA}/secret/*")),
        "replication-writes-objects",
        "not for all objects: statement 6 of the inline policy replication denies it",
        id="a part of the target denied",
    ),
    pytest.param(
        answers("target", "policy", policy_text(deny("s3:*", f"{REPLICA_ARN}/*", Principal={"AWS": ROLE_ARN}))),
        "replication-policies-admit",
        "statement 1 of the policy of orders-eu denies it",
        id="denied by the target's policy",
    ),
    pytest.param(
        answers("source", "policy", policy_text(deny("s3:GetObject*", f"arn:aws:s3:::{ORDERS}/*", **EVERYBODY))),
        "replication-policies-admit",
        "statement 1 of the policy of orders denies it",
        id="denied by the source's policy",
    ),
]


@pytest.mark.parametrize(("change", "name", "reason"), CHANGES)
def test_a_change_turns_its_own_comparison(change: Change, name: str, reason: str) -> None:
    found = differing(change)
    assert {each: status for each, (status, _) in found.items()} == {name: FAILS}
    assert reason in found[name][1]


ROLE_ITEMS = (
    "replication-decrypts",
    "replication-encrypts",
    "replication-policies-admit",
    "replication-reads-objects",
    "replication-reads-source",
    "replication-writes-objects",
)
RULE_ITEMS = (
    "kms-objects-replicated",
    "replica-owner",
    "replication-encrypts",
    "replication-failures-alarmed",
    "replication-lag-alarmed",
    "replication-metrics",
    "replication-policies-admit",
    "replication-rule",
    "replication-writes-objects",
)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        pytest.param(unread("target", "location"), ["exists"], id="target location"),
        pytest.param(unread("source", "location"), ["exists"], id="source location"),
        pytest.param(unread("target", "versioning"), ["versioned"], id="target versioning"),
        pytest.param(unread("source", "versioning"), ["versioned"], id="source versioning"),
        pytest.param(unread("target", "public-access-block"), ["public-access-blocked"], id="public access block"),
        pytest.param(unread("target", "lifecycle"), ["objects-expire", "uploads-aborted"], id="lifecycle"),
        pytest.param(unread("target", "tags"), ["tagged"], id="tags"),
        pytest.param(unread("source", "replication"), RULE_ITEMS, id="replication"),
        pytest.param(unread("target", "policy"), ["replication-policies-admit"], id="target policy"),
        pytest.param(unread("source", "policy"), ["replication-policies-admit"], id="source policy"),
        pytest.param(
            unread("target_region", "alarms"),
            ["replication-failures-alarmed", "replication-lag-alarmed"],
            id="target alarms",
        ),
        pytest.param(unread("source_region", "alarms"), ["replication-failures-alarmed"], id="source alarms"),
        pytest.param(unread("target", "ownership"), ["replica-owner"], id="ownership"),
        pytest.param(unread("role", "role"), ["replication-role-trusts-s3"], id="role"),
        *(
            pytest.param(unread("role", section), ROLE_ITEMS, id=section)
            for section in ("inline-policies", "attached-policies", "boundary")
        ),
        pytest.param(attribute("role", UNREAD), [*ROLE_ITEMS, "replication-role-trusts-s3"], id="which role"),
        pytest.param(unread("source_key", "policy"), ["replication-decrypts"], id="source key policy"),
        pytest.param(unread("target_key", "policy"), ["key-admits-services", "replication-encrypts"], id="key policy"),
        pytest.param(
            unread("target_key", "key"), ["encrypted", "key-admits-services", "replication-encrypts"], id="target key"
        ),
        pytest.param(
            unread("source", "object-lock"),
            ["object-lock", "replication-policies-admit", "replication-reads-objects", "replication-writes-objects"],
            id="object lock",
        ),
    ],
)
def test_a_denied_call_makes_exactly_its_comparisons_unread(change: Change, names: list[str]) -> None:
    found = differing(change)
    assert {each: status for each, (status, _) in found.items()} == dict.fromkeys(sorted(names), UNKNOWN)
    assert all("AccessDenied (needs service:Action)" in reason for _, reason in found.values())


@pytest.mark.parametrize(("change", "name"), [pytest.param(*each.values[:2], id=each.id) for each in CHANGES])
def test_what_fails_never_passes_because_something_else_was_not_read(change: Change, name: str) -> None:
    for side in ("source", "target", "source_key", "target_key", "role", "source_region", "target_region"):
        for section in getattr(changed(change), side):
            made = changed(change)
            getattr(made, side)[section] = UNREAD
            assert made.findings()[name][0] in (FAILS, UNKNOWN)


def test_what_names_the_key_unread() -> None:
    """A side whose encryption was not read has no key either, as `muster.migration.relatives` finds it."""

    def change(estate: Estate) -> None:
        estate.target["encryption"] = UNREAD
        estate.target_key = UNREAD

    found = differing(change)
    names = ["encrypted", "key-admits-services", "replication-encrypts"]
    assert {each: status for each, (status, _) in found.items()} == dict.fromkeys(names, UNKNOWN)


@pytest.mark.parametrize(
    ("change", "name", "reason"),
    [
        pytest.param(attribute("exists", (True, False)), "exists", "there is no bucket orders-eu", id="target"),
        pytest.param(attribute("exists", (False, True)), "exists", "there is no bucket orders;", id="source"),
    ],
)
def test_a_bucket_that_does_not_exist_is_one_failure(change: Change, name: str, reason: str) -> None:
    found = differing(change)
    failing = {each: text for each, (status, text) in found.items() if status == FAILS}
    assert list(failing) == [name]
    assert reason in failing[name]
    assert {status for each, (status, _) in found.items() if each != name} == {"NOT_APPLICABLE"}


@pytest.mark.parametrize(
    ("change", "name", "reason"),
    [
        pytest.param(
            rules(rule(**destination(Bucket="arn:aws:s3:::elsewhere"))),
            "replication-rule",
            "no rule copies to orders-eu; they copy to elsewhere",
            id="to another bucket",
        ),
        pytest.param(
            attribute("role", {"gone": True}),
            "replication-role-trusts-s3",
            "the role replication does not exist",
            id="role",
        ),
        pytest.param(
            answers("target", "encryption", SSE_S3),
            "encrypted",
            "the default encryption is AES256, not KMS",
            id="SSE-S3",
        ),
        pytest.param(attribute("target_key", {"gone": True}), "encrypted", "does not exist", id="key"),
    ],
)
def test_what_follows_from_a_failure_is_none_of_its_own(change: Change, name: str, reason: str) -> None:
    found = differing(change)
    failing = {each: text for each, (status, text) in found.items() if status == FAILS}
    assert list(failing) == [name]
    assert reason in failing[name]


def test_nothing_of_replication_is_judged_where_none_is_wanted() -> None:
    def change(estate: Estate) -> None:
        estate.item = type(estate.item)(ORDERS, REPLICA, replicated=False)
        estate.source["replication"] = None
        estate.role = None

    found = differing(change)
    assert {status for status, _ in found.values()} == {"NOT_APPLICABLE"}
    assert set(found) == {*ROLE_ITEMS, *RULE_ITEMS, "replication-role-trusts-s3"}
    assert {reason for _, reason in found.values()} == {"the migration file has replicated: false"}


def test_parity() -> None:
    found = {name: status for name, (status, _) in parity().findings().items()}
    assert {name for name, status in found.items() if status != "COMPLIANT"} == {"object-lock"}
