"""`anxin simulate`: a simulated community, or a recorded home, played into any broker, or written as recordings.

It knows nothing of the service but the inventory file that it can write for it.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

from anxin.clock import ScaledClock, parse_epoch
from anxin.enroll import Roll, roll_of, write
from anxin.neighbours import neighbours
from anxin.settings import SettingsRefused
from core.places import Inventory
from simulator import playback, recording
from simulator.binding import bind
from simulator.chronicle import chronicle
from simulator.community import build_community
from simulator.message import Message
from simulator.publisher import BrokerAddress, play
from simulator.recorder import write_recordings
from simulator.scenario import Scenario, ScenarioError, load_scenario, shipped_scenario
from simulator.script import Script
from simulator.timeline import messages, wills
from simulator.truth import Sort, Truth, write_truth

TRUTH_FOR = timedelta(days=30)
"""How far ahead the truth of an endless simulation is written."""


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """As given on the command line; times without an offset are UTC."""

    broker: str
    homes: int
    speed: float
    seed: int
    scenario: Path | None
    recording: Path | None
    start: datetime | None
    clock: str | None
    until: datetime | None
    fall_at: datetime | None
    inventory: Path | None
    truth: Path | None
    inventory_only: bool = False
    record: Path | None = None


@dataclass(frozen=True, slots=True)
class _World:
    """What will be played."""

    inventory: Inventory
    messages: Iterable[Message]
    wills: dict[str, Message]
    truth: Callable[[], list[Truth]]


async def run_simulate(options: SimulateOptions) -> None:
    """Play until the end, or until interrupted, or write recordings. Raises SettingsRefused for wrong options."""
    if options.record is not None:
        _record(options, options.record)
        return
    try:
        broker = BrokerAddress.parse(options.broker)
        clock = _clock(options)
        world = _recorded(options, clock) if options.recording else _simulated(options, clock)
    except (ValueError, ScenarioError) as error:
        raise SettingsRefused(str(error)) from error
    if options.inventory is not None:
        write(_roll(world.inventory, options.seed), options.inventory)
        sys.stderr.write(f"inventory written: {options.inventory}\n")
    if options.inventory_only:
        return
    if options.truth is not None:
        with options.truth.open("w", encoding="utf-8") as lines:
            write_truth(world.truth(), lines)
    sys.stderr.write(f"playing {len(world.inventory.homes)} homes, clock {clock.epoch}\n")
    progress = await play(
        world.messages, broker=broker, clock=clock, per_gateway=options.recording is None, wills=world.wills
    )
    sys.stderr.write(f"{progress.sent} messages acknowledged, {progress.resent} sent again\n")


def utc(instant: datetime | None) -> datetime | None:
    """The command line's times are UTC unless they say otherwise."""
    return instant.replace(tzinfo=UTC) if instant is not None and instant.tzinfo is None else instant


def _clock(options: SimulateOptions) -> ScaledClock:
    if options.clock is not None:
        return parse_epoch(options.clock)
    now = datetime.now(UTC)
    return ScaledClock(utc(options.start) or now, now, options.speed)


def _recorded(options: SimulateOptions, clock: ScaledClock) -> _World:
    if options.recording is None:
        raise ValueError("no recording given")
    found = recording.load(options.recording)
    since = clock.start if options.start is not None or options.clock is not None else None
    if since is None:
        raise SettingsRefused("--recording needs --start (or --clock): the instant of the recording at which to begin")
    until, fall = utc(options.until), utc(options.fall_at)
    played = playback.messages(found, since=since, until=until, fall_at=fall)
    return _World(found.inventory, played, {}, lambda: _noted(found, since, until, fall))


def _noted(
    found: recording.Recording, since: datetime, until: datetime | None, fall_at: datetime | None
) -> list[Truth]:
    """What the people of a recording wrote down of that time, and the fall that was made."""
    truths = [
        Truth(found.home.id, Sort.STAY, label.label, label.start.timestamp(), label.end.timestamp())
        for label in found.labels
        if label.end > since and (until is None or label.start < until) and (fall_at is None or label.start < fall_at)
    ]
    if fall_at is not None:
        truths.append(Truth(found.home.id, Sort.EMERGENCY, "fall", fall_at.timestamp(), inf))
    return truths


def _simulated(options: SimulateOptions, clock: ScaledClock) -> _World:
    community = build_community(options.homes, seed=options.seed)
    script = Script()
    if options.scenario is not None:
        script = bind(_scenario(options.scenario), community, start=clock.start, seed=options.seed)
    start, until = clock.start, utc(options.until)
    stream = messages(community, since=start, until=until, seed=options.seed, script=script)

    def truth() -> list[Truth]:
        return chronicle(community, since=start, until=until or start + TRUTH_FOR, seed=options.seed, script=script)

    return _World(community.inventory, stream, wills(community, seed=options.seed), truth)


def _record(options: SimulateOptions, folder: Path) -> None:
    """Each home into a folder of its own, laid out as recordings of real homes are."""
    since, until = utc(options.start), utc(options.until)
    if options.recording is not None or since is None or until is None or until <= since:
        raise SettingsRefused("--record needs --start and a later --until, and no --recording")
    community = build_community(options.homes, seed=options.seed)
    try:
        script = Script()
        if options.scenario is not None:
            script = bind(_scenario(options.scenario), community, start=since, seed=options.seed)
    except (ValueError, ScenarioError) as error:
        raise SettingsRefused(str(error)) from error
    written = write_recordings(community, folder, since=since, until=until, seed=options.seed, script=script)
    sys.stderr.write(f"{len(written)} simulated homes written: {folder}\n")


def _scenario(path: Path) -> Scenario:
    """A file, or the name of one that is shipped."""
    return load_scenario(path) if path.suffix == ".toml" else shipped_scenario(str(path))


def _roll(inventory: Inventory, seed: int) -> Roll:
    places, people = roll_of(inventory), neighbours(inventory, seed=seed)
    return places.model_copy(update={"people": people.people, "ties": people.ties, "shifts": people.shifts})
