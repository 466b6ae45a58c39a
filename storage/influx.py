"""Readings in InfluxDB 2, and the only user of its client.

Tags are device, channel and kind: all from the inventory, so their number is bounded (docs/storage.md counts it).
"""

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dialect import Dialect
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from core.ports import ReadingsRefused, StoreUnavailable
from core.readings import Reading
from storage.influx_lines import (
    RECEIPTS,
    RECORDS,
    Receipt,
    reading_line,
    reading_of,
    receipt_line,
    receipt_of,
    spans,
    tag_of,
)
from storage.readings_rows import why_unstorable

_TIMEOUT_MS = (5_000, 30_000)  # connecting, answering
_DELETING_MS = (5_000, 600_000)
_READINGS_PER_REQUEST = 5_000
_DEVICES_PER_QUERY = 50
_READINGS_PER_WINDOW = 50_000
_FIRST, _LAST = datetime(1700, 1, 1, tzinfo=UTC), datetime(2250, 1, 1, tzinfo=UTC)  # what 64 bits of ns can say
_NOT_FOUND = 404
_NEVER_ACCEPTED = frozenset({400, 413, 422})
_A_MOMENT = timedelta(microseconds=1)
_UNTYPED: Any = (Dialect, BucketRetentionRules)  # the client's own types say nothing of them
_new_dialect, _new_rule = _UNTYPED
_TABLE = _new_dialect(header=True, annotations=[])

_RANGE = "from(bucket: bucket) |> range(start: since, stop: until)"
_RECORDS_OF = f'{_RANGE} |> filter(fn: (r) => r._measurement == "{RECORDS}" and r._field == "record")'
_ONE_TABLE = '|> keep(columns: ["_time", "_value", "device", "channel", "kind"]) |> group()'
_RECEIPTS_OF = (
    f'{_RANGE} |> filter(fn: (r) => r._measurement == "{RECEIPTS}" and r._field == "slots")'
    ' |> keep(columns: ["_time", "_value"]) |> group()'
)


