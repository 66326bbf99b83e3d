"""Reading ECR: repositories in pages, and when their images are scanned, many at a time."""

import boto3
from botocore.stub import Stubber

from muster.facets.compute.ecr import ImageScanning
from muster.model.finding import Resource
from muster.model.shard import Shard
from muster.readers.compute.ecr import repositories, scanning

HERE, ACCOUNT_ID = "eu-west-1", "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "ecr")


def arn(name: str) -> str:
    return f"arn:aws:ecr:{HERE}:{ACCOUNT_ID}:repository/{name}"


def test_repositories_are_listed_page_by_page() -> None:
    aws = boto3.client("ecr", HERE)
    item = {"repositoryName": "shop/web", "repositoryArn": arn("shop/web"), "imageTagMutability": "IMMUTABLE"}
    with Stubber(aws) as stub:
        stub.add_response("describe_repositories", {"repositories": [item], "nextToken": "next"}, {"maxResults": 1000})
        stub.add_response("describe_repositories", {"repositories": []}, {"maxResults": 1000, "nextToken": "next"})
        first = repositories.function(aws, SHARD, None)
        [found] = first.items
        assert (found.resource.id, found.resource.arn, first.then) == ("shop/web", arn("shop/web"), "next")
        last = repositories.function(aws, SHARD, first.then)
        assert (list(last.items), last.then) == ([], None)


def test_a_repository_that_is_gone_is_missing_among_the_answers() -> None:
    aws = boto3.client("ecr", HERE)
    some = [Resource("AWS::ECR::Repository", name, ACCOUNT_ID, HERE, arn=arn(name)) for name in ("shop/web", "gone")]
    answer = {
        "scanningConfigurations": [{"repositoryName": "shop/web", "scanOnPush": False, "scanFrequency": "MANUAL"}],
        "failures": [{"repositoryName": "gone", "failureCode": "REPOSITORY_NOT_FOUND"}],
    }
    with Stubber(aws) as stub:
        names = {"repositoryNames": ["shop/web", "gone"]}
        stub.add_response("batch_get_repository_scanning_configuration", answer, names)
        found = scanning.function(aws, some)
    assert found == {"shop/web": ImageScanning("MANUAL")}
