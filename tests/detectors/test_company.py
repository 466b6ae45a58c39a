"""Company: told from one person by the front door and by what moves after it; it weakens evidence, silences nothing."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.concerns import CannotTell, Concern, ConcernKind
from core.readings import Reading
from core.states import Company, Presence
from detectors.home_watch import HomeWatch
from detectors.pace import BINS, ENOUGH, PARTS, Pace, part_of, parts_of
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import HOME, House, at, day_of_life, devices_of, door, facts_of, moved

TODAY = LEARNED
MINUTE = timedelta(minutes=1)
COMES, GOES = "14:31", "16:40"
QUIET_AFTER = at(TODAY, "16:50")


def through_the_door(when: datetime) -> list[Reading]:
    return [door("open", when), door("closed", when + timedelta(seconds=9))]


def guest(since: datetime, until: datetime, *, seed: int = 1) -> list[Reading]:
    """Somebody who talks, goes to the kitchen and comes back, while the resident lives as ever."""
    chance = random.Random(seed)
    now, told, room = since + timedelta(seconds=20), list[Reading](), "living"
    while now < until:
        told.append(moved(room, now))
        now += timedelta(seconds=chance.uniform(75, 200))
        room = chance.choice(("living", "living", "kitchen", "kitchen", "bathroom")) if chance.random() < 0.4 else room
    return told


def visit(since: datetime, until: datetime) -> list[Reading]:
    return [*through_the_door(since), *guest(since, until), *through_the_door(until)]


def lives(until: datetime, *, day: int = TODAY) -> list[Reading]:
    """The resident's own day, as far as that."""
    return [reading for reading in day_of_life(day) if reading.at < until]


def home_of(house: House) -> HomeWatch:
    return house.watch._homes[HOME]


def company(house: House, when: datetime) -> Company | None:
    return home_of(house).company.at(when.timestamp())


def silences(house: House) -> list[Concern]:
    return [concern for concern in house.concerns if concern.kind is ConcernKind.SILENCE]


def test_two_people_are_told_from_one_with_the_numbers_that_tell(learned_house: House) -> None:
    house = learned_house
    house.pass_until(at(TODAY, "16:00"), [*lives(at(TODAY, "16:00")), *visit(at(TODAY, COMES), at(TODAY, GOES))])

    said = house.status.company

    assert said is not None
    assert said.since == at(TODAY, COMES)
    assert said.moves > 1.5 * said.usual_moves
    assert said.crossings > said.usual_crossings
    assert house.status.presence is Presence.HOME
    assert [status.company is not None for status in house.statuses][-1]


def test_it_is_over_when_they_have_gone_and_calm_has_come_back(learned_house: House) -> None:
    house = learned_house
    house.pass_until(at(TODAY, "18:00"), [*lives(at(TODAY, "18:00")), *visit(at(TODAY, COMES), at(TODAY, GOES))])

    assert house.status.company is None
    spell = home_of(house).company.last
    assert spell is not None
    assert spell[0] == at(TODAY, COMES).timestamp()
    assert at(TODAY, "16:20").timestamp() <= spell[1] <= at(TODAY, "18:00").timestamp()


def test_a_usual_month_of_one_person_has_none(learned_house: House) -> None:
    learned_house.live(14, first=TODAY)

    assert all(status.company is None for status in learned_house.statuses)


def test_who_comes_home_with_bags_is_not_two(learned_house: House) -> None:
    back = at(TODAY, "10:05")
    busy = [moved(("kitchen", "living")[n % 2], back + timedelta(seconds=90 + 40 * n)) for n in range(8)]

    learned_house.pass_until(at(TODAY, "11:00"), sorted([*lives(at(TODAY, "11:00")), *busy], key=lambda r: r.at))

    assert all(status.company is None for status in learned_house.statuses)


def test_a_fall_while_the_visitor_is_at_the_shop_is_found_as_soon_as_ever(another: Callable[[], House]) -> None:
    visited, alone = another(), another()
    falls = at(TODAY, "15:50")
    out = [*through_the_door(at(TODAY, COMES)), *guest(at(TODAY, COMES), at(TODAY, "15:40"))]
    seen = moved("living", falls)

    visited.pass_until(at(TODAY + 1, "06:00"), [*lives(falls), *out, *through_the_door(at(TODAY, "15:41")), seen])
    alone.pass_until(at(TODAY + 1, "06:00"), [*lives(falls), seen])

    [with_company], [without] = silences(visited)[:1], silences(alone)[:1]
    assert with_company.at <= without.at + MINUTE
    facts = facts_of(with_company)
    assert facts["company_since"] == at(TODAY, COMES).isoformat()
    assert facts.keys() - {"company_since", "company_until", "front_door_since"} == facts_of(without).keys() - {
        "front_door_since"
    }


