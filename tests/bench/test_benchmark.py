"""The benchmark runs, with small numbers: each section gives its figures, nothing is lost. How fast is not asked."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson
import pytest

from bench import decode, detectors, intake, outage, resident, sos, stage, town
from bench.__main__ import SECTIONS, main, measured, options
from bench.figures import Figure, Finding, NotRun, as_json, show
from bench.load import Wire, play
from ingest.conventions.registry import installed
from tests.servers import mosquitto

pytestmark = pytest.mark.long(45)


def needs_mosquitto() -> None:
    if mosquitto.find() is None:
        pytest.skip("NOT RUN: Mosquitto is not installed")


def figures(findings: Iterator[Finding]) -> dict[str, Figure]:
    return {one.name: one for one in findings if isinstance(one, Figure)}


@pytest.mark.real
def test_intake_counts_every_reading_of_a_real_broker() -> None:
    needs_mosquitto()

    found = figures(intake.run(intake.IntakeOptions(homes=5, messages=2000)))

    for setting in intake.SETTINGS:
        if setting.missing is None:
            lost = found[f"{setting.broker} → {setting.store}: lost"]
            assert lost.value == 0, lost.note
            assert found[f"{setting.broker} → {setting.store}: readings"].value > 0


@pytest.mark.real
def test_every_button_is_heard_through_the_town() -> None:
    needs_mosquitto()

    found = figures(sos.run(sos.SosOptions(homes=15, presses=5, every=0.05, rate=200.0, settling=0.5)))

    assert found["calls that came through"].met, found["calls that came through"].note
    assert found["button to channel, half within"].value <= found["button to channel, slowest"].value


@pytest.mark.real
def test_what_waited_for_influxdb_goes_in_once_and_calls_come_through_meanwhile() -> None:
    needs_mosquitto()
    if not stage.has_influxdb():
        pytest.skip("NOT RUN: influxd is not installed (name it in ANXIN_INFLUXD)")

    small = outage.OutageOptions(homes=15, waiting=20_000, presses=3, every=0.05, rate=100.0, settling=1.0, timeout=60)
    found = figures(outage.run(small))

    assert found["lost or twice"].value == 0, found["lost or twice"].note
    assert found["calls while InfluxDB is away"].met
    assert found["calls while what waited goes in"].met
    assert found["what waited goes in"].value > 0


def test_every_convention_is_timed() -> None:
    found = figures(decode.run(decode.DecodeOptions(seconds=0.01)))

    assert len(found) == len(installed())
    assert all(figure.value > 0 for figure in found.values())


@pytest.mark.real
def test_memory_is_the_difference_of_two_towns() -> None:
    needs_mosquitto()

    found = figures(resident.memory(resident.MemoryOptions(homes=3, days=1, messages=50)))

    assert found["per home, 3 → 12"].value == found["per 1,000 homes"].value


@pytest.mark.real
def test_a_learned_town_starts_and_takes_its_first_message() -> None:
    needs_mosquitto()

    found = figures(resident.cold_start(resident.ColdStartOptions(homes=25, days=1)))

    assert found["25 homes: to the first message acknowledged"].value > 0


def test_what_the_watch_costs() -> None:
    found = figures(detectors.cost(detectors.WatchOptions(homes=3, speaking=2, days=2)))

    assert 0 < found["memory of a learned home"].value < found["the same after ninety days"].value
    assert found["history in bulk"].value > 0
    assert found["the same in homes known for two months"].value > 0


def test_without_recordings_detection_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANXIN_RECORDINGS", raising=False)

    (missing,) = detectors.find(detectors.DetectionOptions())

    assert isinstance(missing, NotRun)
    assert "ANXIN_RECORDINGS" in missing.reason


def test_without_a_broker_each_section_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "has_mosquitto", lambda: False)
    runs: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: sos.run(sos.SosOptions()),
        lambda: resident.memory(resident.MemoryOptions()),
        lambda: resident.cold_start(resident.ColdStartOptions()),
    )

    for run in runs:
        assert [type(one) for one in run()] == [NotRun]


def test_a_section_that_breaks_does_not_take_the_others_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_given: object) -> Iterator[Finding]:
        yield Figure("sos", "calls that came through", 1, "of 2")
        raise stage.Stuck("the service did not say 'done' within 3 s")

    monkeypatch.setitem(SECTIONS, "sos", broken)

    found = list(measured("sos", options().parse_args([])))

    assert found[1:] == [NotRun("sos", "the service did not say 'done' within 3 s")]


def test_an_unknown_section_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])

    assert "decode, intake, sos, alerts, outage, memory" in capsys.readouterr().err


def test_figures_stand_beside_their_aims_and_what_is_missing_is_said() -> None:
    found: list[Finding] = [
        Figure("intake", "readings", 6100.0, "/s", at_least=6000),
        Figure("sos", "99 % within", 250.0, "ms", at_most=200),
        NotRun("intake", "influxd is not installed"),
    ]
    out = io.StringIO()

    show(found, "a machine", out)

    assert "6,100 /s" in out.getvalue()
    assert "MISSED" in out.getvalue()
    assert "NOT RUN: intake: influxd is not installed" in out.getvalue()
    read = orjson.loads(as_json(found, "a machine"))
    assert [one["met"] for one in read["figures"]] == [True, False]
    assert read["not_run"] == [{"section": "intake", "reason": "influxd is not installed"}]


def test_a_message_of_the_load_carries_the_time_at_which_it_goes_out(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 12, 30, 15, 250_000, tzinfo=UTC)
    town.write(islice(town.what_is_said(town.build(6), 200), 200), tmp_path / "load")

    load = town.read(tmp_path / "load")

    assert len(load) == 200
    assert {len(one.at(now)) - len(one.payload) for one in load} == {0}
    stamped = [orjson.loads(one.at(now))["last_seen"] for one in load if b'"last_seen":"' in one.payload]
    assert stamped
    assert all(abs(datetime.fromisoformat(text) - now).total_seconds() < 120 for text in stamped)


@pytest.mark.real
def test_the_load_counts_only_what_the_broker_acknowledged() -> None:
    needs_mosquitto()
    load = list(town.what_is_said(town.build(4), 150))

    with stage.folder() as where, stage.real_broker(where / "broker") as port:
        played = play(load, Wire("127.0.0.1", port, name="a-load", window=20), rate=2000.0)

    assert played.sent == 150


@pytest.mark.real
def test_a_load_that_fell_behind_sends_more_at_once_than_its_window() -> None:
    """On a busy machine it wakes late: what is due by then must not wait for answers to what was never sent."""
    needs_mosquitto()
    load = list(town.what_is_said(town.build(4), 60))

    with stage.folder() as where, stage.real_broker(where / "broker") as port:
        played = play(load, Wire("127.0.0.1", port, name="a-late-load", window=5), rate=None)

    assert played.sent == 60


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.99, 4.0), (0.25, 1.0)])
def test_a_quantile_is_one_of_the_values(share: float, expected: float) -> None:
    assert sos.quantile([1.0, 2.0, 3.0, 4.0], share) == expected
