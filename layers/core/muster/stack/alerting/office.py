"""What delivering alerts takes on a stack: routes, packs, organizational units, the texts of checks, and a delivery."""

import functools
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from muster.alerts.delivery.deliver import Delivery
from muster.alerts.delivery.once import Deliveries
from muster.alerts.delivery.parked import Queue
from muster.alerts.destinations.sending import Place
from muster.alerts.remedies import of_catalog
from muster.alerts.routes import Router
from muster.catalog import packs
from muster.catalog.catalog import Catalog, load
from muster.catalog.custom import extended
from muster.configuration import Alerts, Configuration, parse
from muster.errors import ConfigurationError, MusterError
from muster.model.arn import Arn
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.fields import Malformed
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.request import Environment
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.targets.organization import accounts_below

_WRONG = (AttributeError, KeyError, IndexError, TypeError, ValueError)


def _forever() -> float:
    return float("inf")


@dataclass(frozen=True, slots=True)
class Office:
    """A stack that delivers alerts: where it is, its bucket, and the seconds that are left for it."""

    environment: Environment
    clients: Clients
    bucket: Bucket
    left: Callable[[], float] = _forever
    sleep: Callable[[float], None] = time.sleep
    reserve: float = 60.0

    def within(self, seconds: float) -> "Office":
        """Return the same office with no more than so many seconds from now on."""
        end = time.monotonic() + seconds
        return replace(self, left=lambda: min(self.left(), end - time.monotonic()), reserve=seconds / 3)

    def place(self) -> Place:
        """Return the place to send from; the stack's topic names its account."""
        topic = Arn.of(self.environment.topic_arn)
        stack, region = self.environment.stack, self.environment.region
        return Place(
            self.clients,
            region,
            topic.account,
            topic.partition,
            self.environment.topic_arn,
            stack,
            self.left,
            self.sleep,
            self.reserve,
        )

    def delivery(self, catalog: Catalog) -> Delivery:
        """Return the delivery of alerts with the texts of a catalogue's checks."""
        place = self.place()
        queue = Queue(self.environment.alert_queue_url, self.clients.get("sqs", self.environment.region), self.bucket)
        return Delivery(place, Deliveries(self.environment.delivery_table, place), queue, of_catalog(catalog))

    def router(self, alerts: Alerts, catalog: Catalog) -> Router:
        """Return what decides by the routes which findings go to whom."""
        return Router(alerts.in_force, packs.load(catalog), self._accounts_of)

    def configured(self, scan_id: str, problems: list[str]) -> tuple[Configuration, Catalog]:
        """Return the configuration of a scan, as its plan has it, and the catalogue with its own checks.

        Without a plan that can be read, it is the stack's of now. What is wrong is added to `problems`.
        """
        plan = objects.or_none(self.bucket, keys.plan(scan_id), PlanDocument, problems)
        if plan is not None:
            try:
                configuration = Configuration.from_json(plan.configuration)
                return configuration, extended(load(), configuration.custom_checks)
            except (*_WRONG, ConfigurationError, Malformed) as error:
                problems.append(f"the plan of the scan {scan_id} has no configuration that can be read ({error!r})")
        return self.current(problems)

    def current(self, problems: list[str]) -> tuple[Configuration, Catalog]:
        """Return what the stack's muster.yaml says now, and the catalogue with its own checks.

        A file that cannot be used counts as empty, and what is wrong is added to `problems`.
        """
        catalog, key = load(), self.environment.config_key
        found = self.bucket.get_bytes(key)
        try:
            configuration = _parsed(found[0] if found else b"", f"s3://{self.bucket.name}/{key}")
        except ConfigurationError as error:
            problems.append(
                f"alerts go to the stack's topic, because muster.yaml cannot be used: {shortened(str(error))}"
            )
            configuration = Configuration()
        return configuration, extended(catalog, configuration.custom_checks)

    def has_subscriber(self) -> bool:
        """Return whether the stack's topic has a confirmed subscription: SNS delivers to no other, and keeps nothing.

        Where the topic cannot be read, the answer is yes: an alert is sent once and is not due again.

        https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
        """
        sns, topic = self.clients.get("sns", self.environment.region), self.environment.topic_arn
        try:
            answer = sns.get_topic_attributes(TopicArn=topic)
        except READ_ERRORS:
            return True
        return str(answer.get("Attributes", {}).get("SubscriptionsConfirmed", "")) != "0"

    def _accounts_of(self, unit: str) -> Collection[str] | None:
        try:
            return accounts_below(self.clients, unit, Arn.of(self.environment.topic_arn).partition)
        except MusterError:
            return None


@functools.lru_cache(maxsize=4)
def _parsed(text: bytes, source: str) -> Configuration:
    return parse(text, load(), source=source)
