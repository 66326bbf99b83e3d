"""Which objects a rule or a configuration is for: flat in properties, one test or an And of several in S3's API."""

from typing import Any

from local.provisioning.kinds import Properties


def filtered(tests: dict[str, Any], tags: list[Properties]) -> dict[str, Any]:
    """Return the filter of some tests and tags; an empty one where there are neither."""
    count = len(tests) + len(tags)
    if count > 1:
        return {"And": {**tests, "Tags": tags}} if tags else {"And": tests}
    return {"Tag": tags[0]} if tags else tests


def filter_of(properties: Properties, *further: str) -> dict[str, Any]:
    """Return the member Filter of a configuration with Prefix and TagFilters, none where it is for all objects."""
    tests = {name: properties[name] for name in ("Prefix", *further) if name in properties}
    found = filtered(tests, list(properties.get("TagFilters", ())))
    return {"Filter": found} if found else {}
