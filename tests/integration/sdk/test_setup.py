"""What is wrong with profiles, files, variables and the network is said in a sentence, and no secret is."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import botocore.exceptions
import pytest

from muster.cli import main
from muster.errors import ConfigurationError, CredentialsError, MusterError, Transient
from muster.sdk.first_calls import asking
from muster.sdk.session import Clients, caller, open_session
from muster.sdk.setup.errors import explained

KEY_ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
ROLE = "arn:aws:iam::123456789012:role/auditor-of-all"
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
BASE = f"[profile base]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
SSO = (
    "[profile a]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n"
    "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n"
)
CACHED = f"sso/cache/{hashlib.sha1(b's', usedforsecurity=False).hexdigest()}.json"
PROCESS = "[profile a]\ncredential_process = "


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory without any configuration, and an environment that names a region only."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "HTTPS_PROXY", "https_proxy"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / ".aws").mkdir()
    return tmp_path


def said(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str], files: Mapping[str, bytes | str]
) -> str:
    """Return what is said of an environment in which nothing can begin."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name, text in files.items():
        file = home / ".aws" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((ConfigurationError, CredentialsError)) as caught:
        caller(Clients(open_session(None, "eu-west-1")), "eu-west-1")
    return str(caught.value)


A = {"AWS_PROFILE": "a"}
FILES: list[tuple[str, dict[str, str], dict[str, bytes | str], str]] = [
    ("a profile with a typo", {"AWS_PROFILE": "prdo"}, {"config": "[profile prod]\nregion = eu-west-1\n"},
     ('profile "prdo" (AWS_PROFILE) is not in ~/.aws/config or ~/.aws/credentials\n  there are: prod\n'
      "  try: --profile prod")),
    ("a source that is no profile", A, {"config": f"[profile a]\nrole_arn = {ROLE}\nsource_profile = nope\n"},
     'the profile a in ~/.aws/config cannot be used: The source_profile "nope"'),
    ("sources that loop", A,
     {"config": f"[profile a]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\nrole_arn = {ROLE}\n"
                "source_profile = a\n"},
     "the profile a in ~/.aws/config never gets to credentials: source_profile goes round in a circle (a, b)"),
    ("a source without keys", A,
     {"config": f"[profile a]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\nregion = eu-west-1\n"},
     'The source profile "b" must have credentials'),
    ("a role without a source", A, {"config": f"[profile a]\nrole_arn = {ROLE}\n"},
     "the profile a in ~/.aws/config has role_arn, but not source_profile or credential_source"),
    ("a source that is unknown", A, {"config": f"[profile a]\nrole_arn = {ROLE}\ncredential_source = Foo\n"},
     'The credential source "Foo" referenced in profile "a" is not valid'),
    ("a source that is not there", A, {"config": f"[profile a]\nrole_arn = {ROLE}\ncredential_source = Environment\n"},
     "credential_source = Environment of the profile a in ~/.aws/config has no credentials"),
    ("a configuration in YAML", {}, {"config": "hello: world\n"},
     ".aws/config:1: this line stands before any [section]"),
    ("a section without its bracket", {}, {"config": "[default\nregion = eu-west-1\n"},
     ".aws/config:1: this section has no closing bracket"),
    ("credentials pasted as they are", {}, {"credentials": f"{KEY_ID}\n{SECRET}\n"},
     ".aws/credentials:1: this line stands before any [section]"),
    ("a configuration in UTF-16", {}, {"config": b"\xff\xfe[\x00d\x00"}, ".aws/config: it is not text in UTF-8"),
    ("a setting twice", {}, {"config": "[default]\nregion = a\nregion = b\n"},
     ".aws/config:3: it has a setting or a section twice"),
    ("a setting that is cut", {}, {"config": "[default]\ns3 =\n  what\n"}, ".aws/config: it is not an INI file"),
    ("half a key", {}, {"credentials": f"[default]\naws_access_key_id = {KEY_ID}\n"},
     "the profile default in ~/.aws/credentials has an access key, but no aws_secret_access_key"),
    ("half a key in the environment", {"AWS_ACCESS_KEY_ID": KEY_ID}, {},
     "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"),
    ("nothing at all", {}, {}, "there are no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run 'aws sso l"),
    ("a process that fails", A, {"config": f"{PROCESS}sh -c 'echo {SECRET} >&2; exit 1'\n"},
     "credential_process of the profile a in ~/.aws/config failed"),
    ("a process that prints junk", A, {"config": f"{PROCESS}echo {SECRET}\n"}, "printed no credentials"),
    ("a process that prints half", A, {"config": f'{PROCESS}echo {{\\"Version\\":1}}\n'}, "printed no credentials"),
    ("a process that prints a list", A, {"config": f"{PROCESS}echo []\n"}, "printed no credentials"),
    ("a process that is not there", A, {"config": f"{PROCESS}muster-has-no-such-command {SECRET}\n"},
     "cannot be run: No such file or directory: muster-has-no-such-command"),
    ("a process with an open quote", A, {"config": f"{PROCESS}echo 'open\n"}, "printed no credentials"),
    ("SSO without a login", A, {"config": SSO},
     "there is no valid SSO login for the profile a: run 'aws sso login --profile a'"),
    ("SSO whose login is over", A,
     {"config": SSO, CACHED: json.dumps({"accessToken": "tok", "expiresAt": "2020-01-01T00:00:00Z"})},
     "run 'aws sso login --profile a'"),
    ("SSO whose login is damaged", A, {"config": SSO, CACHED: "{"}, "run 'aws sso login --profile a'"),
    ("SSO that is half configured", A,
     {"config": "[profile a]\nsso_start_url = https://x.awsapps.com/start\nsso_account_id = 123456789012\n"},
     "missing required configuration: sso_role_name, sso_region"),
    ("SSO without its session", A,
     {"config": "[profile a]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n"},
     'The specified sso-session does not exist: "s"'),
    ("a token file that is not there", {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "/nope/token"}, {},
     "the web identity token file /nope/token (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read: No such file"),
    ("a token file without a role", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nope/token"}, {}, "has no role ARN configured"),
    ("a role whose ARN is none", A, {"config": f"{BASE}[profile a]\nrole_arn = x\nsource_profile = base\n"},
     "has a value that AWS does not accept: Invalid length for parameter RoleArn"),
    ("an endpoint that is none", KEYS, {"config": "[default]\nendpoint_url = localhost:1\n"},
     "endpoint_url in ~/.aws/config: Invalid endpoint: localhost:1"),
    ("an endpoint of one service that is none", KEYS,
     {"config": "[default]\nservices = x\n[services x]\nsts =\n  endpoint_url = http://localhost:99999\n"},
     "sts in services: endpoint_url in ~/.aws/config: Invalid endpoint"),
    ("certificates that are not there", KEYS, {"config": "[default]\nca_bundle = /nope\n"},
     "ca_bundle in ~/.aws/config names /nope, which does not exist"),
    ("a retry mode that is none", KEYS, {"config": "[default]\nretry_mode = fast\n"},
     "retry_mode in ~/.aws/config is 'fast': it can be standard, adaptive or legacy"),
    ("a number that is none", KEYS, {"config": "[default]\nmax_attempts = often\n"},
     "max_attempts in ~/.aws/config is not a number above 0"),
    ("a key with a control character", {},
     {"credentials": f"[default]\naws_access_key_id = AKIA\x01X\naws_secret_access_key = {SECRET}\n"},
     "aws_access_key_id in ~/.aws/credentials has a control character"),
    ("a key in quotes", {},
     {"credentials": f'[default]\naws_access_key_id = "AKIAX"\naws_secret_access_key = "{SECRET}"\n'},
     "aws_access_key_id in ~/.aws/credentials has quotes around it"),
    ("a profile without a name", {"AWS_PROFILE": ""}, {}, "AWS_PROFILE is set, but empty: unset it, or name a profile"),
    ("services that are not there", {**KEYS, **A}, {"config": "[profile a]\nservices = nope\n"},
     'the "nope" services configuration does not exist'),
]  # fmt: skip
VARIABLES = [
    ({"AWS_CONFIG_FILE": "/"}, "/ (AWS_CONFIG_FILE) is a directory"),
    ({"AWS_CONFIG_FILE": "/nope"}, "AWS_CONFIG_FILE names a file that does not exist"),
    ({**KEYS, "AWS_ENDPOINT_URL": "localhost:4566"}, "AWS_ENDPOINT_URL: Invalid endpoint: localhost:4566; write a URL"),
    ({**KEYS, "AWS_ENDPOINT_URL": "http://localhost:99999"}, "AWS_ENDPOINT_URL: Invalid endpoint"),
    ({**KEYS, "AWS_ENDPOINT_URL_STS": "http://a b"}, "AWS_ENDPOINT_URL_STS: Invalid endpoint"),
    ({**KEYS, "AWS_CA_BUNDLE": "/nope.pem"}, "AWS_CA_BUNDLE names /nope.pem, which does not exist"),
    ({**KEYS, "AWS_CA_BUNDLE": "/etc/hostname"}, "AWS_CA_BUNDLE names /etc/hostname, which has no certificates"),
    ({**KEYS, "HTTPS_PROXY": f"socks5://me:{SECRET}@127.0.0.1:9"}, "HTTPS_PROXY cannot be used: a proxy is named as"),
    ({**KEYS, "HTTPS_PROXY": "http://:::"}, "HTTPS_PROXY cannot be used"),
    ({**KEYS, "AWS_RETRY_MODE": "often"}, "AWS_RETRY_MODE is 'often': it can be standard, adaptive or legacy"),
    ({**KEYS, "AWS_MAX_ATTEMPTS": "many"}, "AWS_MAX_ATTEMPTS is not a number above 0"),
    ({**KEYS, "AWS_DEFAULTS_MODE": "turbo"}, "AWS_DEFAULTS_MODE cannot be used"),
    ({**KEYS, "AWS_STS_REGIONAL_ENDPOINTS": "x"}, "AWS_STS_REGIONAL_ENDPOINTS cannot be used"),
    ({"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "x"}, "AWS_METADATA_SERVICE_NUM_ATTEMPTS is not a number above 0"),
    ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"}, "AWS_CONTAINER_CREDENTIALS_FULL_URI names cannot"),
    ({**KEYS, "AWS_ACCESS_KEY_ID": f"{KEY_ID}\r"}, "AWS_ACCESS_KEY_ID has a control character"),
    ({**KEYS, "AWS_ACCESS_KEY_ID": f"{KEY_ID}\n"}, "AWS_ACCESS_KEY_ID has a control character"),
    ({**KEYS, "AWS_ACCESS_KEY_ID": f"“{KEY_ID}”"}, "AWS_ACCESS_KEY_ID has a character that is not ASCII"),
    ({**KEYS, "AWS_ACCESS_KEY_ID": f"{KEY_ID} x"}, "AWS_ACCESS_KEY_ID has a space"),
    ({**KEYS, "AWS_SECRET_ACCESS_KEY": f"{SECRET}\r"}, "AWS_SECRET_ACCESS_KEY has a control character"),
    ({**KEYS, "AWS_SESSION_TOKEN": "tok\x9b"}, "AWS_SESSION_TOKEN has a control character"),
]


@pytest.mark.parametrize(
    ("variables", "files", "says"), [pytest.param(*case[1:], id=case[0]) for case in FILES]
)  # fmt: skip
def test_what_is_wrong_in_which_file_is_said(  # noqa: PLR0913 - it asks for its fixtures
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], variables: dict[str, str],
    files: dict[str, bytes | str], says: str,
) -> None:  # fmt: skip
    sentence = said(home, monkeypatch, variables, files)
    assert says in sentence
    assert all(line.startswith("  ") for line in sentence.splitlines()[1:])
    assert SECRET not in sentence + "".join(capfd.readouterr())


@pytest.mark.parametrize(("variables", "says"), VARIABLES)
def test_what_is_wrong_in_which_variable_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str
) -> None:
    sentence = said(home, monkeypatch, variables, {})
    assert says in sentence
    assert "\n" not in sentence
    assert not [secret for secret in (SECRET, KEY_ID) if secret in sentence]


def test_a_profile_that_asks_for_mfa_without_a_terminal_says_what_to_run_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("muster.sdk.setup.checks._terminal", lambda: False)
    config = (
        f"{BASE}[profile a]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n"
    )
    sentence = said(home, monkeypatch, A, {"config": config})
    assert "the profile a in ~/.aws/config needs an MFA code, and there is no terminal to type it" in sentence
    assert "aws configure export-credentials --profile a --format env" in sentence
    assert capfd.readouterr() == ("", "")


def test_the_profile_of_the_option_is_the_one_that_is_named(home: Path) -> None:
    (home / ".aws/config").write_text(SSO, encoding="utf-8")
    with pytest.raises(CredentialsError, match="run 'aws sso login --profile a'"):
        caller(Clients(open_session("a", "eu-west-1")), "eu-west-1")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (botocore.exceptions.EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com/"),
         ("Could not connect to the endpoint URL https://sts.eu-west-1.amazonaws.com/: check the region's name, the "
         "network and HTTPS_PROXY")),
        (botocore.exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9/"),
         "Could not connect to the endpoint URL http://127.0.0.1:9/: check AWS_ENDPOINT_URL or --endpoint-url"),
        (botocore.exceptions.SSLError(endpoint_url="https://sts.eu-west-1.amazonaws.com/", error="self-signed"),
         "the certificate of sts.eu-west-1.amazonaws.com cannot be verified: where a proxy replaces certificates"),
        (botocore.exceptions.ProxyConnectionError(proxy_url=f"http://socks5://me:{SECRET}@proxy:9"),
         "the proxy cannot be used"),
        (botocore.exceptions.HTTPClientError(error=ValueError(f"Invalid header value b'AWS4-HMAC-SHA256 {KEY_ID}\\r'")),
         "the access key or the session token has a control character"),
    ],
)  # fmt: skip
def test_what_the_network_does_is_told_without_what_was_sent(error: Exception, says: str) -> None:
    def call() -> None:
        raise error

    with pytest.raises(Transient) as caught:
        asking("sts:GetCallerIdentity", call)
    assert str(caught.value).startswith(f"sts:GetCallerIdentity failed: {says}")
    assert not [secret for secret in (SECRET, KEY_ID, "AWS4") if secret in str(caught.value)]


