"""What is set for a scan holds for the whole process, so it is looked at in a process of its own."""

import subprocess
import sys

_SCRIPT = """
import gc
from muster.scanning.arena import tune_allocator

class Node:
    pass

gc.collect()
before = gc.get_stats()[0]["collections"]
tune_allocator()
page = [{"number": number} for number in range(5_000)]
during = gc.get_stats()[0]["collections"] - before
for _ in range(20_000):
    node = Node()
    node.itself = node
frozen = gc.get_freeze_count()
tune_allocator()
left = sum(isinstance(each, Node) for each in gc.get_objects())
print(during, left, frozen, gc.get_freeze_count())
"""


def test_a_page_sets_off_no_search_for_cycles_and_cycles_are_found_all_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    during, left, frozen, again = map(int, done.stdout.split())
    assert during == 0
    assert left <= 10_001
    assert frozen == again > 1_000
