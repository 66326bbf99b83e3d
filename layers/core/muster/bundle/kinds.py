"""The resource types that a bundle imports, and the name of each of their resources in a stack. Pure."""

from muster.model.arn import Arn

BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
LOG_GROUP = "AWS::Logs::LogGroup"
KEY = "AWS::KMS::Key"
FUNCTION = "AWS::Lambda::Function"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"
ROLE = "AWS::IAM::Role"

TYPES = (BUCKET, TABLE, QUEUE, TOPIC, LOG_GROUP, KEY, FUNCTION, SECURITY_GROUP, ROLE)
"""The types, in the order in which files and lists have them."""


def name_of(resource_type: str, physical_id: str) -> str:
    """Return a physical id as stacks are compared by: without what may be spelled in several ways.

    The URL of a queue has had several hosts, and a topic may be named by its ARN.
    """
    if resource_type == QUEUE:
        return physical_id.rpartition("/")[2]
    if resource_type == TOPIC and (arn := Arn.parse(physical_id)):
        return arn.name
    return physical_id
