"""Whose part a key names, whatever attempt wrote it, and that no attempt writes over another's."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.errors import EventError
from muster.storage import keys

ROOT = Path(__file__).resolve().parents[3]
SCAN = "20261121T060000Z-c22b102a"
SHARDS = ["111122223333.eu-west-1.ec2", "111122223333.ap-southeast-2.ec2.SecurityGroup", "111122223333.global.s3"]


@pytest.mark.parametrize("shard", SHARDS)
@pytest.mark.parametrize("attempt", ["", "0a1b2c3d", "01234567"])
@pytest.mark.parametrize("number", [0, 17, 9_999, 10_000, 12_345_678])
def test_the_key_of_a_part_names_its_shard_whatever_attempt_wrote_it(shard: str, attempt: str, number: int) -> None:
    assert keys.shard_of(keys.part(SCAN, shard, number, attempt)) == shard


@pytest.mark.parametrize(
    "key",
    [
        keys.commit(SCAN, SHARDS[0]),
        keys.progress(SCAN, SHARDS[0]),
        f"{keys.parts(SCAN)}{SHARDS[0]}.parquet",
        f"{keys.parts(SCAN)}{SHARDS[0]}-0000.parquet.json",
        f"{keys.parts(SCAN)}-0000.parquet",
        keys.parts(SCAN),
    ],
)
def test_a_key_that_is_not_of_a_part_names_no_shard(key: str) -> None:
    assert keys.shard_of(key) == ""


def test_each_page_of_each_attempt_at_each_shard_has_its_own_key() -> None:
    made = [
        keys.part(SCAN, shard, number, attempt)
        for shard in SHARDS
        for attempt in ("", "0a1b2c3d", "1a1b2c3d")
        for number in range(12)
    ]
    assert len(set(made)) == len(made)
    assert all(key.startswith(keys.parts(SCAN)) for key in made)


def test_the_parts_of_an_attempt_are_listed_in_the_order_of_their_pages() -> None:
    made = [keys.part(SCAN, SHARDS[0], number, "0a1b2c3d") for number in range(12)]
    assert sorted(made) == made


def test_each_attempt_has_its_own_work_list_under_one_prefix() -> None:
    made = [keys.batches(SCAN, attempt) for attempt in ("", "0a1b2c3d", "1a1b2c3d")]
    assert len(set(made)) == len(made)
    assert all(key.startswith(keys.every_batches(SCAN)) for key in made)


def test_the_progress_of_what_replaces_a_commit_is_kept_by_itself() -> None:
    made = [keys.progress(SCAN, SHARDS[0], replaces) for replaces in ("", "0a1b2c3d", "1a1b2c3d")]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("part", ["", ".", "..", "../x", "a/b", "a\\b", "a b", "a\n", "a\x00", "é", "*"])
@pytest.mark.parametrize(
    "key",
    [
        keys.plan,
        keys.summary,
        keys.commits,
        lambda part: keys.commit(SCAN, part),
        lambda part: keys.part(SCAN, part, 0),
        lambda part: keys.part(SCAN, SHARDS[0], 0, part or "/"),
        lambda part: keys.progress(SCAN, part),
        lambda part: keys.batches(SCAN, part or "/"),
        keys.state,
        keys.every_latest,
        lambda part: keys.latest(part, 0),
        lambda part: keys.account("s", part),
        lambda part: keys.account(part, "111122223333"),
        lambda part: keys.settling("s", part, "progress"),
        lambda part: keys.settling("s", "111122223333", part),
        lambda part: keys.failure("s", part),
        lambda part: keys.table("findings", "2026-11-21", part),
    ],
)
def test_what_would_lead_to_another_key_is_refused(key: Callable[[str], str], part: str) -> None:
    with pytest.raises(EventError, match="cannot be part of a key in the bucket"):
        key(part)


_TABLES = map(keys.files, ("findings", "tallies", "coverage"))
_FOLDERS = {key.partition("/")[0] for key in (keys.CONFIGURATION, keys.SCANS, keys.work(SCAN), keys.sizes(), *_TABLES)}
_SPELLED = re.compile(rf"(?:^|[^\w.-])(?:{'|'.join(sorted(_FOLDERS))})/")


def spelled(tree: ast.AST) -> Iterator[str]:
    """Yield the strings of a module that are, or hold, a key; a place in an f-string counts as `{}`.

    Docstrings and web pages are left out.
    """
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    parts |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
        else:
            continue
        if _SPELLED.search(text) and "https://" not in text:
            yield text


def test_no_other_module_spells_a_key() -> None:
    modules = [
        path
        for folder in ("layers/core/muster", "functions", "local", "tools")
        for path in (ROOT / folder).rglob("*.py")
    ]
    assert len(modules) > 100
    found = {
        f"{path.relative_to(ROOT)}: {text[:60]}"
        for path in modules
        if path.parts[-2:] != ("storage", "keys.py")
        for text in spelled(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('key = f"scans/{scan}/plan.json"', 1),
        ('key = "state/sizes.json"', 1),
        ('told = f"s3://{bucket}/findings/"', 1),
        ('told = f"see {keys.plan(scan)}"', 0),
        ('page = "https://docs.aws.amazon.com/config/latest/"', 0),
        ('path = "muster-scans/one"', 0),
    ],
)
def test_what_counts_as_a_key_that_is_spelled(source: str, count: int) -> None:
    assert len(list(spelled(ast.parse(source)))) == count
