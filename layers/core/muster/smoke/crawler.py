"""The crawler: one run, from its start to its end."""

from datetime import UTC, datetime
from typing import Any

import botocore.exceptions

from muster.sdk.errors import code_of
from muster.smoke.lines import BrokenError, NotShownError, Visit, until

_LONGEST = 1200.0


def crawled(visit: Visit) -> str:
    """Start the crawler and wait for its end."""
    stack, name = visit.stack, visit.stack.outputs["CrawlerName"]
    if not stack.real:
        raise NotShownError("only AWS itself runs a crawler")
    glue, began = stack.client("glue"), datetime.now(UTC)
    try:
        glue.start_crawler(Name=name)
    except botocore.exceptions.ClientError as error:
        if code_of(error) != "CrawlerRunningException":
            raise

    def look() -> Any:
        crawler = glue.get_crawler(Name=name)["Crawler"]
        return crawler if crawler["State"] == "READY" and crawler.get("LastCrawl") else None

    crawler = until(stack, _LONGEST, 5.0, look)
    if crawler is None:
        raise BrokenError(f"{name} still runs after twenty minutes")
    last = crawler["LastCrawl"]
    if last["Status"] != "SUCCEEDED":
        raise BrokenError(f"{name} ended {last['Status']}: {last.get('ErrorMessage', 'no reason given')}")
    return f"{name} ran for {(datetime.now(UTC) - began).total_seconds():.0f} s and succeeded"
