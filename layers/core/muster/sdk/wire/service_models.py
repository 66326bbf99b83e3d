"""The service models that botocore loads: EC2's has 700 operations, of which a scan makes a handful.

`make generate` writes what is left of it from the botocore that is pinned; loading it takes a tenth of the time and
spares 20 MB in every process.
"""

import functools
from pathlib import Path

import botocore.loaders

FOLDER = Path(__file__).resolve().parents[2] / "data" / "models"
"""Laid out as botocore's own data: service, version, `service-2.json`."""
PRUNED = ("ec2",)
"""The services whose models are cut down."""


@functools.cache
def loader() -> botocore.loaders.Loader:
    """Return the loader that finds our models before botocore's.

    There is one for all sessions: it keeps what it has read, and every account that is entered has a session.
    """
    return botocore.loaders.Loader(extra_search_paths=[str(FOLDER)])
