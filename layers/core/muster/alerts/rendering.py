"""The templates of digests."""

import functools
from collections.abc import Mapping

import jinja2


def rendered(name: str, facts: Mapping[str, object]) -> str:
    """Fill a template of `alerts/templates`; one for HTML escapes every value.

    Raises:
        jinja2.UndefinedError: the template reads a value that is not among the facts.
    """
    return _environment().get_template(name).render(facts)


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("muster.alerts"),
        autoescape=jinja2.select_autoescape(["html.j2"], default=False, default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
