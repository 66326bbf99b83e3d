"""Describers that read many pages: all of them, in the largest size that AWS takes, as if they were one answer."""

import functools
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.loaders
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.paginate import PaginatorModel
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.facets.rds.parameters import AUDIT_LOGGING, FORCE_SSL, SECURE_TRANSPORT, TLS
from muster.model.finding import Resource
from muster.model.readers import Describer
from muster.readers.analytics.athena import tags as athena_tags
from muster.readers.backup import protected_resources, recovery_points
from muster.readers.cloudwatch.logs import resource_policies
from muster.readers.dynamodb import dax, tables
from muster.readers.ec2.autoscaling import table_scaling
from muster.readers.ec2.ebs import newest_snapshots, public_snapshots
from muster.readers.ec2.images import launch_template_versions
from muster.readers.ec2.instances import prefix_list
from muster.readers.ec2.routes import subnet_routes
from muster.readers.ec2.subnets import subnet_zones
from muster.readers.ec2.vpc import flow_logs, function_groups, network_interfaces, referenced_groups, vpc_endpoints
from muster.readers.edge import apigateway, apigatewayv2
from muster.readers.edge.pca import tags as authority_tags
from muster.readers.edge.route53 import query_logs
from muster.readers.elbv2.load_balancers import listener_protocols, region, rules
from muster.readers.iam.access_analyzer import analyzers
from muster.readers.iam.account import virtual_mfa_devices
from muster.readers.iam.certificates import tags as certificate_tags
from muster.readers.iam.policies import policy_tags
from muster.readers.kms import aws_managed_keys
from muster.readers.lambda_.functions import asynchronous_destinations, event_source_mappings, urls
from muster.readers.management.ssm import instance_compliance, managed_instances
from muster.readers.rds.clusters import cluster_parameters, region_clusters
from muster.readers.rds.events import region_subscriptions
from muster.readers.rds.instances import instance_parameters
from muster.readers.s3.directory_buckets import directory_buckets
from muster.readers.security import network_firewall
from muster.readers.stores.elasticache import region_clusters as region_caches
from muster.readers.stores.redshift import cluster_parameters as redshift_parameters
from muster.readers.tagging.organizations import required_tags
from muster.readers.transfer import datasync, transfer

HERE, ACCOUNT_ID = "eu-west-1", "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAME = f"arn:aws:x:{HERE}:{ACCOUNT_ID}:policy/orders"
"""The id, the ARN and the related key of every resource here: long enough for the ARN of a policy."""
FORWARD = [{"Type": "forward"}]
TAGS = ({"Key": "aws:stack", "Value": "s"}, {"Key": "Owner", "Value": "a=b 🦊"})
SNAPSHOT = {"SnapshotId": "snap-1", "VolumeId": "vol-1", "State": "completed"}

Items = tuple[dict[str, Any], dict[str, Any]]


@functools.cache
def paging(client: str, operation: str) -> dict[str, Any]:
    """Return the names of an operation's tokens, sizes and results."""
    model = botocore.loaders.Loader().load_service_model(client, "paginators-1")
    names: dict[str, Any] = PaginatorModel(model).get_paginator(operation)
    return names


