"""^C: noted at once, raised where it does no harm."""

import contextlib
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from muster.cli import cli, main
from muster.cli.interrupt import Interrupt
from muster.model.shard import Shard
from muster.scanning.parallel import together

LOST = """
import os, signal, sys, time, weakref
from muster.cli.interrupt import raised_again

class Thing:
    pass

# A shell's background job inherits that SIGINT is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
raised_again()
thing = Thing()
weakref.finalize(thing, os.kill, os.getpid(), signal.SIGINT)
try:
    del thing
    for _ in range(600):
        time.sleep(0.05)
    print("lost")
except KeyboardInterrupt:
    print("raised")
"""


def test_the_first_interruption_is_noted_and_raised_at_the_next_step() -> None:
    with Interrupt() as interrupt:
        interrupt.check()
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.noted
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()


def test_a_second_one_does_not_wait_for_a_step() -> None:
    with Interrupt() as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.noted


def test_one_that_comes_in_a_finalizer_is_neither_lost_nor_printed(capfd: pytest.CaptureFixture[str]) -> None:
    class Thing:
        pass

    with Interrupt() as interrupt:
        thing = Thing()
        weakref.finalize(thing, os.kill, os.getpid(), signal.SIGINT)
        del thing
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
    assert "Exception ignored" not in capfd.readouterr().err


def test_one_that_python_raises_in_a_finalizer_is_raised_again() -> None:
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", LOST], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("raised\n", "")


def test_who_waits_for_the_next_finding_is_interrupted() -> None:
    class Slow:
        def findings(self) -> Iterator[object]:
            yield from ()

    asked = iter([False, False, True])
    shard = Shard("123456789012", "eu-west-1", "ec2", "eu-west-1", ("eu-west-1",))

    def make(_shard: Shard) -> Slow:
        return Slow()

    events = together([shard, shard, shard], make, interrupted=lambda: next(asked))  # type: ignore[arg-type]
    with contextlib.closing(events), pytest.raises(KeyboardInterrupt):
        list(events)


def test_one_that_came_while_a_module_was_imported_is_no_mistake(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__ on 'Field' instance 'tags'") from error

    monkeypatch.setattr(cli, "main", interrupted)
    assert main(["scan"]) == 2
    assert capsys.readouterr().err == "error: stopped; no results were written\n"
