"""Errors before AWS answers: profiles, files, credentials, network. One sentence each, and what to do.

No sentence repeats an exception that may hold a header, a key or the output of another program.
"""

import configparser
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions as sdk

from muster.sdk.redaction import one_line, safe
from muster.sdk.setup.profile import MfaError, Where, config_file, credentials_file

_WEB_IDENTITY = "assume-role-with-web-identity"
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
AMAZON = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws")
"""The ends of the host names of AWS's own endpoints."""
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


def explained(error: BaseException, profile: str | None = None) -> str:
    """Say in a sentence what is wrong in which file or variable, and what to do.

    `profile` is the one that an option names.
    """
    where = Where.of(profile)
    for kind in type(error).__mro__:
        if kind in _SENTENCES:
            return _SENTENCES[kind](error, where)
    return f"the AWS SDK cannot go on ({type(error).__name__}): {safe(str(error))}"


def _no_profile(error: Any, where: Where) -> str:
    for name in ("AWS_DEFAULT_PROFILE", "AWS_PROFILE"):
        if os.environ.get(name) == "" and not error.kwargs.get("profile"):
            return f"{name} is set, but empty: unset it, or name a profile"
    named = f" ({where.named_by})" if where.named_by else ""
    return f'profile "{one_line(where.profile, 60)}"{named} is not in {config_file()} or {credentials_file()}'


def _unparsed(error: Any, _where: Where) -> str:
    inner = error.kwargs.get("error")
    path, line = one_line(str(error.kwargs.get("path", "")), 200), _line(inner)
    if isinstance(inner, configparser.MissingSectionHeaderError) and inner.line.lstrip().startswith("["):
        why = "this section has no closing bracket: write [default] or [profile NAME]"
    elif isinstance(inner, configparser.MissingSectionHeaderError):
        why = "this line stands before any [section]: it should follow a line like [default] or [profile NAME]"
    elif isinstance(inner, configparser.DuplicateOptionError | configparser.DuplicateSectionError):
        why = "it has a setting or a section twice: delete one of them"
    elif isinstance(inner, UnicodeDecodeError):
        why = "it is not text in UTF-8: write it again with 'aws configure'"
    else:
        why = "it is not an INI file as the AWS SDKs read it: lines are [profile NAME], or KEY = VALUE"
    return f"{path}{line}: {why}"


def _line(error: object) -> str:
    number = getattr(error, "lineno", None)
    if number is None and getattr(error, "errors", None):
        number = error.errors[0][0]  # type: ignore[attr-defined]
    return f":{number}" if number else ""


def _half(error: Any, where: Where) -> str:
    provider, missing = str(error.kwargs.get("provider")), one_line(str(error.kwargs.get("cred_var")), 60)
    if provider == "env":
        return f"AWS_ACCESS_KEY_ID is set and {missing} is not: set both, or neither"
    if provider in ("assume-role", _WEB_IDENTITY):
        return f"{where.the_profile} has role_arn, but not {missing}: add it, for the credentials that assume the role"
    file = credentials_file() if provider == "shared-credentials-file" else config_file()
    return f"the profile {one_line(where.profile, 60)} in {file} has an access key, but no {missing}: add it"


def _loop(error: Any, where: Where) -> str:
    visited = ", ".join(one_line(str(each), 60) for each in error.kwargs.get("visited_profiles", ()))
    return (
        f"{where.the_profile} never gets to credentials: source_profile goes round in a circle ({visited}); "
        "one of them must have credentials of its own"
    )


def _wrong_config(error: Any, where: Where) -> str:
    return f"{where.the_profile} cannot be used: {safe(str(error), 300).rstrip('.')}"


def _sso(_error: Any, where: Where) -> str:
    return (
        f"there is no valid SSO login for the profile {one_line(where.profile, 60)}: run 'aws sso login{where.option}'"
    )


def _login(_error: Any, where: Where) -> str:
    return f"the login of the profile {one_line(where.profile, 60)} is missing or over: run 'aws login{where.option}'"


