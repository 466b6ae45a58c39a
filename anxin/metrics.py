"""Prometheus metrics, collected when somebody scrapes: counters that the parts keep anyway, never a person's data."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from alerts.sender import Sender
from anxin.lookout import Lookout
from api.feed import LiveFeed
from core.clock import Clock
from core.ports import AlertStore, ReadingsStore, StatusStore, TicketStore
from core.states import Visibility
from ingest.pipeline import Pipeline
from ingest.session import Session
from storage.readings_waiting import WaitingReadings


class Gauges(Collector):
    """Everything that is exported, as one collector."""

    def __init__(
        self,
        *,
        session: Session,
        pipeline: Pipeline,
        readings: ReadingsStore,
        lookout: Lookout,
        alerts: AlertStore,
        statuses: StatusStore,
        tickets: TicketStore,
        feed: LiveFeed,
        sender: Sender,
        clock: Clock,
        started_at: datetime,
    ) -> None:
        self._session = session
        self._pipeline = pipeline
        self._readings = readings
        self._lookout = lookout
        self._alerts = alerts
        self._statuses = statuses
        self._tickets = tickets
        self._feed = feed
        self._sender = sender
        self._clock = clock
        self._started_at = started_at

    def collect(self) -> Iterator[Metric]:
        yield from self._intake()
        yield from self._watching()
        yield from self._cases()
        yield from self._sending()

    def _intake(self) -> Iterator[Metric]:
        health, report = self._session.health(), self._pipeline.report()
        yield _gauge("anxin_broker_connected", "1 while the session with the broker stands", float(health.connected))
        yield _counter("anxin_broker_connections", "Connections made to the broker", health.connections)
        yield _counter("anxin_messages_received", "MQTT messages received", health.received)
        yield _counter("anxin_messages_acknowledged", "MQTT messages acknowledged", health.acknowledged)
        yield _counter("anxin_intake_pauses", "Times that reading was paused because intake was full", health.pauses)
        yield _counter("anxin_readings", "Readings taken in", report.readings)
        yield _by("anxin_readings_dropped", "Readings dropped by the gate", "rule", report.dropped)
        yield _counter("anxin_readings_unheard", "Readings that the watch failed on: look into the log", report.unheard)
        yield _counter("anxin_readings_set_aside", "Readings that their store will never take", report.set_aside)
        yield _by("anxin_malformed", "Messages or parts that could not be read", "reason", report.malformed)
        yield _counter("anxin_poisoned", "Messages set aside after breaking a decoder", report.poisoned)
        yield _gauge(
            "anxin_unknown_devices", "Devices that speak and are bound to no home", len(report.unknown_devices)
        )
        yield _counter("anxin_over_rate", "Readings not kept of gateways beyond their allowance", report.over_rate)
        flooding = GaugeMetricFamily("anxin_gateway_floods", "Gateways beyond their allowance", labels=["gateway"])
        for flood in report.floods:
            flooding.add_metric([flood.gateway], flood.refused)
        yield flooding
        backlog = self._readings.backlog() if isinstance(self._readings, WaitingReadings) else None
        yield _gauge(
            "anxin_waiting_bytes", "Readings that wait on disk for their store", backlog.size if backlog else 0
        )
        yield _gauge("anxin_intake_staged", "Messages that await durability", report.staged)
        yield _gauge("anxin_intake_lag_seconds", "Age of the oldest message that is not durable", report.lag)
        yield _counter("anxin_store_retries", "Writes of readings tried again", report.store_retries)

    def _watching(self) -> Iterator[Metric]:
        counts = self._lookout.counts
        yield _counter("anxin_events_applied", "Concerns, faults and clearings handed over", counts.applied)
        yield _counter("anxin_events_refused", "Events that could not be applied: look into the log", counts.refused)
        troubles = counts.troubles.total()
        yield _counter("anxin_watch_failed", "Times that watching a home failed: look into the log", troubles)
        yield _gauge("anxin_judging", "1 while silence may be judged", float(self._lookout.judging))
        seen = dict.fromkeys((v.value for v in Visibility), 0)
        for status in self._statuses.homes().values():
            seen[status.visibility.value] += 1
        family = GaugeMetricFamily("anxin_homes", "Homes by how well they can be seen", labels=["visibility"])
        for visibility, count in seen.items():
            family.add_metric([visibility], count)
        yield family
        yield _gauge("anxin_page_watchers", "Open live connections of pages", self._feed.watchers)

    def _cases(self) -> Iterator[Metric]:
        now = self._clock.now()
        opened = GaugeMetricFamily("anxin_open_alerts", "Open alerts", labels=["severity", "handling"])
        counts: dict[tuple[str, str], int] = {}
        for alert in self._alerts.open_alerts():
            place = (alert.severity.value, alert.handling.value)
            counts[place] = counts.get(place, 0) + 1
        for place, count in counts.items():
            opened.add_metric(list(place), count)
        yield opened
        due = self._alerts.next_due()
        lag = max(0.0, (now - due).total_seconds()) if due else 0.0
        yield _gauge("anxin_due_lag_seconds", "How long the oldest due timer or message has waited", lag)
        yield _gauge("anxin_open_tickets", "Open device tickets", len(self._tickets.tickets(limit=10_000)))
        yield _gauge("anxin_uptime_seconds", "On the service's clock", (now - self._started_at).total_seconds())

    def _sending(self) -> Iterator[Metric]:
        """What this program has sent; others with a name of their own count their own."""
        counts, asked = self._sender.counts, self._sender.asking.counts
        yield _by_all(
            "anxin_sends",
            "Tries to send, by how they ended",
            ("channel", "settlement"),
            list(counts.settled.items()),
        )
        yield _counter("anxin_sends_unsettled", "Tries whose end could not be written down", counts.unsettled)
        yield _by_all(
            "anxin_providers_asked",
            "Providers asked before a repeat",
            ("channel", "answer"),
            list(asked.items()),
        )


def exporter(collector: Collector) -> Callable[[], bytes]:
    """The text that a scrape gets."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return lambda: generate_latest(registry)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(name, about, value=value)


def _by(name: str, about: str, label: str, counts: Mapping[str, int]) -> Metric:
    return _by_all(name, about, (label,), [((key,), count) for key, count in counts.items()])


def _by_all(name: str, about: str, labels: Sequence[str], counts: Iterable[tuple[Sequence[str], int]]) -> Metric:
    family = CounterMetricFamily(name, about, labels=labels)
    for keys, count in counts:
        family.add_metric(keys, count)
    return family
