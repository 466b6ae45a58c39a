"""`anxin devices …`: what is installed, what speaks and is bound to nobody, binding, importing, testing, removing."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from anxin.onboarding import OnboardingRefused, bind, enroll_building, read_building, remove
from anxin.settings import load
from anxin.stores import open_database, open_readings
from api.devices.installing import text_of
from core.inbox import UnknownDevice, guess
from core.places import Device, Role, Room
from core.readings import Reading
from core.states import DeviceStatus
from core.walk import SLACK, Walked, counts, senses, walk

app = typer.Typer(no_args_is_help=True, help="List, bind, import, test and remove devices.")

LOOK_EVERY = 0.5
"""Seconds between looks for new readings in a walk test."""


@app.command("list")
def list_devices(
    home: Annotated[str | None, typer.Option(help="Only this home's.")] = None,
    *,
    removed: Annotated[bool, typer.Option("--removed", help="Those that were taken away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """What is installed, and when each device was last heard."""
    with open_database(load(), migrate=True) as stores:
        statuses = stores.statuses.devices()
        rows: list[tuple[Device, datetime | None]] = []
        if removed:
            rows += stores.inventory.removed_devices()
        else:
            rows += ((device, None) for device in stores.inventory.inventory().devices.values())
    for device, at in rows:
        if home is None or device.home == home:
            _say(_of_device(device, statuses.get(device.id), at), as_json=as_json)


@app.command()
def unknown(
    *, as_json: Annotated[bool, typer.Option("--json", help="JSON lines, with the last messages.")] = False
) -> None:
    """What speaks behind a gateway and is bound to no home, with our guess at what it is."""
    with open_database(load(), migrate=True) as stores:
        found = stores.inbox.unknown(limit=1000)
    for device in found:
        _say(_of_unknown(device), as_json=as_json)


@app.command("bind")
def bind_device(
    device: Annotated[str, typer.Argument(help="<gateway>/<its own name>")],
    home: Annotated[str, typer.Option(help="The home it belongs to.")],
    room: Annotated[Room, typer.Option(help="Where it is.")],
    role: Annotated[Role, typer.Option(help="What it watches.")],
    label: Annotated[str, typer.Option(help="What people call it.")] = "",
    model: Annotated[str | None, typer.Option(help="Its model: known ones need no profile.")] = None,
    profile: Annotated[str, typer.Option(help="What its payload cannot say, as JSON (docs/profiles.md).")] = "{}",
) -> None:
    """Bind a device to its home; one that was bound elsewhere moves."""
    bound = Device(device, home, room, role, device.partition("/")[0], label, model, _profile(profile))
    with open_database(load(), migrate=True) as stores:
        bind(stores, bound, now=datetime.now(UTC))
    typer.echo(f"{device}: {role.value} in the {room.value} of {home}")


def _profile(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise OnboardingRefused(f"--profile is not JSON: {error}") from None
    if not isinstance(said, dict):
        raise OnboardingRefused("--profile must be a JSON object: see docs/profiles.md")
    return said


@app.command("import")
def import_building(
    file: Annotated[Path, typer.Argument(help="CSV: home, address, area, resident, gateway, device, room, role, …")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken.")] = False,
) -> None:
    """Take a whole building from a CSV file: one line per device. All of it, or nothing and every mistake named."""
    text = text_of(file.read_bytes())
    with open_database(load(), migrate=True) as stores:
        found = read_building(text, stores.inventory.inventory())
        if not dry_run:
            enroll_building(stores, found, now=datetime.now(UTC))
    taken = "would be taken" if dry_run else "taken"
    typer.echo(f"{len(found.homes)} homes, {len(found.gateways)} gateways, {len(found.devices)} devices {taken}")


@app.command("remove")
def remove_devices(devices: Annotated[list[str], typer.Argument(help="Platform-wide ids.")]) -> None:
    """Take devices away. What they said stays in the store of readings."""
    with open_database(load(), migrate=True) as stores:
        for device in remove(stores, devices, now=datetime.now(UTC)):
            typer.echo(f"{device}: removed")


@app.command("test")
def walk_test(
    home: Annotated[str, typer.Argument(help="The home that somebody walks through.")],
    seconds: Annotated[float, typer.Option("--for", min=1, help="How long, in seconds.")] = 300.0,
) -> None:
    """Walk test: print what each sensor of a home says, as it comes, until all have sensed. Exit 1 if one has not."""
    settings = load()
    with open_database(settings, migrate=True) as stores, open_readings(settings) as readings:
        devices = stores.inventory.inventory().devices_of(home)
        if not devices:
            raise OnboardingRefused(f"home {home!r} has no device in the inventory")
        since, until = datetime.now(UTC), time.monotonic() + seconds
        shown: set[Reading] = set()
        steps = walk(devices, (), since=since)
        while time.monotonic() < until and any(step.walked is not Walked.WORKS for step in steps):
            now = datetime.now(UTC)
            heard = readings.between([device.id for device in devices], since - SLACK, now + SLACK)
            for said in _new(heard, devices, since, shown):
                typer.echo(said)
            steps = walk(devices, heard, since=since)
            time.sleep(LOOK_EVERY)
    for step in steps:
        if step.walked is not Walked.WORKS:
            lives = "lives and has sensed nothing" if step.walked is Walked.SPOKE else "was not heard"
            typer.echo(f"✗ {step.device.id} {lives}")
    raise typer.Exit(0 if all(step.walked is Walked.WORKS for step in steps) else 1)


def _new(heard: Iterable[Reading], devices: Iterable[Device], since: datetime, shown: set[Reading]) -> Iterator[str]:
    """One line for each reading of the walk that was not shown yet."""
    known = {device.id: device for device in devices}
    for reading in heard:
        if not counts(reading, since) or reading in shown:
            continue
        shown.add(reading)
        device = known[reading.device]
        what = f"{reading.kind.value} {reading.value}{' ' + reading.unit if reading.unit else ''}"
        sign = "✓" if senses(reading) else "·"
        yield f"{sign} {device.room.value:10s} {device.role.value:12s} {what:24s} {device.label or device.id}"


@app.command("readings")
def last_readings(
    device: Annotated[str, typer.Argument(help="<gateway>/<its own name>")],
    hours: Annotated[float, typer.Option(min=0.1, help="How far back.")] = 24.0,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """What a device said lately, each reading with the gate's rules that admitted it and judged its time."""
    now = datetime.now(UTC)
    with open_readings(load()) as readings:
        found = readings.between([device], now - timedelta(hours=hours), now + SLACK)
    for reading in found[-most:]:
        _say(_of_reading(reading), as_json=as_json)
    if not found:
        typer.echo(f"{device} said nothing in {hours:g} h", err=True)


