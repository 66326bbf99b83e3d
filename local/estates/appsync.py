"""GraphQL APIs: one that passes, and one with an API key and without a log."""

from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    appsync = aws.client("appsync", region)
    log = {"fieldLogLevel": "ERROR", "cloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/appsync-logs"}
    appsync.create_graphql_api(name="shop", authenticationType="AWS_IAM", logConfig=log, tags={"Owner": "web"})
    appsync.create_graphql_api(name="old", authenticationType="API_KEY")
