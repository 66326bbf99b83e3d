"""Options of the commands that work on a deployed stack, and the clients that follow from them."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import combined
from muster.errors import ConfigurationError
from muster.model.suggest import unknown

if TYPE_CHECKING:
    from muster.sdk.session import Clients


on_stack = combined(
    click.option("--region", metavar="NAME", help="Region of the stack. [default: AWS_REGION, or the profile's]"),
    click.option("--profile", metavar="NAME", help="AWS profile to use."),
    click.option("--endpoint-url", metavar="URL", help="Send every call to this address instead of AWS."),
)
"""The options that say where a stack is, and with which credentials it is called."""


def clients_of(options: Mapping[str, Any]) -> tuple["Clients", str]:
    """Return clients for the options --profile, --region and --endpoint-url, and the stack's region.

    Raises:
        ConfigurationError: no region is named, or the name is not spelled as AWS spells regions.
        CredentialsError: there are no credentials.
    """
    from muster.library.region_names import regions
    from muster.sdk.session import Clients, open_session

    region = options["region"] or os.environ.get("AWS_REGION")
    session = open_session(options["profile"], region, options["endpoint_url"])
    if session.region_name is None:
        raise ConfigurationError("no region is named\n  use --region, or set AWS_REGION")
    if session.region_name not in (known := regions()):
        raise ConfigurationError(unknown(session.region_name, "a region", known))
    return Clients(session, endpoint_url=options["endpoint_url"]), session.region_name
