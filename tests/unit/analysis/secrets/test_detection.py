"""What looks like a secret and what does not."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.secrets.detection import secret_like, secrets_in_lines

BASE62 = string.ascii_letters + string.digits
RANDOM = "q7Rk2ZtV9mXp4LwB8sNd3HcJ6yFg5TuA"


def joined(*parts: str) -> str:
    """Keep a made-up token in pieces, so that nobody's scanner of sources takes it for a real one."""
    return "".join(parts)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        pytest.param("KEY_ID", joined("AKIA", "IOSFODNN7EXAMPLE"), "an AWS access key", id="AWS"),
        pytest.param("A", joined("-----BEGIN RSA ", "PRIVATE KEY-----\nMII"), "a private key", id="PEM"),
        pytest.param("A", joined("ghp", "_", "a1B2" * 9), "a GitHub token", id="GitHub"),
        pytest.param("A", joined("github", "_pat_", "a1B2_" * 9), "a GitHub token", id="fine-grained GitHub"),
        pytest.param("A", joined("glpat", "-", "a1B2c3D4e5F6g7H8i9J0"), "a GitLab token", id="GitLab"),
        pytest.param("A", joined("xoxb", "-123456789012-abcdefghijkl"), "a Slack token", id="Slack"),
        pytest.param(
            "A", joined("https://hooks.slack.com", "/services/T0/B0/", "a1B2" * 6), "a Slack webhook", id="webhook"
        ),
        pytest.param("A", joined("sk", "_live_", "a1B2" * 6), "a Stripe key", id="Stripe"),
        pytest.param("A", joined("AIza", "a1B2_" * 7), "a Google API key", id="Google"),
        pytest.param("A", joined("SG.", "a1B2" * 5, ".", "c3D4" * 10), "a SendGrid key", id="SendGrid"),
        pytest.param("A", joined("npm", "_", "a1B2" * 9), "an npm token", id="npm"),
        pytest.param("A", joined("sk-", "proj-", "a1B2" * 10), "an AI provider's key", id="a model's provider"),
        pytest.param("A", joined("eyJhbGciOiJI", ".", "eyJzdWIiOiIx", ".", "abcdefghij"), "a JSON web token", id="JWT"),
        pytest.param("DB_URL", "postgres://app:hunter2@db:5432/shop", "a URL with a password", id="URL"),
        pytest.param("REDIS", "redis://:hunter2@cache:6379", "a URL with a password", id="URL without a user"),
        pytest.param("DB", "Server=db;User=app;Password=hunter2", "a connection string", id="connection string"),
        pytest.param("STORE", "AccountName=x;AccountKey=abc==", "a connection string", id="storage key"),
    ],
)
def test_the_shape_of_a_known_token_is_a_secret_under_any_name(name: str, value: str, says: str) -> None:
    reason = secret_like(name, value)
    assert reason is not None
    assert says in reason


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "dbPassword",
        "DATABASE_PASSWD",
        "PGPASSWORD2_PWD",
        "DB_PASS",
        "PASS",
        "CLIENT_SECRET",
        "clientSecret",
        "AUTH_TOKEN",
        "API_KEY",
        "APIKEY",
        "STRIPE_API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "SIGNING_KEY",
        "PRIVATE_KEY",
        "GITHUB_CREDENTIALS",
        "db-password",
    ],
)
def test_a_name_that_says_so_makes_a_secret_of_what_is_no_reference(name: str) -> None:
    assert secret_like(name, "tr0ub4dor&3") == "the name suggests a secret, and the value is not a reference to one"
    assert secret_like(name, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf") is None


@pytest.mark.parametrize("value", ["hunter", "1234", "correct horse battery staple"])
def test_a_password_may_be_as_weak_as_it_likes(value: str) -> None:
    assert secret_like("DB_PASSWORD", value) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("DB_PASSWORD", "", id="empty"),
        pytest.param("DB_PASSWORD", "  ", id="blank"),
        pytest.param("DB_PASSWORD", "/shop/db/password", id="a parameter's path"),
        pytest.param("DB_PASSWORD", "{{resolve:secretsmanager:shop}}", id="a dynamic reference"),
        pytest.param("DB_PASSWORD", "${DB_PASSWORD}", id="a placeholder"),
        pytest.param("DB_PASSWORD", "<your password>", id="an example"),
        pytest.param("DB_PASSWORD", "changeme", id="a placeholder in words"),
        pytest.param("USE_PASSWORD", "true", id="a switch"),
        pytest.param("DB_PASSWORD_PARAMETER", "shop-db-1", id="the name of a parameter"),
        pytest.param("DB_PASSWORD_SECRET_ARN", "shop-db-1x", id="the ARN of a secret"),
        pytest.param("PASSWORD_MIN_LENGTH", "12", id="a length"),
        pytest.param("TOKEN_TTL", "3600", id="a lifetime"),
        pytest.param("TOKEN_URL", "https://auth.example.org/oauth2/token", id="an address"),
        pytest.param("TOKEN", "https://auth.example.org/oauth2/token", id="an address under a plain name"),
        pytest.param("SECRET", "shop/database", id="the name of a secret"),
        pytest.param("AUTH_TOKEN", "short1", id="too short for a token"),
        pytest.param("API_KEY", "20261121001", id="a number"),
        pytest.param("TOKENIZER_MODEL", "gpt2-tokens-1", id="a word within a word"),
        pytest.param("PARTITION_KEY", "customer#42", id="a key of a table"),
        pytest.param("KEY", "customer#42", id="a key of nobody knows what"),
        pytest.param("PUBLIC_KEY", RANDOM, id="a public key"),
        pytest.param("PUBLIC_API_KEY", RANDOM, id="a public API key"),
        pytest.param("TABLE", "Shop-Orders4F2A91BC-1V4C5T2RPHTBP", id="a name made by CloudFormation"),
        pytest.param("TABLE", "ShopStackOrdersTableOfTheYear4F2A91BC", id="a logical id"),
        pytest.param("HANDLER", "ComExampleShop2OrdersHandlerV3Factory", id="a class"),
        pytest.param("COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", id="a commit"),
        pytest.param("KMS_KEY", "1234abcd-12ab-34cd-56ef-1234567890ab", id="a key's id"),
        pytest.param("POOL", "eu-west-1_AbCdEf123", id="a user pool"),
        pytest.param("CLIENT", "3n4b5urk1ft4fl3mg5e62d9ado", id="a client's id"),
        pytest.param("QUEUE", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", id="a queue"),
        pytest.param("DB_URL", "postgres://app:${PASSWORD}@db/shop", id="a URL with a placeholder"),
        pytest.param("DB", "Server=db;Password={0}", id="a connection string with a placeholder"),
        pytest.param("URL", "https://example.org:8443/a@b", id="a port is no password"),
        pytest.param("LOG_LEVEL", "INFO", id="a setting"),
    ],
)
def test_what_is_no_secret(name: str, value: str) -> None:
    assert secret_like(name, value) is None


