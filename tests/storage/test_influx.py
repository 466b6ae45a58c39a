"""InfluxDB when it is away, when it refuses, and how it is spoken to. What it promises is in the contract suite."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports import ReadingsRefused, StoreUnavailable
from core.readings import Kind, Reading
from storage import influx as influx_store
from storage.influx import InfluxReadings
from storage.influx_lines import SLOT, Receipt, reading_line, spans
from tests.servers import influx
from tests.servers.influx import BUCKET, ORG, TOKEN, Influx

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def motion(second: float, *, device: str = "g-1/hall") -> Reading:
    at = NOON + timedelta(seconds=second)
    return Reading(device, Kind.MOTION, True, at, at + timedelta(milliseconds=200))  # noqa: FBT003 the value of a motion


def at_port(port: int, *, token: str = TOKEN, bucket: str = BUCKET) -> InfluxReadings:
    return InfluxReadings(url=f"http://127.0.0.1:{port}", token=token, org=ORG, bucket=bucket)


class Scripted(BaseHTTPRequestHandler):
    """Answers every request with the server's next status; says how many came."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server = self.server
        assert isinstance(server, ScriptedServer)
        status = server.statuses[min(server.asked, len(server.statuses) - 1)]
        server.asked += 1
        body = b"" if status == 204 else b'{"code":"x","message":"unable to parse \'reading,device=secret number=1\'"}'
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class ScriptedServer(ThreadingHTTPServer):
    asked = 0
    statuses: tuple[int, ...] = (204,)


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with ScriptedServer(("127.0.0.1", 0), Scripted) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_what_an_operator_can_mend_is_unavailable_and_said_once(scripted: ScriptedServer, status: int) -> None:
    scripted.statuses = (status,)
    store = at_port(scripted.server_port)

    with pytest.raises(StoreUnavailable, match=str(status)):
        store.append([motion(0), motion(1)])

    assert scripted.asked == 1
    store.close()


def test_a_refused_batch_is_halved_until_the_bad_one_is_alone(scripted: ScriptedServer) -> None:
    scripted.statuses = (400, 400, 400, 204, 204)  # all, first half, first of it
    store = at_port(scripted.server_port)
    told = [motion(n) for n in range(4)]

    with pytest.raises(ReadingsRefused) as refusal:
        store.append(told)

    assert [reading for reading, _ in refusal.value.refused] == told[:1]
    assert scripted.asked == 5
    assert "secret" not in str(refusal.value)  # the server quotes readings; logs hold none
    store.close()


def test_a_server_that_goes_away_in_the_middle_of_halving_is_unavailable(scripted: ScriptedServer) -> None:
    scripted.statuses = (400, 204, 503)
    store = at_port(scripted.server_port)

    with pytest.raises(StoreUnavailable):
        store.append([motion(0), motion(1)])
    store.close()


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        store = at_port(probe.getsockname()[1])

        for use in (lambda: store.append([motion(0)]), store.ping, lambda: list(store.received_since(NOON))):
            with pytest.raises(StoreUnavailable):
                use()
        store.close()


@pytest.mark.real
def test_a_wrong_token_and_a_missing_bucket_show_in_the_ping(influx_server: Influx) -> None:
    for store in (at_port(influx_server.port, token="wrong"), at_port(influx_server.port, bucket="nowhere")):
        with pytest.raises(StoreUnavailable, match=r"40[14]"):
            store.ping()
        with pytest.raises(StoreUnavailable, match=r"40[14]"):
            store.append([motion(0)])
        store.close()


def retention(server: Influx, bucket: str) -> int:
    """What the server says of the bucket, in seconds; 0 keeps everything."""
    headers = {"Authorization": f"Token {TOKEN}"}
    answer = httpx.get(f"{server.url}/api/v2/buckets", params={"name": bucket}, headers=headers)
    (found,) = answer.json()["buckets"]
    return sum(rule["everySeconds"] for rule in found["retentionRules"])


@pytest.mark.real
def test_the_bucket_is_made_once_and_keeps_as_long_as_it_is_told(influx_server: Influx) -> None:
    store = at_port(influx_server.port, bucket="made-by-us")
    kept = []

    for keep in (None, None, 400 * DAY, 400 * DAY, None):
        store.ensure_bucket(keep)
        kept.append(retention(influx_server, "made-by-us"))

    assert kept == [0, 0, 400 * 86_400, 400 * 86_400, 0]
    store.ping()
    store.close()


@pytest.mark.real
def test_what_is_older_than_the_bucket_keeps_is_named_and_the_rest_is_written(influx_server: Influx) -> None:
    store = at_port(influx_server.port, bucket="short")
    store.ensure_bucket(DAY)
    now = datetime.now(UTC).replace(microsecond=0)
    fresh, old = (replace(motion(0), at=now - age, received_at=now) for age in (DAY / 24, 9 * DAY))

    with pytest.raises(ReadingsRefused, match="retention") as refusal:
        store.append([fresh, old])

    assert [reading for reading, _ in refusal.value.refused] == [old]
    assert store.between(["g-1/hall"], now - 10 * DAY, now) == [fresh]
    store.close()


