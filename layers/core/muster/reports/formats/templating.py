"""Jinja2 templates that stand in the folder `templates` of a package; those of HTML escape every value."""

import functools

import jinja2


@functools.cache
def environment(package: str) -> jinja2.Environment:
    """Return the environment of a package's templates; a value that is missing raises jinja2.UndefinedError."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=jinja2.select_autoescape(["html.j2"], default=False, default_for_string=True),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
