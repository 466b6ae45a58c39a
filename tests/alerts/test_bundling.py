"""Yellow calls that fall due together are one message, in virtual time; each alert keeps its own life."""

from contextlib import suppress
from dataclasses import replace
from datetime import time

import pytest

from alerts.bundling import MOST
from alerts.links import Links
from core.alerts import Alert, EntryKind
from core.concerns import ConcernKind, Severity
from core.delivery import SendState
from core.places import Home, Inventory
from core.policies import Quiet
from tests.alerts.story import PhoneChannel, Story, _is_dead
from tests.alerts.street import DIRECTORY, INVENTORY, LI, ROTA

EXPECTED = ConcernKind.DOOR_OPEN


def street_of(story: Story, count: int) -> list[str]:
    """So many homes of one building, whose residents and families nobody knows."""
    homes = [Home(f"building-7/9{n:02}", "building-7", f"7号楼9{n:02}") for n in range(count)]
    places = Inventory.of(INVENTORY.areas.values(), [*INVENTORY.homes.values(), *homes])
    story.reacher.use(inventory=places, directory=DIRECTORY, rota=ROTA)
    for channel in story.sender.channels.values():
        if isinstance(channel, PhoneChannel):
            channel.bundles = True
    story.sender.links = Links("https://anxin.example", "a secret of sixteen")
    return [home.id for home in homes]


def all_at_once(story: Story, homes: list[str], severity: Severity = Severity.YELLOW) -> list[Alert]:
    """Before anything is sent."""
    return [
        story.desk.raise_concern(story.concern(home, kind=EXPECTED, severity=severity, episode=home)).alert
        for home in homes
    ]


def test_what_falls_due_together_is_one_message_with_a_link_for_each(story: Story) -> None:
    alerts = all_at_once(story, street_of(story, 3))

    story.fast_forward(seconds=5)

    [message] = story.phone("grid worker").messages
    assert message.title == "【黄色】有3户需要查看"
    for number, alert in enumerate(alerts, 1):
        assert f"{number}. 【黄色】7号楼90{number - 1}" in message.body
        assert f"https://anxin.example/a/{Links('x', 'a secret of sixteen').code(alert.id, LI)}" in message.body
    assert (message.link, message.how_to_answer) == ("", "")
    deliveries = [d for alert in alerts for d in story.store.deliveries(alert.id)]
    assert [d.state for d in deliveries] == [SendState.ACCEPTED] * 3
    assert all(len(d.attempts) == 1 for d in deliveries)
    assert story.findings() == []


def test_each_is_taken_and_climbs_by_itself(story: Story) -> None:
    first, second = all_at_once(story, street_of(story, 2))
    story.fast_forward(seconds=5)

    story.takes("grid worker", first)
    story.fast_forward(minutes=31)

    assert story.now(first).taken_by == LI
    assert story.now(second).level > story.now(first).level
    story.phone("community desk").expects("7号楼901")


@pytest.mark.parametrize("severity", [Severity.RED, Severity.ORANGE])
def test_what_is_urgent_comes_by_itself(story: Story, severity: Severity) -> None:
    all_at_once(story, street_of(story, 3), severity)
    story.fast_forward(minutes=12)

    assert len(story.phone("grid worker").messages) == 3
    assert not any(message.bundled for _, message in story.phones.received)


def test_a_way_of_few_words_carries_one_at_a_time(story: Story) -> None:
    homes = street_of(story, 3)
    for channel in story.sender.channels.values():
        if isinstance(channel, PhoneChannel):
            channel.bundles = False
    all_at_once(story, homes)
    story.fast_forward(seconds=5)

    assert len(story.phone("grid worker").messages) == 3


def test_what_nobody_wants_any_more_is_left_out(story: Story) -> None:
    first, second, third = all_at_once(story, street_of(story, 3))
    story.desk.acknowledge(second.id, by="desk-c")

    story.fast_forward(seconds=5)

    asked = [m for m in story.phone("grid worker").messages if m.bundled]
    assert [{alert for _, alert in m.bundled} for m in asked] == [{first.id, third.id}]
    [delivery] = [d for d in story.store.deliveries(second.id) if d.send.event is EntryKind.LEVEL_ENTERED]
    assert delivery.state is SendState.CANCELLED


def test_when_it_is_refused_each_takes_its_next_way(story: Story) -> None:
    story.phone("grid worker").answers(_is_dead, by="sms")
    alerts = all_at_once(story, street_of(story, 3))

    story.fast_forward(seconds=20)

    assert [kind for kind, message in story.phones.tried if message.bundled] == ["sms"]
    for alert in alerts:
        [delivery] = story.store.deliveries(alert.id)
        assert [attempt.channel for attempt in delivery.attempts] == ["sms", "voice"]
        assert delivery.state is SendState.ACCEPTED


def test_after_a_crash_each_comes_again_as_a_repeat(story: Story) -> None:
    homes = street_of(story, 2)

    def dies() -> None:
        story.phones.power = lambda: None
        raise KeyboardInterrupt

    def first_look() -> None:
        story.phones.power = dies

    story.phones.power = first_look
    all_at_once(story, homes)
    with suppress(KeyboardInterrupt):
        story.fast_forward(seconds=5)
    story.kill()
    story.start()
    story.sender.links = Links("https://anxin.example", "a secret of sixteen")

    story.fast_forward(seconds=40)

    messages = story.phone("grid worker").messages
    assert [m.repeat for m in messages if not m.bundled] == [True, True]


def test_many_are_several_messages(story: Story) -> None:
    all_at_once(story, street_of(story, MOST + 4))

    story.fast_forward(seconds=10)

    assert sum(len(m.bundled) or 1 for m in story.phone("grid worker").messages) == MOST + 4
    assert len(story.phone("grid worker").messages) <= 3


def test_what_was_held_over_night_is_one_message_in_the_morning(story: Story) -> None:
    homes = street_of(story, 3)
    policy = story.policies[Severity.YELLOW]
    story.policies[Severity.YELLOW] = replace(policy, quiet=Quiet(time(8), time(10)))  # 09:00 in Shanghai
    all_at_once(story, homes)
    story.fast_forward(minutes=59)
    assert story.phone("grid worker").messages == []

    story.fast_forward(minutes=2)

    assert [m.title for m in story.phone("grid worker").messages] == ["【黄色】有3户需要查看"]


def test_one_reference_of_the_provider_stands_behind_all_of_it(story: Story) -> None:
    alerts = all_at_once(story, street_of(story, 3))
    story.fast_forward(seconds=5)

    references = {story.store.deliveries(alert.id)[0].attempts[0].provider_id for alert in alerts}

    [message] = story.phone("grid worker").messages
    assert references == {f"provider-{message.key}"}