@pytest.mark.real
def test_of_two_readings_with_one_identity_the_last_is_whole(influx_readings: InfluxReadings) -> None:
    first = replace(motion(0), value="a word", message_id="1", unit="x")
    second = replace(motion(0), value=2.5)
    influx_readings.append([first])

    influx_readings.append([second])

    assert influx_readings.between(["g-1/hall"], NOON, NOON + DAY) == [second]


@pytest.mark.real
def test_a_point_that_the_server_refuses_is_named_and_the_others_are_written(
    influx_server: Influx, influx_readings: InfluxReadings
) -> None:
    """Somebody else has written text where our numbers go: the server keeps one type per field and shard."""
    line = 'reading,device=g-1/hall,kind=motion number="not a number" 1777636800000000000'
    httpx.post(
        f"{influx_server.url}/api/v2/write",
        params={"bucket": influx_readings._bucket, "org": ORG},
        headers={"Authorization": f"Token {TOKEN}"},
        content=line,
    ).raise_for_status()
    told = [motion(1), motion(2, device="g-2/hall"), motion(3, device="g-3/hall")]

    with pytest.raises(ReadingsRefused, match="field type conflict") as refusal:
        influx_readings.append(told)

    written = influx_readings.between([r.device for r in told], NOON, NOON + DAY)
    assert {r.device for r, _ in refusal.value.refused} | {r.device for r in written} == {r.device for r in told}
    assert not {r.device for r, _ in refusal.value.refused} & {r.device for r in written}


@pytest.mark.real
def test_a_replay_cut_into_many_windows_gives_each_reading_once(
    influx_readings: InfluxReadings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influx_store, "_READINGS_PER_WINDOW", 70)
    told = [motion(20 * n, device=f"g-{n % 3}/hall") for n in range(300)]
    late = [replace(motion(-DAY.total_seconds() * n), received_at=told[n * 9].received_at) for n in range(1, 30)]
    for start in range(0, 300, 25):
        influx_readings.append([*told[start : start + 25], *late[start // 10 : start // 10 + 3]])

    found = list(influx_readings.received_since(told[10].received_at))

    expected = [r for r in [*told, *late] if r.received_at >= told[10].received_at]
    assert [r.received_at for r in found] == sorted(r.received_at for r in found)
    assert sorted(found, key=lambda r: (r.at, r.device)) == sorted(expected, key=lambda r: (r.at, r.device))


@pytest.mark.real
def test_many_threads_append_at_once(influx_readings: InfluxReadings) -> None:
    def work(number: int) -> None:
        for start in range(0, 100, 20):
            influx_readings.append([motion(n, device=f"g-{number}/pir") for n in range(start, start + 20)])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))

    assert len(list(influx_readings.received_since(NOON))) == 600


@pytest.mark.real
def test_what_was_answered_is_there_after_the_server_is_killed(tmp_path: Path) -> None:
    if influx.find() is None:
        pytest.skip("NOT RUN: influxd is not installed (name it in ANXIN_INFLUXD)")
    server = Influx(tmp_path / "server").start().set_up()
    store = at_port(server.port)
    told = [motion(n) for n in range(500)]
    store.append(told)

    server.stop(kill=True)
    with pytest.raises(StoreUnavailable):
        store.append([motion(1_000)])

    server.start()
    assert store.between(["g-1/hall"], NOON, NOON + DAY) == told
    store.append([motion(1_000)])
    store.close()
    server.stop()


@given(st.sets(st.integers(-50, 50)))
def test_spans_cover_exactly_the_slots(slots: set[int]) -> None:
    covered = list(spans(slots))

    inside = {
        n for n in range(-60, 60) if any(a <= datetime(1970, 1, 1, tzinfo=UTC) + n * SLOT < b for a, b in covered)
    }
    assert inside == slots
    assert all(before[1] < after[0] for before, after in pairwise(covered))


def test_a_receipt_knows_when_and_where() -> None:
    receipt = Receipt.of([motion(0), motion(301), motion(10)])

    assert (receipt.first, receipt.last, receipt.count) == (motion(0).received_at, motion(301).received_at, 3)
    assert list(spans(receipt.slots)) == [(NOON, NOON + 2 * SLOT)]


def test_tags_are_only_what_the_inventory_bounds() -> None:
    line = reading_line(replace(motion(0), channel="1", message_id="m-77", unit="W", source="tasmota"))

    tags = line.split(" ")[0].split(",")[1:]

    assert [tag.split("=")[0] for tag in tags] == ["channel", "device", "kind"]