def _of_reading(reading: Reading) -> dict[str, Any]:
    return {
        "at": reading.at.isoformat(timespec="milliseconds"),
        "kind": reading.kind.value,
        "channel": reading.channel,
        "value": reading.value,
        "unit": reading.unit,
        "novelty": reading.novelty.value,
        "replay": reading.replay.value,
        "decision": reading.decision.value if reading.decision else None,
        "clock": reading.clock.value if reading.clock else None,
    }


def _of_device(device: Device, status: DeviceStatus | None, removed_at: datetime | None) -> dict[str, Any]:
    return {
        "device": device.id,
        "home": device.home,
        "room": device.room.value,
        "role": device.role.value,
        "label": device.label,
        "model": device.model,
        "last_heard_at": _iso(status.last_heard_at if status else None),
        "battery": status.battery if status else None,
        "battery_due": _iso(status.battery_due if status else None),
        "link": status.link if status else None,
        "removed_at": _iso(removed_at),
    }


def _of_unknown(device: UnknownDevice) -> dict[str, Any]:
    guessed = guess(device)
    return {
        "device": device.device,
        "convention": device.convention,
        "messages": device.count,
        "last_at": _iso(device.last_at),
        "said": {kind.value: value for kind, value in device.said.items()},
        "role": guessed.role.value if guessed.role else None,
        "room": guessed.room.value if guessed.room else None,
        "last_messages": [{"topic": one.topic, "payload": one.payload} for one in device.messages],
    }


def _say(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    shown = [str(value) for key, value in row.items() if value not in (None, "", {}, []) and key != "last_messages"]
    sys.stdout.write("  ".join(shown) + "\n")


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
