"""Each delivery once, as far as that is possible: Powertools' idempotency on the table of deliveries.

A destination and the table are two services. A function that is killed after a destination took an alert and before the
table knows it sends the alert again: docs/decisions/0032-exactly-once-is-impossible.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyPersistenceLayerError,
)

from muster.alerts.destinations.sending import Place
from muster.errors import Transient

WINDOW = 15
"""Seconds for which a run that was killed keeps others from sending the same: about one call."""
_KEPT_DAYS = 30
"""Days for which a delivery is remembered: longer than executions can be redriven, and messages stay in the queue."""
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The table of deliveries; without a name, nothing is remembered."""

    table: str
    place: Place

    def once(self, key: Mapping[str, str], action: Callable[[], Any]) -> Any:
        """Return what an action returns, or returned when it was last done for this key (as JSON).

        An action that raises may be done again. While another run is at the same action, this one waits. If the table
        cannot be used, the action is done all the same: an alert that comes twice is better than one that is lost.

        Raises:
            Transient: another run is still at it, and there is no time to wait for its end.
        """
        if not self.table:
            return action()
        done: list[Any] = []

        def act() -> Any:
            done.append(action())
            return done[-1]

        while True:
            try:
                return self._guarded(key, act)
            except IdempotencyAlreadyInProgressError:
                if self.place.left() < WINDOW + _PAUSE:
                    raise Transient(f"another run is delivering {' '.join(key.values())} now") from None
                self.place.sleep(_PAUSE)
            except IdempotencyPersistenceLayerError:
                return done[-1] if done else action()

    def _guarded(self, key: Mapping[str, str], act: Callable[[], Any]) -> Any:
        config = IdempotencyConfig(expires_after_seconds=_KEPT_DAYS * 86_400, use_local_cache=False)
        # Powertools takes the time after which a run must be dead from the context of Lambda; ours is one call.
        context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: WINDOW * 1_000)
        config.register_lambda_context(context)
        client = self.place.clients.get("dynamodb", self.place.region)
        store = DynamoDBPersistenceLayer(table_name=self.table, boto3_client=client)

        def run(*, key: Mapping[str, str]) -> Any:  # noqa: ARG001 - Powertools reads it
            return act()

        # The prefix is part of the key: without it, renaming this function would forget all deliveries.
        guarded = idempotent_function(
            run, data_keyword_argument="key", persistence_store=store, config=config, key_prefix="delivery"
        )
        return guarded(key=dict(key))
