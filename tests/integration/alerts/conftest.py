"""A place to send alerts from, on moto, and a webhook on this machine."""

from collections.abc import Iterator

import pytest

from muster.alerts.destinations.sending import Place
from muster.sdk.session import Clients
from tests.integration.alerts.hooks import Hook, hook

REGION = "eu-west-1"


@pytest.fixture
def place(clients: Clients) -> Place:
    topic = clients.get("sns", REGION).create_topic(Name="alerts")["TopicArn"]
    return Place(clients, REGION, "123456789012", "aws", topic, "prod", sleep=lambda _seconds: None)


@pytest.fixture
def webhook(clients: Clients) -> Iterator[Hook]:
    """Serve a webhook whose URL is a parameter, /muster/hook, and a secret, muster/hook."""
    with hook() as made:
        clients.get("ssm", REGION).put_parameter(Name="/muster/hook", Value=made.url, Type="SecureString")
        clients.get("secretsmanager", REGION).create_secret(Name="muster/hook", SecretString=made.url)
        yield made