def test_a_random_value_is_a_secret_under_any_name() -> None:
    assert secret_like("SETTING", RANDOM) == "the value looks as random as a key"
    assert secret_like("SETTING", f"prefix:{RANDOM}") == "the value looks as random as a key"


@given(st.binary(min_size=30, max_size=48).filter(lambda raw: len(set(raw)) > 25))
def test_random_bytes_in_base64_under_a_name_of_a_key_are_found(raw: bytes) -> None:
    value = base64.b64encode(raw).decode()
    # A leading slash is how a path of the parameter store begins.
    assert value.startswith("/") or secret_like("API_KEY", value) is not None


@given(st.text(max_size=40), st.text(max_size=80))
def test_a_reason_is_one_of_a_few_sentences_whatever_the_value(name: str, value: str) -> None:
    reason = secret_like(name, value)
    sentences = {
        None,
        "the name suggests a secret, and the value is not a reference to one",
        "the value looks as random as a key",
    }
    reason = reason and reason.removeprefix("in a JSON field, ")
    assert reason in sentences or str(reason).startswith("the value looks like a")


@given(st.text(alphabet=BASE62, min_size=12, max_size=40))
def test_a_reason_never_holds_the_value(value: str) -> None:
    assert value not in (secret_like("DB_PASSWORD", value) or "")


@pytest.mark.parametrize("piece", ["a", "A", "a.", "a-", "a:", "a://", "--a ", "jdbc:oracle:a:", "password=", "a=b "])
def test_the_time_grows_with_a_value_and_not_with_its_square(piece: str) -> None:
    """Whoever may write a task definition chooses the value; with its square, this would take minutes."""
    assert secret_like("NOTE", piece * (400_000 // len(piece)) + "!") in (None, secret_like("NOTE", piece * 20 + "!"))


@pytest.mark.parametrize(
    "line",
    [
        "export DB_PASSWORD=hunter2",
        "  password: 'hunter2'",
        "mysql -u root --password hunter2 < schema.sql",
        "echo url=postgres://app:hunter2@db:5432/shop",
        joined("aws configure set aws_access_key_id AKIA", "IOSFODNN7EXAMPLE"),
        joined("-----BEGIN RSA ", "PRIVATE KEY-----"),
    ],
)
def test_a_line_of_a_script_looks_like_a_secret(line: str) -> None:
    ((number, reason),) = secrets_in_lines(f"#!/bin/bash\n\n{line}\necho done\n")
    assert number == 3
    assert "hunter2" not in reason
    assert "AKIA" not in reason


@pytest.mark.parametrize(
    "line",
    [
        "TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')",
        'curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/',
        'PASSWORD="$(aws secretsmanager get-secret-value --secret-id prod/db --query SecretString --output text)"',
        "/etc/eks/bootstrap.sh shop --b64-cluster-ca LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM1ekNDQWMrZ0F3SUJBZ0lC",
        "ssh_authorized_keys: [ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7v9q7Rk2ZtV9mXp4LwB8sNd3HcJ6yFg5TuA user@host]",
        "lock_passwd: true",
        "echo 4f9c0a7d1b2e3f405162738495a6b7c8d9e0f1a2  agent.rpm | sha1sum -c",
    ],
)
def test_a_line_of_a_script_that_only_reads_a_secret_is_none(line: str) -> None:
    assert secrets_in_lines(line) == ()
