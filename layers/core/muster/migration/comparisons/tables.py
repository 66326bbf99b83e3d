"""Comparisons of DynamoDB tables: existence, keys, indexes, and what protects their items."""

from collections.abc import Iterator, Mapping

from muster.facets.dynamodb.shape import Index, TableShape
from muster.facets.dynamodb.tables import OFF, PointInTimeRecovery, Table, TimeToLive
from muster.facets.kms import Key
from muster.migration.comparison import compares
from muster.migration.relatives import TABLE
from muster.migration.sides import Source, Target
from muster.model.arn import Arn
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 6
_IMAGES = "NEW_AND_OLD_IMAGES"


@compares(TABLE, severity=Severity.CRITICAL, existence=True)
def target_table_exists(source: Source, target: Target) -> Verdict:
    """Target tables should exist and be active.

    Problem: no target table
    Why: Without its table the application does not start in the target region.
    Fix: `muster migration template FILE --output target.yaml` `aws cloudformation deploy --template-file
      target.yaml --stack-name STACK --capabilities CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    """
    for side in (source, target):
        if not side.own.exists:
            return non_compliant(f"there is no table {side.resource.id} in {side.resource.region}")
    table = target.own.facet("table", Table)
    known(source.own.facet("table", Table).name)
    if table.set_aside:
        return non_compliant(table.set_aside)
    if known(table.status) not in ("ACTIVE", "UPDATING"):
        return non_compliant(f"the table is {table.status}")
    return compliant("the table exists and is active")


@compares(TABLE, severity=Severity.CRITICAL)
def target_table_keys_match(source: Source, target: Target) -> Verdict:
    """Target tables should have the keys of their source.

    The attributes are compared by name, role and type, in the order of the key schema.

    Problem: keys differ from the source
    Why: Items of the source cannot be written to a table with other keys, and keys cannot be changed later.
    Fix: Delete the target table, and deploy the template again. `muster migration template FILE --output
      target.yaml` `aws cloudformation deploy --template-file target.yaml
      --stack-name STACK --capabilities CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_KeySchemaElement.html
    """
    ours, theirs = _shape(target).keys, _shape(source).keys
    if ours != theirs:
        return non_compliant(f"the keys are {_keys(ours)}, those of the source {_keys(theirs)}")
    return compliant(f"the keys are {_keys(ours)}, as at the source")


@compares(TABLE, severity=Severity.HIGH)
def target_table_global_indexes_match(source: Source, target: Target) -> Verdict:
    """Target tables should have the global secondary indexes of their source.

    Each must be active and have the same keys, of the same types, and the same projected attributes. Capacity is a
    comparison of its own.

    Problem: global indexes differ from the source
    Why: A query on an index that is missing fails, and one on an index with other attributes answers less.
    Fix: `muster migration template FILE --output target.yaml` `aws cloudformation deploy --template-file
      target.yaml --stack-name STACK --capabilities CAPABILITY_NAMED_IAM` DynamoDB makes one
      index with each update.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
    """
    return _indexes(_shape(source).global_indexes, _shape(target).global_indexes, "global")


@compares(TABLE, severity=Severity.HIGH)
def target_table_local_indexes_match(source: Source, target: Target) -> Verdict:
    """Target tables should have the local secondary indexes of their source.

    Problem: local indexes differ from the source
    Why: Local indexes are made with their table only: a target without one has to be made again.
    Fix: Delete the target table, and deploy the template again. `muster migration template FILE --output
      target.yaml` `aws cloudformation deploy --template-file target.yaml
      --stack-name STACK --capabilities CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
    """
    return _indexes(_shape(source).local_indexes, _shape(target).local_indexes, "local")


