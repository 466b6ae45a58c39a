"""Repeats on an alert's page: the last level asks all night, and the page stays short."""

from datetime import datetime, timedelta

from api.pages.repeats import MOST_FOLDED, Stretch, stretches, told
from api.services import Services
from core.alerts import Alert, Entry, EntryKind, Purpose, Send, Transition
from core.delivery import Delivery, SendState
from core.escalation import expire
from core.people import Language
from core.policies import Target
from tests.api.conftest import As
from tests.api.happenings import NOW, REACHER, deliver


def line(kind: EntryKind, minute: float, **detail: object) -> Entry:
    return Entry("a", NOW + timedelta(minutes=minute), kind, 1, detail=dict(detail))


def asked(minute: float, *, round_: int) -> list[Entry]:
    """One round of a level: somebody is asked, and the message goes out."""
    return [
        line(EntryKind.LEVEL_ENTERED, minute, round=round_),
        line(EntryKind.DELIVERY, minute + 0.1),
    ]


def rounds(count: int, *, first: int = 1) -> list[Entry]:
    return [entry for number in range(first, first + count) for entry in asked(5 * number, round_=number)]


def flat(found: tuple[Stretch, ...]) -> list[Entry]:
    return [entry for stretch in found for entry in (*stretch.shown, *stretch.folded)]


def test_the_first_time_through_the_levels_every_line_is_shown() -> None:
    climb = [line(EntryKind.OPENED, -9), *asked(-9, round_=0), *asked(-4, round_=0)]

    found = stretches(climb)

    assert flat(found) == climb[::-1]
    assert not any(stretch.folded for stretch in found)


def test_of_many_rounds_the_newest_is_shown_and_the_others_are_folded_newest_first() -> None:
    repeats = rounds(40)

    (found,) = stretches(repeats)

    assert found.shown == tuple(reversed(repeats[-2:]))
    assert found.folded == tuple(reversed(repeats[:-2]))
    assert found.rounds == 39


def test_two_rounds_fold_the_older_one_and_a_single_one_folds_nothing() -> None:
    (two,), (one,) = stretches(rounds(2)), stretches(rounds(1))

    assert (two.rounds, one.rounds) == (1, 0)
    assert one.folded == ()


def test_what_a_person_wrote_stands_between_two_folds() -> None:
    written = line(EntryKind.NOTE, 16, text="没人接电话")
    story = [*rounds(3), written, *rounds(3, first=4)]

    after, said, before = stretches(story)

    assert said == Stretch((written,))
    assert (after.rounds, before.rounds) == (2, 2)
    assert flat((after, said, before)) == story[::-1]


def test_an_empty_last_level_belongs_to_the_round_that_asks_in_its_place() -> None:
    story = [
        entry
        for number in (1, 2, 3)
        for entry in (line(EntryKind.NO_RECIPIENT, 5 * number), *asked(5 * number, round_=number))
    ]

    first_gap, run = reversed(stretches(story))

    assert first_gap == Stretch((story[0],))
    assert run.shown == tuple(reversed(story[6:]))
    assert run.rounds == 2


def message_to(person: str, minute: float, purpose: Purpose = Purpose.ASK) -> Delivery:
    at = NOW + timedelta(minutes=minute)
    send = Send(
        f"{person}.{minute}",
        "a",
        1,
        5,
        0,
        person,
        person,
        Target.STREET_DESK,
        purpose,
        EntryKind.LEVEL_ENTERED,
        Language.CHINESE,
        (),
        at,
    )
    return Delivery(send, SendState.ACCEPTED, ())


def test_one_person_asked_again_and_again_is_one_line_and_the_last_told_comes_first() -> None:
    messages = [message_to("li", 0), message_to("desk", 1), message_to("desk", 6), message_to("li", 7, Purpose.INFORM)]

    informed, desk, li = told(messages)

    assert informed.latest is messages[3]
    assert (desk.latest, desk.earlier, desk.times) == (messages[2], (messages[1],), 2)
    assert desk.first_at == messages[1].send.created_at
    assert (li.latest, li.earlier) == (messages[0], ())


def all_night(services: Services, rounds: int) -> datetime:
    """Nobody takes a-17: it climbs to its last level and repeats that. Returns the time of the last call."""
    alert = services.alerts.get("a-17")
    assert isinstance(alert, Alert)
    assert services.phones is not None
    now = NOW
    for _ in range(alert.policy.last - alert.level + rounds):
        now += timedelta(minutes=5)
        moved = expire(alert, reach=REACHER.reach(alert.home, now), now=now)
        assert isinstance(moved, Transition)
        assert services.alerts.apply(moved)
        alert = moved.alert
        deliver(services.alerts, services.phones, now)
    return now


def test_after_a_night_of_calls_the_page_is_hardly_longer_than_after_an_hour(visit_as: As, services: Services) -> None:
    all_night(services, 12)
    after_an_hour = visit_as("desk").get("/alerts/a-17").text
    all_night(services, 140)

    after_a_night = visit_as("desk").get("/alerts/a-17").text

    assert "共 153 次" in after_a_night
    assert "此前又问过 151 轮" in after_a_night
    assert after_a_night.count("<li") - after_an_hour.count("<li") <= MOST_FOLDED


def test_folds_keep_their_names_while_they_grow(visit_as: As, services: Services) -> None:
    all_night(services, 5)
    before = {
        part.split('"', 1)[0] for part in visit_as("desk").get("/alerts/a-17").text.split('class="fold" id="')[1:]
    }
    all_night(services, 1)

    after = {part.split('"', 1)[0] for part in visit_as("desk").get("/alerts/a-17").text.split('class="fold" id="')[1:]}

    assert len(before) == 2
    assert before == after


def test_the_last_level_is_not_said_to_climb(visit_as: As, services: Services) -> None:
    all_night(services, 1)

    page, desk = visit_as("desk").get("/alerts/a-17").text, visit_as("desk").get("/").text

    assert '<p class="big">再次询问' in page
    assert "再次询问" in desk