def refused(code: str, message: str = "no", operation: str = "GetCallerIdentity") -> Exception:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "instead", "says"),
    [
        (refused("AccessDenied"), "", "sts:GetCallerIdentity is denied (AccessDenied): allow it"),
        (refused("AccessDenied"), "name it", "sts:GetCallerIdentity is denied (AccessDenied): allow it, or name it"),
        (refused("AccessDenied", operation="AssumeRole"), "", "sts:AssumeRole is denied (AccessDenied): allow it"),
        (refused("AccessDenied", "… because no VPC endpoint policy allows the sts:GetCallerIdentity action"), "",
         ("sts:GetCallerIdentity is denied (AccessDenied): no VPC endpoint policy allows sts:GetCallerIdentity; ask "
         "those who manage that policy")),
        (refused("AccessDenied", "… with an explicit deny in a service control policy"), "name the regions",
         ("sts:GetCallerIdentity is denied (AccessDenied): a service control policy denies sts:GetCallerIdentity; name "
         "the regions")),
        (refused("ExpiredToken"), "", ("AWS does not accept the credentials (sts:GetCallerIdentity: ExpiredToken): "
         "they expired; log in again or get new ones")),
        (refused("SignatureDoesNotMatch", "Signature expired: 20261128T072529Z is now earlier than 20261128T193257Z "
                 "(20261128T194757Z - 15 min.)"), "",
         ("this machine's clock is 12 h 22 min behind AWS's, and AWS refuses what it signs (sts:GetCallerIdentity: "
         "SignatureDoesNotMatch): set the clock")),
        (refused("SignatureDoesNotMatch"), "", ("AWS does not accept the credentials (sts:GetCallerIdentity: "
         "SignatureDoesNotMatch): the secret access key is another key's, or was copied wrong")),
    ],
)  # fmt: skip
def test_what_aws_refuses_first_is_told_with_what_to_do(error: Exception, instead: str, says: str) -> None:
    def call() -> None:
        raise error

    with pytest.raises(MusterError) as caught:
        asking("sts:GetCallerIdentity", call, instead)
    assert str(caught.value) == says


