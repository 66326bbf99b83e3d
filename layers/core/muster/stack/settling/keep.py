"""A state brought up to date: what a look changed goes into an outbox, and the new state names it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from muster.lifecycle import state_store
from muster.lifecycle.state_document import Head
from muster.lifecycle.state_store import StoredState
from muster.lifecycle.transitions import Change, Observation
from muster.reports.tables import ScanHeader
from muster.stack.settling import outbox, remember
from muster.stack.settling.outbox import Draft, Entry
from muster.stack.settling.remember import LookOf
from muster.storage import keys
from muster.storage.bucket import Bucket


@dataclass(slots=True)
class Keeping:
    """Writes the state of an account after a look, with its outbox.

    `outboxes` are those that the new state names, the own one last; `outbox` is the own one, empty where nothing
    changed, and `drafts` has its file, where it was never flushed.
    """

    bucket: Bucket
    account_id: str
    header: ScanHeader
    state: StoredState
    folder: Path
    outbox: str = ""
    outboxes: tuple[str, ...] = ()
    drafts: Mapping[str, Path] = field(default_factory=dict)

    def replace(  # noqa: PLR0913 - what was seen, how, and what takes note of it
        self,
        seen: Iterator[tuple[str, Observation]],
        look_of: LookOf,
        entry_of: Callable[[Change], Entry],
        noted: Callable[[Entry], None],
        head: Head,
        *,
        settled_before: bool,
    ) -> None:
        """Write outbox and state; `noted` is called with each event, and `head` is completed with the outboxes.

        With `settled_before`, the events that the scan had before come along.

        Raises:
            Conflict: another function wrote the state meanwhile.
        """
        named = self.header.scan_id, self.account_id, self.state.head.outboxes
        others = outbox.pending(self.bucket, *named)
        earlier = outbox.committed(self.bucket, *named, self.folder) if settled_before else iter(())
        draft = Draft(self.folder / "outbox", earlier, noted)

        def completed() -> Head:
            self._send(draft)
            self.outboxes = (*others, self.outbox) if self.outbox else others
            self.drafts = {} if settled_before else {self.outbox: draft.path}
            kept = remember.recent(head.looks, self.header.observed_at)
            return replace(head, outboxes=self.outboxes, looks=kept)

        def changed(change: Change) -> None:
            draft.add(entry_of(change))

        after = remember.reconciled(self.state.findings(), seen, look_of, changed)
        state_store.replace(self.bucket, keys.state(self.account_id), self.state, after, completed)

    def _send(self, draft: Draft) -> None:
        """Write the outbox to the bucket, if anything changed."""
        if draft.close():
            self.outbox = keys.outbox(self.header.scan_id, self.account_id, draft.digest)
            self.bucket.upload(draft.path, self.outbox)
