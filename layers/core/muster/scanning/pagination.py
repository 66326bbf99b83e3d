"""The pages of a listing: the next one is on its way while this one is judged."""

import functools
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from muster.model.listing import Listed, Page
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.sdk.retry import Retrier


def pages(
    lister: Lister, client: Any, shard: Shard, retrier: Retrier, token: str | None = None, *made_from: object
) -> Generator[tuple[Sequence[Listed], str | None], None, None]:
    """Yield the items of each page from the one that `token` names, with the token of the next, None after the last.

    One page is asked for ahead and no more, because an answer of AWS holds the token of the next. It is asked for when
    this one is read, so that one body of many megabytes is in memory and not two. A page whose answer turns out to be
    broken is asked for again. `made_from` is the facet that the listing is made from, if any.
    """
    key = (shard.account_id, shard.endpoint_region, lister.permission)

    def ask(name: str | None) -> Page:
        return retrier(key, lambda: lister.function(client, shard, name, *made_from))

    with ThreadPoolExecutor(1, thread_name_prefix="page") as ahead:
        page = ask(token)
        while True:
            then = page.then or None
            items = _read(page, key, retrier, functools.partial(lister.function, client, shard, token, *made_from))
            del page
            following = ahead.submit(ask, then) if then else None
            yield items, then
            del items
            if following is None:
                return
            page, token = following.result(), then


def _read(page: Page, key: object, retrier: Retrier, again: Callable[[], Page]) -> Sequence[Listed]:
    first = [page]

    def read() -> Sequence[Listed]:
        return list((first.pop() if first else again()).items)

    return retrier(key, read)
