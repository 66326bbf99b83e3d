"""The digest: the news for one audience as a message that fits into forty lines. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from muster.alerts.blocks import LINE, Remedy, by_resource
from muster.alerts.failures import clean, of_record, worst_first
from muster.alerts.headline import headline, subject, summary
from muster.alerts.layout import Part, Section, Unit, fitted
from muster.alerts.news import News
from muster.alerts.parts import block_unit, event_parts, minor_parts
from muster.alerts.rendering import rendered
from muster.alerts.story import Story, of_news
from muster.model.text import counted, shortened
from muster.reports.links import report_link

LINES = 40
"""Lines of the text at most."""
SMS = 1_600
"""Characters of the short text at most: SNS sends no more by SMS.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
START = 10
"""Resources to start with, after the first scan."""
HTML = 100_000
"""Bytes of the HTML at most: Gmail cuts a message at 102 kB."""
_SHARDS, _BLOCKS = 3, (20, 8, 2, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A message for one audience. `id` names it; the same news for the same audience has the same id.

    `text` has at most forty lines, `short` at most 1,600 characters, `subject` at most 99 of ASCII. `headline` is the
    verdict in one sentence. `sections` are the same contents for outputs with a form of their own, `report` is the
    address of the report in the AWS console, empty where there is none.
    """

    id: str
    subject: str
    text: str
    html: str
    short: str
    headline: str
    sections: tuple[Section, ...]
    report: str


def is_news(news: News, *, known_incomplete: bool = False) -> bool:
    """Whether there is anything to say: a change, a first look, a suppression to look at, or an incomplete scan.

    An incomplete scan is no news when the audience knows of it: it lacks the same as the scan before. Suppressed
    failures alone are no news: a person has just accepted them.
    """
    changed = any(number for event, number in news.counts.items() if event != "suppressed")
    return bool(changed or news.baseline or news.owed or news.damaged or news.acceptances) or (
        bool(news.incomplete or news.incomplete_shards) and not known_incomplete
    )


def compose(news: News, remedies: Mapping[str, Remedy], identity: str = "", page: str = "") -> Digest:
    """Write the digest of news.

    `remedies` has the texts of the checks by their ids; a check that is not among them is shown without a fix.
    `identity` is the id of the message, `page` the s3:// address that its HTML gets, empty where it gets none.
    """
    link, page = (report_link(each, news.region, news.partition) for each in (news.report, page))
    link, page = (each if len(each) < LINE else "" for each in (link, page))
    story = of_news(news, remedies)
    top = list(_top(story))
    bottom = list(_bottom(news, link, page, identity))
    parts = [*_start(story), *event_parts(story), *minor_parts(story)]
    # An empty line stands between top, sections and bottom.
    sections = fitted([part for part in parts if part.total], LINES - len(top) - len(bottom) - 1)
    verdict = headline(story)
    draft = Digest(
        id=identity,
        subject=subject(story),
        text="",
        html="",
        short=shortened(f"Muster: {verdict}{f' {link}' if link else ''}", SMS, "..."),
        headline=verdict,
        sections=sections,
        report=link,
    )
    facts = {"digest": draft, "top": top, "bottom": bottom}
    return replace(draft, text=rendered("digest.txt.j2", facts), html=_html(news, draft, facts))


def _html(news: News, draft: Digest, facts: Mapping[str, object]) -> str:
    """Return the digest in HTML: with fewer blocks where it is larger than mail programs show."""
    stack, at = clean(news.stack, 80), f"{news.at:%Y-%m-%d %H:%M} UTC"
    for most in _BLOCKS:
        html = rendered("digest.html.j2", {**facts, "stack": stack, "at": at, "most": most})
        if len(html.encode()) < HTML:
            return html
    # Texts of the worst length in characters that HTML escapes: the verdict and the link to the report are left.
    short = {**facts, "digest": replace(draft, sections=()), "top": (), "bottom": ()}
    return rendered("digest.html.j2", {**short, "stack": stack, "at": at, "most": 0})


def _top(story: Story) -> Iterator[str]:
    """Yield the lines before the sections: an incomplete scan is the first of them."""
    news, count = story.news, story.incomplete
    if count:
        yield (
            f"INCOMPLETE: {count:,} of {story.shards:,} shards could not be scanned to the end. "
            "Failures that were open there stay open."
        )
        for name, reason in news.incomplete[:_SHARDS]:
            yield f"  {clean(name, 200)}: {clean(reason, 300)}"
        if count > _SHARDS:
            yield f"  ... and {count - min(_SHARDS, len(news.incomplete)):,} more, in the report"
    yield from summary(story)


def _start(story: Story) -> Iterator[Part]:
    """Yield the resources to start with: at a first look, and where an earlier message did not arrive."""
    news = story.news
    failures = worst_first(of_record(record, news.partition, news.owner_tag) for record in news.worst)
    if not failures:
        return
    blocks = by_resource(failures, story.remedies)
    units = [_numbered(place, unit) for place, unit in enumerate(map(block_unit, blocks[:START]), 1)]
    total = max(news.failing_resources, len(blocks))
    yield Part("START HERE", tuple(replace(unit, size=1) for unit in units), total, " resources, in the report")


def _numbered(place: int, unit: Unit) -> Unit:
    """Show a resource to start with in two lines: where, and what is wrong with it first of all."""
    block = unit.block
    if block is None or not block.lines:
        return unit
    head = f"{place:>2} {block.severity}  {block.head}. {block.place}"
    more = f" And {counted(block.size - 1, 'more failure')}." if block.size > 1 else ""
    brief = f"{place:>2} {block.severity}  {block.brief}"
    return replace(unit, lines=(head, f"     {block.lines[0].text}{more}"), brief=brief, fewer=())


def _bottom(news: News, link: str, page: str, identity: str) -> Iterator[str]:
    if news.baseline:
        yield (
            "To see less: choose packs and severities in muster.yaml, or accept failures with muster suppress. "
            "To look closer: muster findings --status open, muster explain CHECK."
        )
    if link or news.report:
        yield f"Report: {link or clean(news.report, LINE - 10)}"
    else:
        yield "All open failures: muster findings --status open"
    if page:
        yield f"This alert as a page, with all fixes: {page}"
    named = [f"Route {clean(news.audience, 100)}"] if news.audience else []
    named += [f"scan {clean(news.scan_id, 100)}"] if news.scan_id else []
    named += [f"message {clean(identity, 100)}"] if identity else []
    yield f"{', '.join(named)}." if named else "Muster"