@compares(TABLE, severity=Severity.HIGH)
def target_table_recoverable(source: Source, target: Target) -> Verdict:
    """Target tables should have point-in-time recovery, for at least as many days as their source.

    Problem: no point-in-time recovery
    Why: A mistake of the migration itself may have to be undone.
    Fix: `aws dynamodb update-continuous-backups --table-name NAME --point-in-time-recovery-specification
      PointInTimeRecoveryEnabled=true`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    """
    recovery = target.own.facet("recovery", PointInTimeRecovery)
    if known(recovery.status) != "ENABLED":
        return non_compliant("point-in-time recovery is off")
    before = source.own.facet("recovery", PointInTimeRecovery)
    if known(before.status) != "ENABLED":
        return compliant("point-in-time recovery is on")
    if known(recovery.days) < known(before.days):
        return non_compliant(f"{recovery.days} days can be restored, {before.days} at the source")
    return compliant(f"the last {recovery.days} days can be restored")


@compares(TABLE, severity=Severity.HIGH)
def target_table_streams_images(target: Target) -> Verdict:
    """Target tables should have a stream of new and old images.

    Problem: no stream of new and old images
    Why: Replication and event processing of the migrated application read the stream.
    Fix: `aws dynamodb update-table --table-name NAME --stream-specification
      StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES` A stream with another view must be disabled first.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    stream = known(target.own.facet("table", Table).stream)
    if stream == _IMAGES:
        return compliant(f"the stream has {_IMAGES}")
    return non_compliant("there is no stream" if stream == OFF else f"the stream has {stream}, not {_IMAGES}")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_time_to_live_matches(source: Source, target: Target) -> Verdict:
    """Target tables should expire their items by the attribute of their source.

    Problem: time to live differs from the source
    Why: Items that never expire cost storage for ever; items that expire by another attribute are lost.
    Fix: `aws dynamodb update-time-to-live --table-name NAME --time-to-live-specification
      Enabled=true,AttributeName=ATTRIBUTE`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    ours, theirs = (_expiry(side) for side in (target, source))
    if ours != theirs:
        return non_compliant(f"items {_expire(ours)}; at the source they {_expire(theirs)}")
    return compliant(f"items {_expire(ours)}, as at the source")