def test_a_fall_long_after_the_visit_says_nothing_of_it(learned_house: House) -> None:
    falls = at(TODAY, "20:40")
    learned_house.pass_until(
        at(TODAY + 1, "09:00"), [*lives(falls), *visit(at(TODAY, COMES), at(TODAY, GOES)), moved("living", falls)]
    )

    assert silences(learned_house)
    assert all("company_since" not in facts_of(concern) for concern in silences(learned_house))


def test_when_one_of_two_leaves_the_home_is_not_believed_empty(learned_house: House) -> None:
    house, leaves = learned_house, at(TODAY, "15:30")
    stays = [moved("living", leaves + timedelta(seconds=100 * n)) for n in range(1, 54)]
    house.pass_until(
        at(TODAY, "17:00"),
        [*lives(leaves), *through_the_door(at(TODAY, COMES)), *guest(at(TODAY, COMES), leaves),
         *through_the_door(leaves), *stays],
    )  # fmt: skip

    assert house.status.presence is Presence.HOME
    assert Presence.OUT not in {s.presence for s in house.statuses if s.presence_since and s.presence_since >= leaves}


def test_when_both_leave_nobody_is_there(learned_house: House) -> None:
    leaves = at(TODAY, "15:30")
    learned_house.pass_until(
        at(TODAY, "17:00"),
        [*lives(leaves), *through_the_door(at(TODAY, COMES)), *guest(at(TODAY, COMES), leaves),
         *through_the_door(leaves)],
    )  # fmt: skip

    assert learned_house.status.presence is Presence.OUT
    assert learned_house.status.company is None


def test_who_stays_the_night_is_noticed_again_in_the_morning(learned_house: House) -> None:
    house, morning = learned_house, at(TODAY + 1, "07:00")
    night = [*lives(at(TODAY + 1, "00:00")), *day_of_life(TODAY + 1)]
    stays = [*through_the_door(at(TODAY, "16:31")), *guest(at(TODAY, "16:31"), at(TODAY, "22:00")),
             *guest(morning, morning + timedelta(hours=2), seed=2)]  # fmt: skip
    house.pass_until(morning + timedelta(hours=1.5), [r for r in [*night, *stays] if r.at < morning + 90 * MINUTE])

    again = house.status.company

    assert again is not None
    assert again.since == at(TODAY, "16:31")


def test_a_restart_in_the_middle_of_a_visit_changes_nothing(another: Callable[[], House]) -> None:
    unbroken, broken = another(), another()
    first = [*lives(at(TODAY, "15:37")), *through_the_door(at(TODAY, COMES)),
             *guest(at(TODAY, COMES), at(TODAY, "15:37"))]  # fmt: skip
    rest = [r for r in [*lives(at(TODAY, "19:00")), *visit(at(TODAY, COMES), at(TODAY, GOES))]
            if r.at >= at(TODAY, "15:37")]  # fmt: skip
    for house in (unbroken, broken):
        house.pass_until(at(TODAY, "15:37"), first)
    broken.restart()
    for house in (unbroken, broken):
        house.pass_until(at(TODAY, "19:00"), rest)

    assert home_of(broken).snapshot()["company"] == home_of(unbroken).snapshot()["company"]
    assert [s.company for s in broken.statuses if s.company] == [s.company for s in unbroken.statuses if s.company]


def test_it_changes_by_itself_at_its_own_times_only(learned_house: House) -> None:
    house = learned_house
    now = at(TODAY, "16:04")
    house.pass_until(now, [*lives(now), *(r for r in visit(at(TODAY, COMES), at(TODAY, GOES)) if r.at < now)])
    judge, asked, changes = home_of(house).company, now, 0

    for minute in range(0, 60 * 20, 3):
        probe = now + minute * MINUTE
        while (due := judge.due(asked)) is not None and due <= probe:
            assert due > asked
            changes += (judge.assess(due) != judge.assess(asked)) + 0
            asked = due
        assert judge.assess(probe) == judge.assess(asked)

    assert changes == 1


@pytest.mark.parametrize("missing", [{"door"}, {"bedroom", "kitchen", "bathroom"}])
def test_without_a_front_door_or_with_one_room_it_cannot_be_told(missing: set[str]) -> None:
    house = House([d for d in devices_of() if d.id.partition("/")[2] not in missing])
    house.watch.observe([r for day in range(16) for r in day_of_life(day)])
    house.now = at(16, "00:00")

    assert home_of(house).company.assess(at(16, "00:00")) == CannotTell("company_unknown")


def test_a_home_with_two_people_from_the_first_day_on_has_no_company(new_house: House) -> None:
    """Its own history cannot tell: what two people do is usual here."""
    for day in range(20):
        both = [*day_of_life(day), *guest(at(day, "08:00"), at(day, "21:00"), seed=day)]
        new_house.watch.observe(sorted(both, key=lambda r: r.at))
    new_house.now = at(20, "00:00")
    both = [*lives(at(20, "16:00"), day=20), *guest(at(20, "08:00"), at(20, "16:00"), seed=20)]
    new_house.pass_until(at(20, "16:00"), both)

    assert home_of(new_house).company.can_tell
    assert new_house.status.company is None


