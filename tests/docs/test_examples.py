"""The examples of the documentation are used here as their readers would use them."""

import asyncio
import importlib.util
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from alerts.channels.channel import OutgoingMessage
from alerts.channels.webhook import WebhookChannel
from anxin.clock import ScaledClock, system_clock
from anxin.enroll import read, take
from anxin.gaps import duty_gaps, unreachable_people
from anxin.settings import Settings
from anxin.stores import open_database
from core.alerts import Purpose
from core.concerns import Severity
from core.delivery import Accepted, Finding, HasIt, HasNot, Permanent, Verdict
from core.people import Bond, Language
from core.policies import Target

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SECRET = "whsec_YW54aW4gd2F0Y2hlcyBvdmVyIGVsZGVycw=="


def example(name: str) -> ModuleType:
    """An example program, loaded without running it."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# -- the inventory ------------------------------------------------------------------------------------------------


def test_the_inventory_is_taken_and_leaves_nothing_for_doctor_to_say(tmp_path: Path) -> None:
    with open_database(Settings(data_dir=tmp_path), migrate=True) as stores:
        take(read(EXAMPLES / "inventory.toml"), stores.inventory, stores.accounts)

        inventory, directory = stores.inventory.inventory(), stores.inventory.directory()
        rota = stores.inventory.rota()

    assert all(inventory.devices_of(home) for home in inventory.homes)
    assert not list(duty_gaps(inventory, rota, since=datetime(2026, 11, 24, tzinfo=UTC)))
    assert not unreachable_people(directory, rota)
    assert {tie.bond for tie in directory.ties} == set(Bond)


# -- the receiver -------------------------------------------------------------------------------------------------


@contextmanager
def receiving(secret: str) -> Iterator[tuple[str, set[str]]]:
    """The example receiver on a free port: its address, and the ids that it has shown."""
    server = example("receiver").Receiver(("127.0.0.1", 0), secret)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/anxin", server.shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


MESSAGE = OutgoingMessage(
    key="a-17.2.li",
    alert="a-17",
    person="li",
    target=Target.GRID_WORKER,
    address="",
    title="【红色】7号楼402",
    body="请打开告警页。",
    language=Language.CHINESE,
    severity=Severity.RED,
    purpose=Purpose.ASK,
    at=datetime(2026, 11, 24, tzinfo=UTC),
)


def delivered(address: str, *, times: int = 1, clock: ScaledClock | None = None) -> list[Verdict]:
    message = replace(MESSAGE, address=address)

    async def deliver() -> list[Verdict]:
        channel = WebhookChannel(secret=SECRET, clock=clock or system_clock())
        try:
            return [await channel.deliver(message) for _ in range(times)]
        finally:
            await channel.aclose()

    return asyncio.run(deliver())


def test_the_receiver_shows_a_repeated_message_once_and_accepts_it_each_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with receiving(SECRET) as (address, shown):
        verdicts = delivered(address, times=2)

    assert verdicts == [Accepted("shown-a-17.2.li")] * 2
    assert shown == {"a-17.2.li"}
    assert capsys.readouterr().out.count("【红色】7号楼402") == 1


def test_the_receiver_says_which_messages_it_has() -> None:
    async def ask(address: str, key: str) -> Finding:
        channel = WebhookChannel(secret=SECRET, clock=system_clock())
        try:
            return await channel.find(replace(MESSAGE, key=key, address=address), MESSAGE.at)
        finally:
            await channel.aclose()

    with receiving(SECRET) as (address, _):
        delivered(address)
        found = [asyncio.run(ask(address, key)) for key in (MESSAGE.key, "a-17.2.wu")]

    assert found == [HasIt("shown-a-17.2.li"), HasNot()]


def test_the_receiver_refuses_what_another_secret_signed() -> None:
    with receiving("another secret") as (address, shown):
        (verdict,) = delivered(address)

    assert isinstance(verdict, Permanent)
    assert not shown


def test_the_receiver_refuses_a_signature_of_yesterday() -> None:
    yesterday = ScaledClock(datetime(2026, 11, 23, tzinfo=UTC), datetime.now(UTC), 1.0)

    with receiving(SECRET) as (address, shown):
        (verdict,) = delivered(address, clock=yesterday)

    assert isinstance(verdict, Permanent)
    assert not shown


def test_the_receiver_refuses_a_body_that_was_changed() -> None:
    receiver = example("receiver")
    headers = {"webhook-id": "m", "webhook-timestamp": "1000", "webhook-signature": "v1,c2lnbmF0dXJl v1,☂"}

    assert not receiver.is_genuine(headers, b"{}", SECRET, now=1000.0)
    assert not receiver.is_genuine({}, b"{}", SECRET, now=1000.0)


# -- figures ------------------------------------------------------------------------------------------------------


def alert(outcome: str | None, *, taken: str | None = "04", kind: str = "sos") -> dict[str, str | None]:
    return {
        "opened_at": "2026-11-24T01:00:00Z",
        "taken_at": None if taken is None else f"2026-11-24T01:{taken}:00Z",
        "closed_at": None if outcome is None else "2026-11-24T01:30:00.500000Z",
        "kind": kind,
        "severity": "red",
        "outcome": outcome,
    }


def test_figures_count_closed_alerts_and_tell_the_median_minutes() -> None:
    alerts = [alert("helped"), alert("helped", taken="08"), alert("test", taken=None), alert(None)]

    rows = list(example("figures").figures(alerts))

    assert rows == [
        ("2026-11", "sos", "red", "helped", 2, 6.0, 30.0),
        ("2026-11", "sos", "red", "test", 1, "", 30.0),
    ]


# -- alarms about the service -------------------------------------------------------------------------------------


def test_the_prometheus_rules_speak_of_metrics_that_exist() -> None:
    told = re.findall(r'"(anxin_\w+)"', (ROOT / "anxin" / "metrics.py").read_text())
    exported = {"up", *told, *(f"{name}_total" for name in told)}

    rules = yaml.safe_load((EXAMPLES / "prometheus-rules.yml").read_text())["groups"][0]["rules"]

    assert len(rules) == 13
    for rule in rules:
        named = set(re.findall(r"\b(anxin_\w+|up)\b", rule["expr"]))
        assert named
        assert named <= exported, rule["alert"]