PAGED = [
    pytest.param(
        managed_instances, 50, {}, ({"InstanceId": "i-1"}, {"InstanceId": "i-2"}), id="managed instances",
    ),
    pytest.param(
        instance_compliance, 50, {},
        tuple({"ComplianceType": "Patch", "ResourceId": name, "Status": "COMPLIANT"} for name in ("i-1", "i-2")),
        id="compliance of instances",
    ),
    pytest.param(
        protected_resources, 1000, {},
        ({"ResourceArn": "arn:1", "LastBackupTime": AT}, {"ResourceArn": "arn:2", "LastBackupTime": AT}),
        id="backups",
    ),
    pytest.param(
        recovery_points, 1000, {"BackupVaultName": NAME},
        ({"Status": "COMPLETED", "IsEncrypted": True}, {"Status": "COMPLETED", "IsEncrypted": False}),
        id="recovery points",
    ),
    pytest.param(
        aws_managed_keys, 100, {},
        tuple({"AliasName": f"alias/aws/{name}", "TargetKeyId": name} for name in ("s3", "ebs")), id="keys of AWS",
    ),
    pytest.param(dax.tags, None, {"ResourceName": NAME}, TAGS, id="tags of a DAX cluster"),
    pytest.param(tables.tags, None, {"ResourceArn": NAME}, TAGS, id="tags of a table"),
    *(
        pytest.param(each, None, {"ResourceArn": NAME}, TAGS, id=f"tags of {kind}")
        for (kind, _), each in load().describers.items()
        if each.operation == "sagemaker:ListTags"
    ),
    pytest.param(transfer.server_tags, None, {"Arn": NAME}, TAGS, id="tags of a server of Transfer Family"),
    pytest.param(transfer.connector_tags, None, {"Arn": NAME}, TAGS, id="tags of a connector of Transfer Family"),
    pytest.param(datasync.tags, 100, {"ResourceArn": NAME}, TAGS, id="tags of a task of DataSync"),
    pytest.param(policy_tags, 1000, {"PolicyArn": NAME}, TAGS, id="tags of a policy"),
    pytest.param(athena_tags, 75, {"ResourceARN": NAME}, TAGS, id="tags of a workgroup"),
    pytest.param(authority_tags, 1000, {"CertificateAuthorityArn": NAME}, TAGS, id="tags of a certificate authority"),
    pytest.param(
        certificate_tags, 1000, {"ServerCertificateName": NAME}, TAGS, id="tags of a server certificate",
    ),
    pytest.param(
        virtual_mfa_devices, 1000, {"AssignmentStatus": "Assigned"},
        tuple({"SerialNumber": f"arn:aws:iam::{ACCOUNT_ID}:mfa/{name}", "EnableDate": AT}
              | {"User": {"Path": "/", "UserName": name, "UserId": f"AIDAEXAMPLE{name}EXAMPLE", "CreateDate": AT,
                          "Arn": f"arn:aws:iam::{ACCOUNT_ID}:user/{name}"}} for name in ("ann", "ben")),
        id="virtual MFA devices",
    ),
    pytest.param(
        analyzers, 100, {},
        tuple({"arn": f"arn:aws:access-analyzer:{HERE}:{ACCOUNT_ID}:analyzer/{name}", "name": name, "type": "ACCOUNT"}
              | {"createdAt": AT, "status": "ACTIVE"} for name in ("one", "two")), id="analyzers",
    ),
    pytest.param(
        resource_policies, 50, {}, tuple({"policyName": name} for name in ("one", "two")), id="resource policies",
    ),
    pytest.param(
        directory_buckets, 1000, {},
        tuple({"Name": f"{name}--euw1-az1--x-s3"} for name in ("one", "two")), id="directory buckets",
    ),
    pytest.param(
        query_logs, "100", {},
        tuple({"Id": f"87654321-dcba-1234-abcd-1a2b3c4d5e6{number}", "HostedZoneId": f"Z{number}"}
              | {"CloudWatchLogsLogGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:/dns/{number}:*"}
              for number in (1, 2)), id="query logs",
    ),
    pytest.param(
        apigateway.region, 500, {},
        tuple({"id": name, "name": "shop", "createdDate": AT, "tags": {"Owner": name}} for name in ("a1", "b2")),
        id="REST APIs",
    ),
    pytest.param(
        apigatewayv2.region, "500", {},
        tuple({"ApiId": f"id{kind}", "Name": "shop", "ProtocolType": kind, "RouteSelectionExpression": "$request.body"}
              | {"ApiEndpoint": f"https://id.execute-api.{HERE}.amazonaws.com"} for kind in ("HTTP", "WEBSOCKET")),
        id="HTTP and WebSocket APIs",
    ),
    pytest.param(
        table_scaling, 50, {"ServiceNamespace": "dynamodb"},
        tuple({"ResourceId": f"table/{name}", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
              | {"ServiceNamespace": "dynamodb", "MinCapacity": 1, "MaxCapacity": 9, "RoleARN": "arn:role"}
              | {"CreationTime": AT} for name in "ab"), id="scaling of tables",
    ),
    pytest.param(
        newest_snapshots, 1000, {"OwnerIds": ["self"]},
        (SNAPSHOT | {"StartTime": AT.replace(day=1)}, SNAPSHOT | {"StartTime": AT}), id="the newest snapshots",
    ),
    pytest.param(
        public_snapshots, 1000, {"OwnerIds": ["self"], "RestorableByUserIds": ["all"]},
        ({"SnapshotId": "snap-1"}, {"SnapshotId": "snap-2"}), id="public snapshots",
    ),
    pytest.param(
        launch_template_versions, 200, {"Versions": ["$Default", "$Latest"], "IncludeManagedResources": True},
        tuple({"LaunchTemplateId": name, "VersionNumber": 1, "LaunchTemplateData": {"SecurityGroupIds": [name]}}
              for name in ("lt-1", "lt-2")), id="launch templates",
    ),
    pytest.param(
        prefix_list, 100, {"PrefixListId": NAME}, ({"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}), id="prefixes",
    ),
    pytest.param(
        flow_logs, 1000, {}, tuple({"FlowLogId": "fl-1", "ResourceId": name} for name in ("vpc-1", "vpc-2")),
        id="flow logs",
    ),
    pytest.param(
        subnet_zones, 1000, {},
        tuple({"SubnetId": f"subnet-{zone}", "AvailabilityZone": f"{HERE}{zone}"} for zone in "ab"), id="zones",
    ),
    pytest.param(
        vpc_endpoints, 1000, {},
        tuple({"VpcId": name, "ServiceName": "s", "VpcEndpointType": "Interface", "State": "available"}
              for name in ("vpc-1", "vpc-2")), id="endpoints",
    ),
    pytest.param(
        network_interfaces, 1000, {"IncludeManagedResources": True},
        ({"NetworkInterfaceId": "eni-1", "Status": "in-use", "Groups": [{"GroupId": "sg-1"}]},
         {"NetworkInterfaceId": "eni-2", "Status": "available", "Groups": [{"GroupId": "sg-2"}]}), id="interfaces",
    ),
    pytest.param(
        referenced_groups, 1000, {},
        tuple({"GroupId": "sg-0", "ReferencedGroupInfo": {"GroupId": name}} for name in ("sg-1", "sg-2")),
        id="rules of groups",
    ),
    pytest.param(
        subnet_routes, 100, {},
        tuple({"VpcId": name, "Routes": [], "Associations": [{"Main": True}]} for name in ("vpc-1", "vpc-2")),
        id="route tables",
    ),
    pytest.param(
        region_clusters, 100, {},
        tuple({"DBClusterIdentifier": name, "DBClusterArn": f"arn:aws:rds:{HERE}:1:cluster:{name}"} for name in "ab"),
        id="DB clusters",
    ),
    pytest.param(
        redshift_parameters, 100, {"ParameterGroupName": NAME},
        ({"ParameterName": "datestyle", "ParameterValue": "ISO"},
         {"ParameterName": "require_ssl", "ParameterValue": "true"}), id="parameters of Redshift",
    ),
    *(
        pytest.param(
            each, 100, {"ResourceArn": NAME},
            ({"Key": "Owner", "Value": "network"}, {"Key": "Environment", "Value": "production"}),
            id=f"tags of {each.resource_type}",
        )
        for each in (network_firewall.firewall_tags, network_firewall.policy_tags, network_firewall.rule_group_tags)
    ),
    pytest.param(
        region_caches, 100, {},
        tuple({"CacheClusterId": name, "ARN": f"arn:aws:elasticache:{HERE}:1:cluster:{name}"} for name in "ab"),
        id="cache clusters",
    ),
    pytest.param(
        region_subscriptions, 100, {},
        tuple({"CustSubscriptionId": name, "EventSubscriptionArn": f"arn:aws:rds:eu-west-1:1:es:{name}"}
              for name in "ab"), id="event subscriptions",
    ),
    pytest.param(
        instance_parameters, 100, {"DBParameterGroupName": NAME},
        tuple({"ParameterName": name, "ParameterValue": "1"} for name in (FORCE_SSL, SECURE_TRANSPORT)),
        id="parameters",
    ),
    pytest.param(
        cluster_parameters, 100, {"DBClusterParameterGroupName": NAME},
        tuple({"ParameterName": name, "ParameterValue": "1"} for name in (AUDIT_LOGGING, TLS)),
        id="parameters of clusters",
    ),
    pytest.param(
        function_groups, 50, {"FunctionVersion": "ALL"},
        tuple({"VpcConfig": {"SecurityGroupIds": [name]}} for name in ("sg-1", "sg-2")), id="groups of functions",
    ),
    pytest.param(
        region, 400, {},
        tuple({"LoadBalancerName": name, "LoadBalancerArn": f"arn:{name}", "Type": "gateway"} for name in "ba"),
        id="load balancers",
    ),
    pytest.param(
        listener_protocols, 400, {"LoadBalancerArn": NAME}, ({"Protocol": "TCP"}, {"Protocol": "TLS"}),
        id="listeners",
    ),
    pytest.param(
        rules, 400, {"ListenerArn": NAME},
        ({"Priority": "7", "Actions": FORWARD, "Conditions": []},
         {"Priority": "default", "Actions": FORWARD, "IsDefault": True}), id="rules of a listener",
    ),
    pytest.param(
        urls, 50, {"FunctionName": NAME},
        tuple({"FunctionUrl": f"https://{name * 30}.on.aws", "FunctionArn": f"arn:{name}", "AuthType": "NONE"}
              | {"CreationTime": "2026", "LastModifiedTime": "2026"} for name in "ab"), id="URLs",
    ),
    pytest.param(
        asynchronous_destinations, 50, {"FunctionName": NAME},
        tuple({"FunctionArn": f"{NAME}:{name}", "DestinationConfig": {"OnFailure": {"Destination": "arn:q"}}}
              for name in "ab"), id="destinations",
    ),
    pytest.param(
        event_source_mappings, 100, {},
        tuple({"FunctionArn": f"{NAME}:f:{name}", "EventSourceArn": f"arn:aws:sqs:x:1:{name}"} for name in "ab"),
        id="mappings",
    ),
    pytest.param(
        required_tags, 200, {},
        tuple({"CloudFormationResourceTypes": [f"AWS::{name}::T"], "ReportingTagKeys": ["Owner"]} for name in "AB"),
        id="required tags",
    ),
]  # fmt: skip
"""Describers, the size of their pages as it is sent, the other parameters, and an item of each of two pages."""


@pytest.mark.parametrize(("describer", "size", "parameters", "items"), PAGED)
def test_the_items_of_all_pages_are_read(
    describer: Describer, size: int | str | None, parameters: dict[str, Any], items: Items
) -> None:
    aws: Any = boto3.client(describer.client, HERE)
    operation = describer.operation.partition(":")[2]
    method = xform_name(operation)
    names, facet = paging(describer.client, operation), describer.facet
    sent = parameters | ({names["limit_key"]: size} if size else {})
    first = {names["result_key"]: [items[0]], names["output_token"]: "next"}
    first |= {names["more_results"]: True} if "more_results" in names else {}
    resource = Resource(describer.resource_type, NAME, ACCOUNT_ID, HERE, arn=NAME)
    with Stubber(aws) as stub:
        stub.add_response(method, first, sent)
        stub.add_response(method, {names["result_key"]: [items[1]]}, sent | {names["input_token"]: "next"})
        found = describer.function(aws, resource, *([NAME] if describer.related else []))
        stub.assert_no_pending_responses()
    parse: Any = getattr(facet, "parse")  # noqa: B009 - a facet's type is any type here
    assert found == parse({names["result_key"]: list(items)})
    assert found != parse({names["result_key"]: list(items[:1])})


@pytest.mark.parametrize(("describer", "size", "parameters", "items"), PAGED)
def test_an_error_on_a_later_page_is_not_taken_for_the_end(
    describer: Describer,
    size: int | str | None,  # noqa: ARG001 - the table's
    parameters: dict[str, Any],  # noqa: ARG001 - the table's
    items: Items,
) -> None:
    aws: Any = boto3.client(describer.client, HERE)
    operation = describer.operation.partition(":")[2]
    names = paging(describer.client, operation)
    first = {names["result_key"]: [items[0]], names["output_token"]: "next"}
    first |= {names["more_results"]: True} if "more_results" in names else {}
    resource = Resource(describer.resource_type, NAME, ACCOUNT_ID, HERE, arn=NAME)
    with Stubber(aws) as stub:
        stub.add_response(xform_name(operation), first)
        stub.add_client_error(xform_name(operation), "Throttling")
        with pytest.raises(ClientError, match="Throttling"):
            describer.function(aws, resource, *([NAME] if describer.related else []))


class Paged:
    """A client that answers nothing, and knows whether it was asked for pages."""

    def __init__(self) -> None:
        self.paged = False

    def get_paginator(self, _operation: str) -> "Paged":
        self.paged = True
        return self

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return []

    def __getattr__(self, _name: str) -> Any:
        return lambda **_: defaultdict(dict)


def test_every_short_form_that_reads_pages_is_in_the_table() -> None:
    resource = Resource("AWS::X::Y", NAME, ACCOUNT_ID, HERE, arn=NAME)
    tested, missing = [row.values[0] for row in PAGED], []
    for describer in load().describers.values():
        aws = Paged()
        if describer.call:
            describer.function(aws, resource, *([NAME] if describer.related else []))
        if aws.paged and not any(each is describer for each in tested):
            missing.append(describer.operation)
    assert missing == []