class InfluxReadings:
    """`core.ports.ReadingsStore` in one bucket. Of two readings with one identity the last is kept.

    Connects when first used. `ensure_bucket` once, at the first start.
    """

    def __init__(self, *, url: str, token: str, org: str, bucket: str) -> None:
        self._server: Mapping[str, Any] = {"url": url, "token": token, "org": org, "timeout": _TIMEOUT_MS}
        self._client: Any = InfluxDBClient(**self._server)
        self._writes: Any = self._client.write_api(write_options=SYNCHRONOUS)
        self._queries: Any = self._client.query_api()
        self._org = org
        self._bucket = bucket
        self._requests = itertools.count()

    def ensure_bucket(self, keep: timedelta | None = None) -> None:
        """Make the bucket if it is not there, and have the server forget what is older than `keep` (None: nothing).

        The server forgets by its own clock, whole shards at a time, and from then on refuses what is older.
        """
        seconds = 0 if keep is None else int(keep.total_seconds())
        rules = [_new_rule(every_seconds=seconds)]
        with _in_the_ports_words():
            buckets = self._client.buckets_api()
            found = self._find(buckets)
            if found is None:
                buckets.create_bucket(bucket_name=self._bucket, org=self._org, retention_rules=rules)
            elif sum(rule.every_seconds for rule in found.retention_rules) != seconds:
                found.retention_rules = rules
                buckets.update_bucket(found)

    def append(self, readings: Sequence[Reading]) -> None:
        """The server has synced its log when it answers. One request per 5,000 readings."""
        refused = [(r, reason) for r in readings if (reason := why_unstorable(r)) is not None]
        wrong = {id(r) for r, _ in refused}
        sound = [r for r in readings if id(r) not in wrong]
        for start in range(0, len(sound), _READINGS_PER_REQUEST):
            refused += self._send(sound[start : start + _READINGS_PER_REQUEST])
        if refused:
            raise ReadingsRefused(refused)

    def between(
        self, devices: Collection[str], since: datetime, until: datetime, *, limit: int | None = None
    ) -> list[Reading]:
        """Of readings at the same instant, the one received first comes first."""
        wanted = sorted(devices)
        found = [
            reading
            for start in range(0, len(wanted), _DEVICES_PER_QUERY)
            for reading in self._of_devices(wanted[start : start + _DEVICES_PER_QUERY], since, until, limit)
        ]
        found.sort(key=lambda r: (r.at, r.received_at))
        return found if limit is None else found[:limit]

    def received_since(self, instant: datetime) -> Iterator[Reading]:
        """The receipts say where to look; windows of about 50,000 readings keep the memory bounded."""
        receipts = [receipt_of(row) for row in self._query(_RECEIPTS_OF, instant, _LAST)]
        receipts.sort(key=lambda receipt: receipt.last)
        start = instant
        for stop in _windows(receipts):
            inside = [r.slots for r in receipts if r.first < stop and r.last >= start]
            found = [
                reading
                for since, until in spans(itertools.chain.from_iterable(inside))
                for reading in map(reading_of, self._query(f"{_RECORDS_OF} {_ONE_TABLE}", since, until))
                if start <= reading.received_at < stop
            ]
            found.sort(key=lambda r: (r.received_at, r.at))
            yield from found
            start = stop

    def forget_before(self, instant: datetime) -> int:
        """Delete to the instant exactly; the server does not say how many (-1), and takes about 1 ms per series.

        To bound the disk of many homes, give `ensure_bucket` a time to keep: that costs nothing.
        """
        with _in_the_ports_words(), InfluxDBClient(**{**self._server, "timeout": _DELETING_MS}) as patient:
            client: Any = patient
            client.delete_api().delete(_FIRST, instant - _A_MOMENT, "", self._bucket, self._org)
        return -1

    def ping(self) -> None:
        """Asks for the bucket with our token, so that a wrong one shows."""
        now = datetime(2000, 1, 1, tzinfo=UTC)
        for _ in self._query(f"{_RECEIPTS_OF} |> limit(n: 1)", now, now + _A_MOMENT):
            pass

    def close(self) -> None:
        self._writes.close()
        self._client.close()

    def _find(self, buckets: Any) -> Any:
        try:
            return next(iter(buckets.find_buckets(name=self._bucket, org=self._org).buckets), None)
        except ApiException as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def _send(self, readings: Sequence[Reading]) -> list[tuple[Reading, str]]:
        """Write them; those that the server will never take are found by halving, and all others are written."""
        if not readings:
            return []
        lines = [receipt_line(Receipt.of(readings), next(self._requests)), *map(reading_line, readings)]
        reason = self._post("\n".join(lines).encode())
        if reason is None:
            return []
        if len(readings) == 1:
            return [(readings[0], reason)]
        half = len(readings) // 2
        return self._send(readings[:half]) + self._send(readings[half:])

    def _post(self, body: bytes) -> str | None:
        """None when all of it is written; else why at least a part of it never will be."""
        with _in_the_ports_words():
            try:
                self._writes.write(self._bucket, self._org, body, WritePrecision.NS)
            except ApiException as error:
                if error.status in _NEVER_ACCEPTED:
                    return _said(error)
                raise
        return None

    def _of_devices(
        self, devices: Sequence[str], since: datetime, until: datetime, limit: int | None
    ) -> Iterator[Reading]:
        names = {f"device{number}": tag_of(device) for number, device in enumerate(devices)}
        either = " or ".join(f"r.device == {name}" for name in names)
        flux = f"{_RECORDS_OF} |> filter(fn: (r) => {either}) {_ONE_TABLE}"
        if limit is not None:
            flux += ' |> sort(columns: ["_time"]) |> limit(n: most)'
        return map(reading_of, self._query(flux, since, until, most=limit, **names))

    def _query(self, flux: str, since: datetime, until: datetime, **named: Any) -> Iterator[Mapping[str, str]]:
        """Rows of one table. What is named goes apart from the text, as literals of the server's own syntax tree."""
        bounds = {"since": max(since, _FIRST), "until": min(until, _LAST)}
        if bounds["since"] >= bounds["until"]:
            return
        with _in_the_ports_words():
            answer = self._queries.query_raw(flux, self._org, _TABLE, {"bucket": self._bucket, **bounds, **named})
            rows = csv.DictReader(io.StringIO(answer.data.decode(), newline=""))
        for row in rows:
            if row.get("") or "error" in row:  # the first column is empty unless the server gave up halfway
                raise StoreUnavailable(f"InfluxDB gave up in the middle of a query: {list(row.values())}")
            yield row


def _windows(receipts: Sequence[Receipt]) -> Iterator[datetime]:
    """Where to cut the receipts, which are in order, so that each part has about as many readings."""
    count = 0
    for receipt, following in itertools.zip_longest(receipts, receipts[1:]):
        count += receipt.count
        if following is None or (count >= _READINGS_PER_WINDOW and following.last > receipt.last):
            yield receipt.last + _A_MOMENT
            count = 0


@contextmanager
def _in_the_ports_words() -> Iterator[None]:
    """Whatever an operator may mend (server away, token, bucket) is temporary: readings wait for it."""
    try:
        yield
    except ApiException as error:
        raise StoreUnavailable(f"InfluxDB answered {error.status}: {_said(error)}") from error
    except HTTPError as error:
        raise StoreUnavailable(f"InfluxDB cannot be reached: {error}") from error


def _said(error: ApiException) -> str:
    """The server's message without what it quotes: that may be somebody's reading."""
    message = getattr(error, "message", None) or error.reason or ""
    return re.sub(r"'.*'", "…", str(message), flags=re.DOTALL)[:300]