@compares(TABLE, severity=Severity.HIGH)
def target_table_encrypted_with_customer_key(target: Target) -> Verdict:
    """Target tables should be encrypted with a customer managed key of the target region.

    Problem: not encrypted with a customer managed key
    Why: Only a customer managed key has a policy and an audit trail of its own; a key of another region does not work.
    Fix: `aws dynamodb update-table --table-name NAME --sse-specification
      Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY-ARN`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    table = target.own.facet("table", Table)
    problem = next(_key_problems(table, target), "")
    return non_compliant(problem) if problem else compliant(f"the customer managed key {table.key} encrypts the table")


@compares(TABLE, severity=Severity.HIGH)
def target_table_in_one_region(target: Target) -> Verdict:
    """Target tables should not be part of a global table.

    A removed replica may leave an empty list, which counts as none. Global tables of version 2017.11.29 are looked for
    as well.

    Problem: part of a global table
    Why: A table that replicates to other regions changes data there, and is not the copy that was asked for.
    Fix: `aws dynamodb update-table --table-name NAME --replica-updates
      '[{"Delete": {"RegionName": "OTHER-REGION"}}]'`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
    """
    answer = target.own.answer("table")
    replicas = [str(each.get("RegionName")) for each in answer.get("Replicas") or ()]
    witnesses = [str(each.get("RegionName")) for each in answer.get("GlobalTableWitnesses") or ()]
    if replicas or witnesses:
        return non_compliant(f"the table has replicas in {listed([*replicas, *witnesses], _SHOWN)}")
    if target.own.has("global-table"):
        return non_compliant("the table is part of a global table of version 2017.11.29")
    return compliant("the table is no global table")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_deletion_protected(source: Source, target: Target) -> Verdict:
    """Target tables should be protected from deletion where their source is.

    Problem: not protected from deletion
    Why: A table that is deleted by mistake takes its items along.
    Fix: `aws dynamodb update-table --table-name NAME --deletion-protection-enabled`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html
    """
    if not known(source.own.facet("table", Table).deletion_protection):
        return not_applicable("the source is not protected from deletion")
    if not known(target.own.facet("table", Table).deletion_protection):
        return non_compliant("the table can be deleted; the source is protected from deletion")
    return compliant("the table is protected from deletion")


@compares(TABLE, severity=Severity.LOW)
def target_table_class_matches(source: Source, target: Target) -> Verdict:
    """Target tables should have the table class of their source.

    Problem: table class differs from the source
    Why: The class decides what storage and requests cost.
    Fix: `aws dynamodb update-table --table-name NAME --table-class CLASS`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.TableClasses.html
    """
    ours, theirs = _shape(target).table_class, _shape(source).table_class
    if ours != theirs:
        return non_compliant(f"the class is {ours}, that of the source {theirs}")
    return compliant(f"the class is {ours}, as at the source")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_other_settings_match(source: Source, target: Target) -> Verdict:
    """Target tables should have those settings of their source that Muster does not compare one by one.

    AWS may describe more of a table than Muster knows. What is unknown is compared as it was answered.

    Problem: other settings differ from the source
    Why: Without a comparison, a setting that differs would pass for equal.
    Fix: `aws dynamodb describe-table --table-name NAME` Compare the members that the reason names by hand.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    """
    ours, theirs = _shape(target), _shape(source)
    different = [*_differing(ours.others, theirs.others)]
    for name in sorted(ours.global_indexes.keys() & theirs.global_indexes.keys()):
        members = _differing(ours.global_indexes[name].others, theirs.global_indexes[name].others)
        different += [f"{member} of the index {name}" for member in members]
    if different:
        return non_compliant(f"these settings differ from those of the source: {listed(different, _SHOWN)}")
    return compliant("all other settings are those of the source")


def _shape(side: Source | Target) -> TableShape:
    return side.own.facet("table", TableShape)


def _key_problems(table: Table, target: Target) -> Iterator[str]:
    if known(table.encryption) != "KMS":
        yield "the table is encrypted with a key that AWS owns"
    if table.key_lost:
        yield "DynamoDB cannot use the table's key: it is disabled or denies access"
    if (region := Arn.of(known(table.key)).region) != target.resource.region:
        yield f"the table's key is one of {region}"
    key = target.other("key")
    if key is None or not key.exists:
        yield "the table's key does not exist"
    else:
        found = key.facet("key", Key)
        if known(found.manager) != "CUSTOMER":
            yield "the table is encrypted with the AWS managed key aws/dynamodb"
        if known(found.state) != "Enabled":
            yield f"the table's key is {found.state}"


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(keys)


def _indexes(source: Mapping[str, Index], target: Mapping[str, Index], kind: str) -> Verdict:
    if not source and not target:
        return not_applicable(f"the source has no {kind} secondary index")
    if different := [*_index_differences(source, target)]:
        return non_compliant(listed(different, _SHOWN))
    return compliant(f"the {kind} indexes are those of the source: {listed(sorted(target), _SHOWN)}")


def _index_differences(source: Mapping[str, Index], target: Mapping[str, Index]) -> Iterator[str]:
    yield from (f"the index {name} is missing" for name in sorted(source.keys() - target.keys()))
    yield from (f"the source has no index {name}" for name in sorted(target.keys() - source.keys()))
    for name in sorted(source.keys() & target.keys()):
        ours, theirs = target[name], source[name]
        if ours.keys != theirs.keys:
            yield f"the keys of {name} are {_keys(ours.keys)}, at the source {_keys(theirs.keys)}"
        if ours.projection != theirs.projection:
            yield f"{name} projects {ours.projection}, at the source {theirs.projection}"
        if ours.status not in ("ACTIVE", "UPDATING"):
            yield f"{name} is {ours.status}"


def _expiry(side: Source | Target) -> str:
    """Return the attribute by which items expire; empty where they do not."""
    expiry = side.own.facet("time-to-live", TimeToLive)
    return expiry.attribute if known(expiry.status) in ("ENABLED", "ENABLING") else ""


def _expire(attribute: str) -> str:
    return f"expire by {attribute}" if attribute else "never expire"


def _differing(ours: Mapping[str, object], theirs: Mapping[str, object]) -> list[str]:
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
