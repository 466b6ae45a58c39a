"""The instant at which the tests' live begins, and how they listen to a street."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.binding import bind
from simulator.community import Community
from simulator.kits import Convention
from simulator.message import Message
from simulator.scenario import parse_scenario
from simulator.script import Script
from simulator.timeline import HomeStream, messages

SEED = 7
MORNING = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
"""09:30 in Shanghai, a Tuesday."""


def script_of(community: Community, toml: str) -> Script:
    return bind(parse_scenario(toml, name="test"), community, start=MORNING, seed=SEED)


def play(
    community: Community, toml: str = "", *, hours: float = 24, back: float = 0, announce: bool = False
) -> list[Message]:
    """Everything that happens around the morning, for some hours, under a scenario written in TOML."""
    since, until = MORNING - timedelta(hours=back), MORNING + timedelta(hours=hours)
    script = script_of(community, toml)
    return list(messages(community, since=since, until=until, seed=SEED, script=script, announce=announce))


def play_home(community: Community, home: str, toml: str = "", *, hours: float = 24, back: float = 0) -> list[Message]:
    """What one home says, under a scenario that was bound to the whole street."""
    since, until = MORNING - timedelta(hours=back), MORNING + timedelta(hours=hours)
    stream = HomeStream(community.household(home), seed=SEED, script=script_of(community, toml).of(home))
    return list(stream.messages(since, until))


def at_home(said_by_all: Iterable[Message], home: str) -> list[Message]:
    """What one home said."""
    gateway = home.replace("h-", "g-")
    return [message for message in said_by_all if message.gateway == gateway]


def after(said_by_all: Iterable[Message], minutes: float) -> list[Message]:
    """What was said from so many minutes after the morning on."""
    return [message for message in said_by_all if message.at >= MORNING + timedelta(minutes=minutes)]


def between(said_by_all: Iterable[Message], start: float, end: float) -> list[Message]:
    """Minutes after the morning."""
    since, until = MORNING + timedelta(minutes=start), MORNING + timedelta(minutes=end)
    return [message for message in said_by_all if since <= message.at < until]


def said(message: Message) -> dict[str, Any]:
    """The payload as JSON."""
    found: dict[str, Any] = json.loads(message.payload)
    return found


def native(message: Message) -> str:
    """The topic below the gateway and the convention."""
    return message.topic.split("/", 3)[3]


def one_home(community: Community, convention: Convention, *, sensors: int = 6) -> str:
    """A home with a full kit that speaks this convention."""
    return next(
        household.home.id
        for household in community.households
        if household.kit.convention is convention and len(household.kit.sensors) >= sensors
    )
