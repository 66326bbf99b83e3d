"""Batches of resources that one call reads; each answer is a future of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from muster.model.finding import Related, Resource


class Answer(Protocol):
    """A value that may not be known yet."""

    def result(self) -> object:
        """Wait for it."""
        ...


@dataclass(frozen=True, slots=True)
class Joined:
    """The answers for all the resources that one resource names."""

    answers: Mapping[str, Answer]

    def result(self) -> object:
        """Wait for all of them."""
        return Related({name: answer.result() for name, answer in self.answers.items()})


@dataclass(slots=True)
class CallBatch:
    """The names that one call reads, the resources that have them or name them, and the answers to set."""

    names: list[str] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    answers: list[Future[object]] = field(default_factory=list)

    def settle(self, read: Callable[[], Mapping[str, object]]) -> None:
        """Read, and set each answer; an error reaches whoever waits for one."""
        try:
            values = read()
        except BaseException as error:  # noqa: BLE001 - whoever waits would wait for ever
            for answer in self.answers:
                answer.set_exception(error)
            return
        for name, answer in zip(self.names, self.answers, strict=True):
            answer.set_result(values[name])

    def apart(self) -> Iterator[tuple[str, "CallBatch"]]:
        """Yield each as a batch of its own."""
        for name, resource in zip(self.names, self.resources, strict=True):
            yield name, CallBatch([name], [resource])


class CallBatcher:
    """Fills batches of `at_once` and has each read when it is full; used from one thread."""

    def __init__(self, at_once: int, read: Callable[[CallBatch], None]) -> None:
        """Prepare; `read` starts the reading of a batch and does not wait for it."""
        self._at_once, self._read = at_once, read
        self._batch = CallBatch()
        self._answers: dict[str, Future[object]] = {}
        self._unsent: set[Answer] = set()

    def add(self, name: str, resource: Resource) -> Answer:
        """Add one to the batch; the same name is read once."""
        if name not in self._answers:
            self._answers[name] = answer = Future[object]()
            self._batch.names.append(name)
            self._batch.resources.append(resource)
            self._batch.answers.append(answer)
            self._unsent.add(answer)
            if len(self._batch.names) >= self._at_once:
                self.flush()
        return self._answers[name]

    def add_all(self, names: Sequence[str], resource: Resource) -> Answer:
        """Add all that a resource names."""
        return Joined({name: self.add(name, resource) for name in names})

    def unsent(self, answer: Answer) -> bool:
        """Whether an answer, or a part of it, waits for its batch to be filled."""
        parts = answer.answers.values() if isinstance(answer, Joined) else (answer,)
        return any(part in self._unsent for part in parts)

    def flush(self) -> None:
        """Have read what is not a full batch yet."""
        self._unsent.clear()
        if self._batch.names:
            batch, self._batch = self._batch, CallBatch()
            self._read(batch)