def test_what_is_told_out_of_order_was_not_nearly_at_once(learned_house: House) -> None:
    house = learned_house
    house.pass_until(at(TODAY, "14:30"), lives(at(TODAY, "14:30")))
    before = home_of(house).company._crossings

    house.tell(*(moved(room, at(TODAY, clock)) for room, clock in (("living", "14:39"), ("kitchen", "14:31"))))
    house.tell(*(moved(room, at(TODAY, clock)) for room, clock in (("living", "14:33"), ("kitchen", "14:35"))))

    assert before == 0
    assert home_of(house).company._crossings == 0


def test_a_quiet_night_is_learned_as_night_though_it_began_in_the_evening(new_house: House) -> None:
    told = [moved("living", at(0, "21:00")), moved("living", at(0, "21:12")), moved("living", at(1, "08:00"))]
    new_house.pass_until(at(1, "08:00"), told)
    night = part_of(3 * 3600.0)

    counts = home_of(new_house).company._pace._counts

    assert counts[night * BINS] > counts[part_of(21.5 * 3600.0) * BINS] > 0
    assert sum(counts) <= 66


def test_what_a_dead_sensor_hides_is_not_learned(learned_house: House) -> None:
    pace = home_of(learned_house).company._pace
    learned_house.dead.add("g-1/kitchen")
    learned_house.live(2, first=TODAY)
    known = pace.snapshot()

    learned_house.live(3, first=TODAY + 2)

    assert pace.snapshot() == known


def test_company_silences_and_delays_nothing(another: Callable[[], House]) -> None:
    """The same weeks, visited every other day, with a watch that tells company and with one that cannot."""
    tells, cannot = another(), another()
    home_of(cannot).company._pace = Pace()
    for house in (tells, cannot):
        for day in range(TODAY, TODAY + 8):
            visits = visit(at(day, COMES), at(day, GOES)) if day % 2 == 0 else []
            until = at(day, "15:00") if day == TODAY + 6 else at(day + 1, "00:00")
            life = [r for r in [*lives(until, day=day), *visits] if r.at < until]
            house.pass_until(at(day + 1, "00:00"), life)
        home_of(house)

    assert any(status.company for status in tells.statuses)
    assert not any(status.company for status in cannot.statuses)
    assert [(c.kind, c.episode, c.severity, c.at) for c in tells.concerns] == [
        (c.kind, c.episode, c.severity, c.at) for c in cannot.concerns
    ]
    assert silences(tells)


def test_when_they_leave_and_no_sign_follows_it_is_asked_about_as_if_nobody_had_been_told_apart(
    another: Callable[[], House],
) -> None:
    """Who went through the door cannot be told: as ever, somebody may be out, and is asked about when long due."""
    tells, cannot = another(), another()
    home_of(cannot).company._pace = Pace()
    for house in (tells, cannot):
        house.pass_until(
            at(TODAY + 3, "00:00"), [*lives(at(TODAY, "15:00")), *visit(at(TODAY, COMES), at(TODAY, GOES))]
        )

    assert [(c.kind, c.episode, c.severity, c.at) for c in tells.concerns] == [
        (c.kind, c.episode, c.severity, c.at) for c in cannot.concerns
    ]
    assert silences(tells)
    assert "company_since" in facts_of(silences(tells)[0])


LEARNING = st.lists(
    st.tuples(st.integers(0, PARTS - 1), st.integers(0, 40), st.integers(0, 40), st.integers(1, 200)), max_size=60
)


@settings(max_examples=150)
@given(LEARNING, st.integers(0, PARTS - 1), st.integers(0, 60), st.integers(0, 20))
def test_a_pace_is_small_bounded_and_never_takes_rest_for_company(
    learning: list[tuple[int, int, int, int]], part: int, moves: int, crossings: int
) -> None:
    pace, again = Pace(), Pace()
    for each, seen, crossed, slots in learning:
        pace.learn(each, seen, min(crossed, seen), slots=slots)

    again.restore(pace.snapshot())

    assert again.snapshot() == pace.snapshot()
    assert again.tells(part, moves, min(crossings, moves)) == pace.tells(part, moves, min(crossings, moves))
    assert -3 <= pace.tells(part, moves, min(crossings, moves)) <= 3
    assert pace.tells(part, 0, 0) < 0
    assert 0 <= pace.usual(part) < BINS
    assert pace.slots <= ENOUGH


@given(st.floats(0, 86399))
def test_every_second_of_a_day_is_of_one_part(second: float) -> None:
    assert part_of(second) in range(PARTS)


@given(st.floats(0.0, 86399.0), st.integers(0, 300))
def test_slots_are_of_the_parts_in_which_they_begin(second: float, slots: int) -> None:
    spread: dict[int, int] = {}
    for part, count in parts_of(second, slots):
        spread[part] = spread.get(part, 0) + count

    each = [part_of((second + 600.0 * number) % 86400.0) for number in range(slots)]

    assert spread == {part: each.count(part) for part in set(each)}