def test_any_other_error_of_the_sdk_is_a_sentence_without_a_secret() -> None:
    error = botocore.exceptions.InvalidExpressionError(expression=f"Authorization: AWS4-HMAC-SHA256 {KEY_ID}")
    assert "InvalidExpressionError" in explained(error)
    assert KEY_ID not in explained(error)


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["estimate", "--resources", "AWS::S3::Bucket=3"],
        ["resume", "20261121T060000Z-c22b102a"],
    ],
    ids=lambda arguments: arguments[0],
)
@pytest.mark.parametrize("named", ["AWS_PROFILE", "AWS_CONFIG_FILE"])
def test_every_command_that_needs_a_profile_says_what_is_wrong_with_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], named: str
) -> None:
    monkeypatch.chdir(home)
    monkeypatch.delenv("AWS_REGION")
    (home / "broken").write_text("[default\n", encoding="utf-8")
    monkeypatch.setenv(named, "nobody" if named == "AWS_PROFILE" else str(home / "broken"))
    assert main(arguments) == 2
    line, *_ = capsys.readouterr().err.splitlines()
    assert ("is not in" if named == "AWS_PROFILE" else "no closing bracket") in line
    assert "(bug)" not in line


@pytest.mark.parametrize("arguments", [["list", "checks"], ["explain", "required-tags"], ["iam-policy"], ["validate"]])
def test_what_needs_no_profile_does_not_look_at_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(home)
    (home / "muster.yaml").write_text("regions: [eu-west-1]\n", encoding="utf-8")
    (home / ".aws/config").write_text("[default\n", encoding="utf-8")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert not main(arguments)


def test_a_region_with_a_typing_error_is_said_before_a_stack_is_looked_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert main(["resume", "20261121T060000Z-c22b102a", "--region", "eu-wst-1"]) == 2
    assert capsys.readouterr().err == "error: eu-wst-1 is not a region\n  did you mean: eu-west-1\n"
