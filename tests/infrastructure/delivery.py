"""Follows what is published or delivered to where it ends, and names whoever is not let through on the way."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from tests.infrastructure.reading import Template, listed, resources, role_statements, statements, target, text

LOGS = "logs.${AWS::Region}.${AWS::URLSuffix}"
_LOG_GROUPS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
_ASYNCHRONOUS = {
    "AWS::Lambda::EventInvokeConfig": "asynchronous invocations",
}
"""Other asynchronous edges; the day one is added it needs a dead-letter queue, and this module a rule for it."""


def asynchronous_edges_have_a_dead_letter_queue(template: Template) -> Iterator[str]:
    """What AWS could not deliver lies in a queue, and an alarm rings."""
    queues = dict(resources(template, "AWS::SQS::Queue"))
    edges = {
        logical_id: schedule["Target"].get("DeadLetterConfig", {}).get("Arn")
        for logical_id, schedule in resources(template, "AWS::Scheduler::Schedule")
    }
    for logical_id, subscription in resources(template, "AWS::SNS::Subscription"):
        edges[logical_id] = subscription.get("RedrivePolicy", {}).get("deadLetterTargetArn")
    for logical_id, mapping in resources(template, "AWS::Lambda::EventSourceMapping"):
        edges[logical_id] = _given_up_to(mapping, queues)
    for logical_id, rule in resources(template, "AWS::Events::Rule"):
        for place, each in enumerate(rule["Targets"]):
            edges[f"{logical_id} {place}"] = each.get("DeadLetterConfig", {}).get("Arn")
    for logical_id, queue in edges.items():
        if target(queue) not in queues:
            yield f"{logical_id} has no dead-letter queue"
        elif not any(_rings_when_not_empty(alarm, target(queue)) for alarm in _alarms(template).values()):
            yield f"{logical_id}: no alarm rings when {target(queue)} is not empty"
    for kind, what in _ASYNCHRONOUS.items():
        for logical_id, _ in resources(template, kind):
            yield f"{logical_id}: nobody wrote the rule for {what}"


def _given_up_to(mapping: Mapping[str, Any], queues: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return where what a function failed at goes: the dead-letter queue of a queue, the destination of a stream."""
    source = queues.get(target(mapping["EventSourceArn"]))
    if source is not None:
        return source.get("RedrivePolicy", {}).get("deadLetterTargetArn")
    return mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")


def streams_are_read_and_given_up_by_their_function(template: Template) -> Iterator[str]:
    """Stream → function, and function → queue for what it could not record: by the function's role.

    SAM and CloudFormation grant a role that is given to them nothing.
    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
    """
    functions = dict(resources(template, "AWS::Lambda::Function"))
    tables = dict(resources(template, "AWS::DynamoDB::Table"))
    for logical_id, mapping in resources(template, "AWS::Lambda::EventSourceMapping"):
        table, queue = target(mapping["EventSourceArn"]), target(_given_up_to(mapping, {}))
        if table not in tables:
            continue
        role = target(functions[target(mapping["FunctionName"])]["Role"])
        for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"):
            if not _role_may(template, role, f"dynamodb:{action}", f"${{{table}.Arn}}/stream/*"):
                yield f"{logical_id}: {role} may not dynamodb:{action}"
        if not _role_may(template, role, "kms:Decrypt", text(tables[table]["SSESpecification"]["KMSMasterKeyId"])):
            yield f"{logical_id}: {role} may not use the key of {table}"
        if not _role_may(template, role, "sqs:SendMessage", f"${{{queue}.Arn}}"):
            yield f"{logical_id}: {role} may not send to {queue}"


def _alarms(template: Template) -> dict[str, Mapping[str, Any]]:
    return dict(resources(template, "AWS::CloudWatch::Alarm"))


