"""A scan of named resources: what the ARNs name, and what became of each resource."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.errors import ConfigurationError
from muster.library.options import ScanOptions
from muster.model.arn import Arn, ArnForm, Named, parsed_arn
from muster.model.rule import Rule
from muster.model.suggest import unknown
from muster.model.text import printable, shortened
from muster.scanning.named_scan import Seen
from muster.targets.partitions import home_region, partitions

_ACCOUNT = re.compile(r"\d{12}")


def parse(options: ScanOptions, catalog: Catalog, rules: Iterable[Rule]) -> tuple[Named, ...]:
    """Return the resources that the options name, each once.

    Raises:
        ConfigurationError: one is no ARN of a resource that a selected check judges, or another option contradicts.
    """
    if not options.resources:
        return ()
    if options.regions:
        raise ConfigurationError(
            "--resource and --region cannot be combined: the ARN has the region\n  leave out --region"
        )
    forms = {name: lister.arn for name, lister in catalog.listers.items() if lister.arn}
    judged = {rule.resource_type for rule in rules}
    return tuple(dict.fromkeys(each for text in options.resources for each in _named(text, forms, judged)))


def narrowed(rules: Iterable[Rule], named: Sequence[Named]) -> tuple[Rule, ...]:
    """Return the rules that judge the named resources."""
    types = {each.resource_type for each in named}
    return tuple(rule for rule in rules if rule.resource_type in types)


def regions(named: Iterable[Named]) -> tuple[str, ...]:
    """Return the regions in the ARNs, sorted."""
    return tuple(sorted({each.region for each in named if each.region}))


def home(named: Sequence[Named], region: str | None) -> tuple[str, ...]:
    """Return where to call for resources whose ARNs have no region: the partition's home where no region is set."""
    return () if region or not named else (home_region(Arn.of(named[0].arn).partition),)


def placed(named: Iterable[Named], options: ScanOptions, own: str, partition: str) -> tuple[Named, ...]:
    """Return the resources with their accounts: that of the ARN, otherwise that of --account, otherwise our own.

    Raises:
        ConfigurationError: --account does not name one account, or an ARN is of another account or partition.
    """
    accounts = tuple(dict.fromkeys(options.accounts))
    if len(accounts) > 1 or any(not _ACCOUNT.fullmatch(each) for each in accounts):
        raise ConfigurationError("with --resource, --account takes one account id of 12 digits")
    found = []
    for each in named:
        other = Arn.of(each.arn).partition
        if other != partition:
            raise ConfigurationError(
                f"--resource: {each} is in the partition {other}, the credentials are in {partition}"
            )
        if accounts and each.account_id and each.account_id != accounts[0]:
            raise ConfigurationError(f"--resource: {each} is not in the account {accounts[0]} (--account)")
        found.append(replace(each, account_id=each.account_id or (*accounts, own)[0]))
    return tuple(found)


def in_their_accounts(configuration: Configuration, named: Iterable[Named]) -> Configuration:
    """Return the configuration with the accounts of the resources as the only ones to scan."""
    include = tuple(sorted({each.account_id for each in named}))
    return replace(configuration, accounts=replace(configuration.accounts, include=include, tags={}))


def missing(looks: Mapping[Named, Seen]) -> list[str]:
    """Return a sentence for each resource that was named and has no findings.

    Raises:
        ConfigurationError: there are no findings because nothing that was named exists or is in scope.
    """
    there = {each.arn for each, seen in looks.items() if seen not in _SENTENCES}
    found = {each.arn or str(each): _SENTENCES[seen].format(each) for each, seen in looks.items() if seen in _SENTENCES}
    reasons = [reason for arn, reason in found.items() if arn not in there]
    if looks and not there:
        raise ConfigurationError("\n".join(reasons))
    return reasons


_SENTENCES = {
    Seen.ABSENT: "{} does not exist, or no check applies to its state (for example a terminated instance)",
    Seen.EXCLUDED: "{} is excluded: by `exclude` in the configuration, or it does not have the tags of --tag",
}


def _named(text: str, forms: Mapping[str, ArnForm], judged: set[str]) -> tuple[Named, ...]:
    shown = shortened(printable(text), 200)
    try:
        found = parsed_arn(text, forms)
    except ValueError as error:
        raise ConfigurationError(f"--resource: {shown} is not an ARN, such as arn:aws:s3:::shop-data") from error
    arn = Arn.of(text)
    if arn.partition not in partitions():
        raise ConfigurationError(f"--resource: {shown}: {unknown(arn.partition, 'a partition', partitions())}")
    if not found or {"*", "?"} & set(text.removesuffix(":*")):
        raise ConfigurationError(f"--resource: {shown}: {_expected(arn, forms)}")
    if not (of_checks := tuple(each for each in found if each.resource_type in judged)):
        types = " or ".join(each.resource_type for each in found)
        raise ConfigurationError(f"--resource: {shown}: no selected check applies to {types}")
    return of_checks


def _expected(arn: Arn, forms: Mapping[str, ArnForm]) -> str:
    same = [form for form in forms.values() if form.service == arn.service]
    if not same:
        return f"no check applies to resources of {arn.service or 'no service'}; 'muster list resources' has the types"
    shapes = ", ".join(sorted(form.shape(arn.partition) for form in same))
    return f"no check applies to such a resource; ARNs of {arn.service} with checks look like {shapes}"
