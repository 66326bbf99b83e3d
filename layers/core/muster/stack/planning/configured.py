"""The configuration and the rules of the stack: its parameters, and config/muster.yaml in the bucket before them."""

from collections.abc import Sequence
from dataclasses import replace

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration, parse
from muster.configuration.configuration import Accounts
from muster.configuration.selection import select
from muster.model.rule import Rule
from muster.scanning.prepare import first_of
from muster.stack.documents.request import Environment
from muster.storage.bucket import Bucket


def configuration_of(bucket: Bucket, environment: Environment, catalog: Catalog) -> Configuration:
    """Read the configuration of the stack.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    found = bucket.get_bytes(environment.config_key)
    source = f"s3://{bucket.name}/{environment.config_key}"
    configuration = parse(found[0] if found else b"", catalog, source=source)
    if environment.required_tags and configuration.tags.required is None:
        tags = replace(configuration.tags, required=environment.required_tags)
        configuration = replace(configuration, tags=tags)
    own = Accounts(environment.accounts, role=environment.member_role, external_id=environment.external_id)
    return replace(configuration, accounts=first_of(configuration.accounts, own))


def rules_of(
    configuration: Configuration,
    environment: Environment,
    catalog: Catalog,
    packs: Sequence[str] = (),
    checks: Sequence[str] = (),
) -> tuple[Rule, ...]:
    """Return the rules of a scan of these packs and checks, or those that the stack scans by."""
    return select(catalog, configuration, packs=packs, checks=checks, default=environment.packs)


def regions_of(configuration: Configuration, environment: Environment) -> tuple[str, ...]:
    """Return the names of the regions that the stack scans; `all` may be one."""
    return configuration.regions or environment.regions or (environment.region,)