def _rings_when_not_empty(alarm: Mapping[str, Any], queue: str) -> bool:
    dimensions = {each["Name"]: text(each["Value"]) for each in alarm.get("Dimensions", ())}
    return (
        alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and dimensions == {"QueueName": f"${{{queue}.QueueName}}"}
        and (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    )


def alarms_reach_the_topic(template: Template) -> Iterator[str]:
    """Alarm → topic → key: CloudWatch may publish, and may use the key that encrypts what it publishes."""
    topics = dict(resources(template, "AWS::SNS::Topic"))
    for logical_id, alarm in _alarms(template).items():
        actions = [target(action) for action in alarm.get("AlarmActions", ())]
        if not actions:
            yield f"{logical_id} tells nobody"
        for topic in actions:
            if topic not in topics:
                yield f"{logical_id} tells {topic}, which is no topic of this template"
                continue
            if not _may_publish(template, topic, "cloudwatch.amazonaws.com"):
                yield f"{logical_id}: the policy of {topic} does not let cloudwatch.amazonaws.com publish"
            yield from _key_admits(
                template, logical_id, topics[topic].get("KmsMasterKeyId"), "cloudwatch.amazonaws.com"
            )


def the_schedule_reaches_workflow_and_queue(template: Template) -> Iterator[str]:
    """Scheduler → workflow or function, and → queue → key for what it could not start: by the schedule's role."""
    functions = dict(resources(template, "AWS::Lambda::Function"))
    queues = dict(resources(template, "AWS::SQS::Queue"))
    for logical_id, schedule in resources(template, "AWS::Scheduler::Schedule"):
        role = target(schedule["Target"]["RoleArn"])
        queue = target(schedule["Target"].get("DeadLetterConfig", {}).get("Arn"))
        started = text(schedule["Target"]["Arn"])
        if target(started) in functions:
            if not _role_may(template, role, "lambda:InvokeFunction", started):
                yield f"{logical_id}: {role} may not invoke {target(started)}"
        elif not _role_may(template, role, "states:StartExecution", started):
            yield f"{logical_id}: {role} may not start the workflow"
        if not _role_may(template, role, "sqs:SendMessage", f"${{{queue}.Arn}}"):
            yield f"{logical_id}: {role} may not send to {queue}"
        yield from _key_admits(
            template, logical_id, queues.get(queue, {}).get("KmsMasterKeyId"), "scheduler.amazonaws.com"
        )


def rules_reach_their_queues(template: Template) -> Iterator[str]:
    """Rule → queue, and rule → dead-letter queue: EventBridge may send there for rules of this name, and for no others.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
    """
    queues = dict(resources(template, "AWS::SQS::Queue"))
    for logical_id, rule in resources(template, "AWS::Events::Rule"):
        arn = f"arn:${{AWS::Partition}}:events:${{AWS::Region}}:${{AWS::AccountId}}:rule/{text(rule['Name'])}"
        for each in rule["Targets"]:
            for queue in (target(each["Arn"]), target(each["DeadLetterConfig"]["Arn"])):
                if not any(
                    _allows(statement, "events.amazonaws.com", "sqs:SendMessage")
                    and fnmatchcase(arn, _plain(statement["Condition"])["ArnLike"]["aws:SourceArn"].replace("[", "[[]"))
                    for statement in _policies(template, "AWS::SQS::QueuePolicy", "Queues", queue)
                ):
                    yield f"{logical_id}: the policy of {queue} does not let events.amazonaws.com send"
                if queues[queue].get("KmsMasterKeyId"):
                    yield f"{logical_id}: EventBridge may not use the key of {queue}"


def undelivered_alerts_reach_their_queue(template: Template) -> Iterator[str]:
    """Topic → queue → key: SNS may send what no subscriber took."""
    queues = dict(resources(template, "AWS::SQS::Queue"))
    for logical_id, subscription in resources(template, "AWS::SNS::Subscription"):
        queue = target(subscription.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        wanted = {"ArnEquals": {"aws:SourceArn": text(subscription["TopicArn"])}}
        if not any(
            _allows(statement, "sns.amazonaws.com", "sqs:SendMessage") and _plain(statement.get("Condition")) == wanted
            for statement in _policies(template, "AWS::SQS::QueuePolicy", "Queues", queue)
        ):
            yield f"{logical_id}: the policy of {queue} does not let sns.amazonaws.com send"
        yield from _key_admits(template, logical_id, queues.get(queue, {}).get("KmsMasterKeyId"), "sns.amazonaws.com")


def the_key_admits_nobody_else(template: Template) -> Iterator[str]:
    """Service principals of the key policy are those that use what it encrypts, each for this account only."""
    for logical_id, key in resources(template, "AWS::KMS::Key"):
        for statement in statements(key["KeyPolicy"]):
            for service in map(text, listed(statement.get("Principal", {}).get("Service", []))):
                if service == LOGS:
                    if not _logs_of_this_account_only(statement):
                        yield f"{logical_id} admits {service} for other log groups than the stack's"
                    continue
                if service != "cloudwatch.amazonaws.com":
                    yield f"{logical_id} admits {service}, which publishes nothing that it encrypts"
                if not _this_account_only(statement):
                    yield f"{logical_id} admits {service} on behalf of any account"


def log_groups_may_use_their_key(template: Template) -> Iterator[str]:
    """A log group's name is among those for which the key admits CloudWatch Logs: it cannot be made otherwise."""
    keys = dict(resources(template, "AWS::KMS::Key"))
    for logical_id, group in resources(template, "AWS::Logs::LogGroup"):
        key = keys.get(target(group.get("KmsKeyId", "")), {"KeyPolicy": {"Statement": []}})
        arn = f"{_LOG_GROUPS}{text(group['LogGroupName'])}"
        if not any(
            any(fnmatchcase(arn, pattern) for pattern in _log_groups(statement))
            for statement in statements(key["KeyPolicy"])
            if LOGS in map(text, listed(statement.get("Principal", {}).get("Service", [])))
        ):
            yield f"{logical_id}: no key lets CloudWatch Logs encrypt it"


def _logs_of_this_account_only(statement: Mapping[str, Any]) -> bool:
    patterns = _log_groups(statement)
    return bool(patterns) and all(pattern.startswith(_LOG_GROUPS) for pattern in patterns)


def _log_groups(statement: Mapping[str, Any]) -> list[str]:
    return [text(each) for each in listed(statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"])]


def _key_admits(template: Template, edge: str, key: Any, service: str) -> Iterator[str]:
    """Yield what is wrong with a key on the way; without a customer key AWS's own (SSE-SQS) lets its services in."""
    if key is None:
        return
    keys = dict(resources(template, "AWS::KMS::Key"))
    if target(key) not in keys:
        yield f"{edge}: {text(key)} is no key whose policy could admit {service}"
        return
    for action in ("kms:Decrypt", "kms:GenerateDataKey*"):
        if not any(
            _allows(statement, service, action) and _this_account_only(statement)
            for statement in statements(keys[target(key)]["KeyPolicy"])
        ):
            yield f"{edge}: {target(key)} does not grant {action} to {service} for this account"


def _may_publish(template: Template, topic: str, service: str) -> bool:
    return any(
        _allows(statement, service, "sns:Publish") and _this_account_only(statement)
        for statement in _policies(template, "AWS::SNS::TopicPolicy", "Topics", topic)
    )


def _policies(template: Template, kind: str, key: str, logical_id: str) -> Iterator[Mapping[str, Any]]:
    for _, policy in resources(template, kind):
        if logical_id in [target(each) for each in listed(policy[key])]:
            yield from statements(policy["PolicyDocument"])


def _allows(statement: Mapping[str, Any], service: str, action: str) -> bool:
    principal = statement["Principal"]
    services = listed(principal.get("Service", [])) if isinstance(principal, Mapping) else []
    return statement["Effect"] == "Allow" and service in services and action in listed(statement["Action"])


def _this_account_only(statement: Mapping[str, Any]) -> bool:
    return _plain(statement.get("Condition")) == {"StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"}}


def _role_may(template: Template, role: str, action: str, resource: str) -> bool:
    return any(
        owner == role
        and statement["Effect"] == "Allow"
        and action in listed(statement["Action"])
        and resource in [text(each) for each in listed(statement["Resource"])]
        for owner, statement in role_statements(template)
    )


def _plain(condition: Any) -> Any:
    if not isinstance(condition, Mapping):
        return condition
    return {operator: {key: text(value) for key, value in operands.items()} for operator, operands in condition.items()}


RULES = (
    asynchronous_edges_have_a_dead_letter_queue,
    alarms_reach_the_topic,
    the_schedule_reaches_workflow_and_queue,
    undelivered_alerts_reach_their_queue,
    rules_reach_their_queues,
    the_key_admits_nobody_else,
    log_groups_may_use_their_key,
    streams_are_read_and_given_up_by_their_function,
)