def _dependency(_error: Any, where: Where) -> str:
    return (
        f"{where.the_profile} uses 'aws login', which needs a package more: install it with pip install "
        f"'botocore[crt]', or run 'aws configure export-credentials{where.option} --format env' and set what it prints"
    )


def _mfa(_error: Any, where: Where) -> str:
    return (
        f"{where.the_profile} needs an MFA code, and there is no terminal to type it: first run "
        f"'aws configure export-credentials{where.option} --format env' in a terminal, set the variables that it "
        "prints, and run Muster without the profile"
    )


def _not_retrieved(error: Any, where: Where) -> str:
    provider, cause = str(error.kwargs.get("provider", "")), error.__cause__
    if provider == "sso" or isinstance(cause, sdk.SSOError):
        return _sso(error, where)
    if provider == _WEB_IDENTITY:
        file = os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        named = f"{one_line(file, 200)} (AWS_WEB_IDENTITY_TOKEN_FILE)" if file else f"of {where.the_profile}"
        return f"the web identity token file {named} cannot be read: {_os_error(cause)}"
    if provider.lower() in ("environment", "ec2instancemetadata", "ecscontainer"):
        return f"credential_source = {provider} of {where.the_profile} has no credentials: they are not there"
    if provider in ("container-role", "iam-role"):
        return _metadata(error, where)
    if isinstance(cause, sdk.BotoCoreError):
        return explained(cause, where.profile if where.named_by == "--profile" else None)
    return _of_process(provider, cause, where)


def _of_process(provider: str, cause: BaseException | None, where: Where) -> str:
    """Say that another program gave no credentials; what it printed may be a secret."""
    if isinstance(cause, ValueError) and (names := _numbers()):
        return names
    if cause is not None and any(os.environ.get(name) for name in _CONTAINER):
        return _metadata(cause, where)
    process = f"credential_process of {where.the_profile}"
    if isinstance(cause, OSError):
        return f"{process} cannot be run: {_os_error(cause)}"
    if provider == "custom-process" or cause is not None:
        return (
            f"{process} failed, or printed no credentials that are valid now: run that command by hand to see why. "
            "It must print JSON: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html"
        )
    return f"no credentials can be had from {one_line(provider, 60) or 'any source'} ({where.the_profile})"


def _numbers() -> str:
    """Say which variable of the SDK is no number, if one is not."""
    for name in ("AWS_MAX_ATTEMPTS", "AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS"):
        if not os.environ.get(name, "1").strip().isdigit():
            return f"{name} is not a number: set a whole number, or nothing"
    return ""


def _metadata(_error: Any, _where: Where) -> str:
    for name in _CONTAINER:
        if os.environ.get(name):
            return f"the credentials that {name} names cannot be read: unset it where there is no such container"
    return "the credentials of this machine's role cannot be read from its metadata service"


def _no_credentials(_error: Any, where: Where) -> str:
    if where.named_by:
        files = f"{config_file()} or {credentials_file()}"
        return f"the profile {one_line(where.profile, 60)} ({where.named_by}) has no credentials in {files}"
    missing = [name for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE") if _missing(name)]
    files = f" ({', '.join(missing)} names a file that does not exist)" if missing else ""
    return f"there are no AWS credentials{files}: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run 'aws sso login'"


def _missing(name: str) -> bool:
    path = os.environ.get(name)
    return bool(path) and not os.path.exists(os.path.expanduser(path or ""))  # noqa: PTH110, PTH111 - as botocore does


def _os_error(error: object) -> str:
    if not isinstance(error, OSError):
        return "it has no content that can be used"
    name = f": {one_line(str(error.filename), 200)}" if error.filename else ""
    return f"{error.strerror or 'it cannot be opened'}{name}"


def _unreachable(error: Any, _where: Where) -> str:
    url = str(error.kwargs.get("endpoint_url", ""))
    ours = (urlsplit(url).hostname or "").endswith(AMAZON)
    hint = "the region's name, the network and HTTPS_PROXY" if ours else "AWS_ENDPOINT_URL or --endpoint-url"
    return f"Could not connect to the endpoint URL {safe(url)}: check {hint}"


def _certificate(error: Any, _where: Where) -> str:
    host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).hostname or "AWS"
    return (
        f"the certificate of {host} cannot be verified: where a proxy replaces certificates, set AWS_CA_BUNDLE to the "
        "file with its CA"
    )


