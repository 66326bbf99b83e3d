"""Settings of the AWS SDK that are checked before the first call: it would fail on them later, and less clearly."""

import os
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from muster.sdk.redaction import one_line, safe
from muster.sdk.setup.profile import MfaError, config_file, credentials_file

_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_SCHEMES = ("http", "https")
_SERVICES = ("STS", "EC2", "S3", "S3_CONTROL", "ORGANIZATIONS", "CLOUDFORMATION", "SFN")


def wrong_environment(endpoint_url: str | None = None) -> str:
    """Say what is wrong in the environment, in a sentence; nothing where nothing is.

    `endpoint_url` is the one that an option gives.
    """
    return next((sentence for sentence in _sentences(endpoint_url) if sentence), "")


def wrong_profile(profile: Mapping[str, Any], services: Mapping[str, Any]) -> str:
    """Say what is wrong in the settings of a profile, in a sentence; nothing where nothing is.

    `services` are the sections of that name, of which a profile may take one.
    """
    return next((sentence for sentence in _of_profile(profile, services) if sentence), "")


def _of_profile(profile: Mapping[str, Any], services: Mapping[str, Any]) -> Iterator[str]:
    chosen = services.get(str(profile.get("services")), {})
    for name, found in (("", profile), *((f"{name} in services: ", each) for name, each in chosen.items())):
        if isinstance(found, Mapping):
            yield _endpoint(f"{name}endpoint_url in {config_file()}", str(found.get("endpoint_url") or ""))
    if not os.environ.get("AWS_CA_BUNDLE"):
        yield _certificates(f"ca_bundle in {config_file()}", profile.get("ca_bundle"))
    for name in ("max_attempts", "metadata_service_timeout", "metadata_service_num_attempts"):
        yield _number(f"{name} in {config_file()}", profile.get(name))
    yield _mode(f"retry_mode in {config_file()}", str(profile.get("retry_mode") or ""))


def wrong_keys(credentials: Any) -> str:
    """Say which of the credentials has a character that none can have; nothing where all can be sent.

    A control character would end up in a header, and an error about it would show the whole header.
    """
    method = str(getattr(credentials, "method", ""))
    named = (
        ("access_key", "AWS_ACCESS_KEY_ID", "aws_access_key_id"),
        ("secret_key", "AWS_SECRET_ACCESS_KEY", "aws_secret_access_key"),
        ("token", "AWS_SESSION_TOKEN", "aws_session_token"),
    )
    for attribute, variable, key in named:
        value = vars(credentials).get(attribute) or ""
        if wrong := _character(value):
            source = variable if method == "env" else f"{key} in {_file(method)}"
            return f"{source} has {wrong}: copy it again, without what stands around it"
    return ""


def prompt_for_mfa(prompt: str) -> str:
    """Read an MFA code from the terminal.

    Raises:
        MfaError: there is no terminal, or nobody answered.
    """
    import getpass  # noqa: PLC0415 - almost nobody types a code

    if not _terminal():
        raise MfaError
    try:
        return getpass.getpass(prompt)
    except EOFError as error:
        raise MfaError from error


def _terminal() -> bool:
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _sentences(endpoint_url: str | None) -> Iterator[str]:
    yield _endpoint("--endpoint-url", endpoint_url)
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        for name in ("AWS_ENDPOINT_URL", *(f"AWS_ENDPOINT_URL_{service}" for service in _SERVICES)):
            yield _endpoint(name, os.environ.get(name))
    yield _unreadable("AWS_CONFIG_FILE", config_file())
    yield _unreadable("AWS_SHARED_CREDENTIALS_FILE", credentials_file())
    bundles = {os.environ.get(name): name for name in ("REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")}
    for path, name in reversed(bundles.items()):  # one file under both names is read once
        yield _certificates(name, path)
    for name in ("HTTPS_PROXY", "https_proxy"):
        yield _proxy(name, os.environ.get(name))
    for name in ("AWS_MAX_ATTEMPTS", "AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"):
        yield _number(name, os.environ.get(name))
    yield _mode("AWS_RETRY_MODE", os.environ.get("AWS_RETRY_MODE", ""))


def _mode(name: str, mode: str) -> str:
    wrong = mode and mode.lower() not in ("legacy", "standard", "adaptive")
    return f"{name} is {one_line(mode, 40)!r}: it can be standard, adaptive or legacy" if wrong else ""


def _number(name: str, value: str | None) -> str:
    wrong = value and not (value.strip().isdigit() and int(value))
    return f"{name} is not a number above 0: set one, or unset it" if wrong else ""


def _endpoint(name: str, url: str | None) -> str:
    if not url:
        return ""
    example = "write a URL like https://host or http://localhost:4566"
    try:
        parts = urlsplit(url)
        good = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    spaced = any(character.isspace() or not character.isprintable() for character in url)
    return "" if good and not spaced else f"{name}: Invalid endpoint: {safe(url)}; {example}"


def _unreadable(name: str, path: str) -> str:
    file = Path(os.path.expandvars(path)).expanduser()
    shown = f"{one_line(path, 200)}{f' ({name})' if os.environ.get(name) else ''}"
    if file.is_dir():
        return f"{shown} is a directory: it must be the AWS configuration file"
    return "" if not file.exists() or os.access(file, os.R_OK) else f"{shown} cannot be read: check who may read it"


def _certificates(name: str, path: str | None) -> str:
    if not path:
        return ""
    if not Path(path).exists():
        return (
            f"{name} names {one_line(path, 200)}, which does not exist: name a file of certificates (PEM), or unset it"
        )
    try:
        if not _begins_with_certificate(Path(path)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
    except (OSError, ValueError):
        return f"{name} names {one_line(path, 200)}, which has no certificates (PEM): name a file that has, or unset it"
    return ""


def _begins_with_certificate(path: Path) -> bool:
    """Whether the first certificate of a file can be read: to read all of them takes longer than to open a session."""
    if path.is_dir():
        return False
    found = _CERTIFICATE.search(path.read_text(encoding="utf-8", errors="replace"))
    try:
        return found is not None and _is_certificate(found[0])
    except (OSError, ValueError):
        return False


def _is_certificate(text: str) -> bool:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    return True


def _proxy(name: str, url: str | None) -> str:
    if not url:
        return ""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        good = parts.scheme in _SCHEMES and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    return "" if good else f"{name} cannot be used: a proxy is named as http://HOST:PORT or https://HOST:PORT"


def _character(value: str) -> str:
    if any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in value):  # noqa: PLR2004 - C0 and C1
        return "a control character (a line end, for example)"
    if any(character.isspace() for character in value):
        return "a space"
    if not value.isascii():
        return "a character that is not ASCII"
    return "quotes around it" if value[:1] in ("'", '"') else ""


def _file(method: str) -> str:
    return {"shared-credentials-file": credentials_file(), "config-file": config_file()}.get(
        method, f"the credentials from {one_line(method, 40) or 'their source'}"
    )
