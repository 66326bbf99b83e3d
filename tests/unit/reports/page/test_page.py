import base64
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import timedelta

from muster.model.finding import Severity
from muster.reports.overview import Overview, Point
from muster.reports.page import write
from muster.reports.page.chart import HEIGHT, SCANS, WIDTH, bars
from muster.reports.page.text import visible
from testing.overviews import AT, of, overview


def written(scan: Overview) -> str:
    stream = io.StringIO()
    write(scan, stream)
    return stream.getvalue()


def test_the_policy_has_the_hashes_of_what_stands_in_the_page() -> None:
    page = written(overview(20))
    for name, tag in (("script-src", "script"), ("style-src", "style")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        # The attribute is escaped.
        assert f"{name} &#39;sha256-{digest}&#39;;".replace("=", "=") in page


def test_large_data_is_compressed_and_the_same() -> None:
    page = written(overview(30_000))
    (data,) = re.findall(r'id="data" data-encoding="gzip">(.*?)</script>', page)
    assert sum(json.loads(gzip.decompress(base64.b64decode(data)))["R"]["n"]) == 30_000


def test_the_same_scan_gives_the_same_file() -> None:
    assert written(overview(50)) == written(overview(50))


def test_an_empty_scan_is_a_page() -> None:
    page = written(of([], compared=False))
    assert "Nothing fails." in page
    assert 'id="data">{' in page


def test_what_is_left_out_is_told() -> None:
    page = written(overview(400))
    assert "All findings are in findings.parquet beside this file" in page
    assert re.search(r"The worst 200 of 3\d\d failures\. 1\d\d more are not shown: they need JavaScript\.", page)


def test_what_the_page_does_not_have_is_told_with_where_it_is() -> None:
    scan = overview(400)
    page = written(replace(scan, items=scan.items[:100], facts=replace(scan.facts, rest="")))
    assert re.search(r"The worst \d+ of 3\d\d are in this page\. CSV, JSON and Parquet have all of them\.", page)


def test_what_would_not_show_is_shown() -> None:
    assert visible("पर\u200dख 👩\u200d👩") == "पर\u200dख 👩\u200d👩"
    assert visible("a\u202eb\u200b\x1b[0m\nc") == "a⟨U+202E⟩b⟨U+200B⟩⟨U+001B⟩[0m\nc"


def test_bars_fill_the_chart_and_one_critical_failure_is_a_line() -> None:
    trend = [
        Point("s", AT + timedelta(days=day), True, {Severity.CRITICAL: 1, Severity.LOW: 5000}) for day in range(20)
    ]
    made = bars(trend)
    assert [bar.point for bar in made] == trend[-SCANS:]
    assert abs(made[-1].x + made[-1].width - WIDTH) < 1
    assert made[0].parts[0].height == 2
    assert made[0].parts[0].y + made[0].parts[0].height == HEIGHT