def _proxy(_error: Any, _where: Where) -> str:
    names = [name for name in _PROXIES if os.environ.get(name)]
    return f"the proxy cannot be used ({', '.join(names) or 'proxies of this machine'}): check its address and password"


def _http(error: Any, where: Where) -> str:
    text = str(error)
    if any(each in text for each in ("header value", "header part", "codec can't encode")):
        return (
            "the access key or the session token has a control character or another one that no key has: set it anew "
            f"in the environment or in {credentials_file()}"
        )
    if any(os.environ.get(name) for name in _PROXIES) and "parse" in text.lower():
        return _proxy(error, where)
    return f"the request could not be sent: {safe(text)}"


def _retries(error: Any, where: Where) -> str:
    reason = safe(str(error), 300).rstrip(".")
    return _numbers() or f"AWS_RETRY_MODE, or retry_mode of {where.the_profile}, cannot be used: {reason}"


def _option(name: str, key: str) -> Callable[[Any, Where], str]:
    """Return what says that a setting of the SDK has a value that it cannot have."""

    def sentence(error: Any, where: Where) -> str:
        setting = name if os.environ.get(name) else f"{key} of {where.the_profile}"
        return f"{setting} cannot be used: {safe(str(error), 300).rstrip('.')}"

    return sentence


def _parameters(error: Any, where: Where) -> str:
    return f"{where.the_profile} has a value that AWS does not accept: {safe(str(error.kwargs.get('report', '')), 200)}"


_SENTENCES: dict[type[BaseException], Callable[[Any, Where], str]] = {
    MfaError: _mfa,
    sdk.ProfileNotFound: _no_profile,
    sdk.ConfigParseError: _unparsed,
    sdk.ConfigNotFound: _unparsed,
    sdk.PartialCredentialsError: _half,
    sdk.InfiniteLoopConfigError: _loop,
    sdk.InvalidConfigError: _wrong_config,
    sdk.SSOError: _sso,
    sdk.NoAuthTokenError: _sso,
    sdk.TokenRetrievalError: _sso,
    sdk.LoginError: _login,
    sdk.MissingDependencyException: _dependency,
    sdk.RefreshWithMFAUnsupportedError: _mfa,
    sdk.CredentialRetrievalError: _not_retrieved,
    sdk.MetadataRetrievalError: _metadata,
    sdk.NoCredentialsError: _no_credentials,
    sdk.EndpointConnectionError: _unreachable,
    sdk.ConnectTimeoutError: _unreachable,
    sdk.ReadTimeoutError: _unreachable,
    sdk.ConnectionClosedError: _unreachable,
    sdk.SSLError: _certificate,
    sdk.ProxyConnectionError: _proxy,
    sdk.InvalidProxiesConfigError: _proxy,
    sdk.HTTPClientError: _http,
    sdk.InvalidRetryConfigurationError: _retries,
    sdk.ParamValidationError: _parameters,
    sdk.InvalidDefaultsMode: _option("AWS_DEFAULTS_MODE", "defaults_mode"),
    sdk.InvalidSTSRegionalEndpointsConfigError: _option("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints"),
    sdk.InvalidS3AddressingStyleError: _option("", "addressing_style"),
    sdk.InvalidS3UsEast1RegionalEndpointConfigError: _option(
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "s3_us_east_1_regional_endpoint"
    ),
    sdk.InvalidChecksumConfigError: _option("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation"),
    sdk.InvalidIMDSEndpointError: _option("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint"),
    sdk.InvalidIMDSEndpointModeError: _option(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode"
    ),
}
