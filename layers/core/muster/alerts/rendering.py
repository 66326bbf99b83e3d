"""The templates of digests."""

from collections.abc import Mapping

from muster.reports.formats.templating import environment


def rendered(name: str, facts: Mapping[str, object]) -> str:
    """Fill a template of `alerts/templates`; one for HTML escapes every value.

    Raises:
        jinja2.UndefinedError: the template reads a value that is not among the facts.
    """
    return environment("muster.alerts").get_template(name).render(facts)
