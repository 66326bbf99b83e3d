"""The pages of a listing: the next one is on its way while this one is read."""

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from muster.patience import Patience
from muster.reading import Listed, Lister, Page, Shard


def pages(
    lister: Lister, client: Any, shard: Shard, patience: Patience, token: str | None = None
) -> Generator[tuple[Sequence[Listed], str | None], None, None]:
    """Yield the items of each page from the one that `token` names, with the token of the next, None after the last.

    One page is asked for ahead and no more, because an answer of AWS holds the token of the next. A page whose
    answer turns out to be broken is asked for again.
    """
    key = (shard.account_id, shard.endpoint_region, lister.permission)

    def ask(name: str | None) -> Page:
        return patience(key, lambda: lister.function(client, shard, name))

    with ThreadPoolExecutor(1, thread_name_prefix="page") as ahead:
        page = ask(token)
        while True:
            then = page.then or None
            following = ahead.submit(ask, then) if then else None
            items = _read(page, token, lister, client, shard, patience, key)
            del page
            yield items, then
            del items
            if following is None:
                return
            page, token = following.result(), then


def _read(  # noqa: PLR0913 - a page, and all that is needed to ask for it again
    page: Page, token: str | None, lister: Lister, client: Any, shard: Shard, patience: Patience, key: object
) -> Sequence[Listed]:
    first = [page]

    def read() -> Sequence[Listed]:
        return list((first.pop() if first else lister.function(client, shard, token)).items)

    return patience(key, read)
