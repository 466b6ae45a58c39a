"""Entering a level: the order of asking, gaps that are said, stand-ins for an empty top, what growing worse changes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core import escalation, worsening
from core.alerts import Alert, EntryKind, Recipient, Refusal, Timer, TimerKind, Transition
from core.concerns import Concern, ConcernKind, Severity
from core.people import Language, Route
from core.policies import ROLES, Asking, Level, Named, Policy, Target, Whom

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def who(person: str, target: Target, *, mute: bool = False) -> Recipient:
    return Recipient(person, person, target, Language.CHINESE, () if mute else (Route("console", person),))


def policy(*levels: tuple[Target, ...], name: str = "p") -> Policy:
    return Policy(name, 1, tuple(Level(targets, MINUTE) for targets in levels))


def concern(severity: Severity = Severity.ORANGE) -> Concern:
    return Concern("h1", ConcernKind.SILENCE, severity, "e", NOW, NOW, "silence")


def opened(rules: Policy, reach: Mapping[Whom, list[Recipient]], severity: Severity = Severity.ORANGE) -> Transition:
    return escalation.open_alert(concern(severity), alert_id="a1", area="b", policy=rules, reach=reach, now=NOW)


def kinds(transition: Transition) -> list[EntryKind]:
    return [entry.kind for entry in transition.entries]


def test_people_in_two_targets_keep_the_place_in_which_they_are_asked_first() -> None:
    reach: dict[Whom, list[Recipient]] = {
        Target.FAMILY: [who("min", Target.FAMILY), who("jun", Target.FAMILY)],
        Target.CAPTAIN: [who("min", Target.CAPTAIN)],
    }

    transition = opened(policy((Target.FAMILY, Target.CAPTAIN)), reach)

    assert [(s.person, s.target) for s in transition.sends] == [("min", Target.FAMILY), ("jun", Target.FAMILY)]


def test_an_empty_level_is_said_and_passed_in_the_same_move() -> None:
    rules = policy((Target.RESIDENT,), (Target.FAMILY,), (Target.STREET_DESK,))

    transition = opened(rules, {Target.STREET_DESK: [who("desk", Target.STREET_DESK)]})

    assert kinds(transition) == [
        EntryKind.OPENED,
        EntryKind.NO_RECIPIENT,
        EntryKind.NO_RECIPIENT,
        EntryKind.LEVEL_ENTERED,
    ]
    assert transition.alert.level == 2


def test_an_empty_top_asks_the_nearest_level_below_that_has_somebody() -> None:
    rules = policy((Target.RESIDENT,), (Target.FAMILY,), (Target.STREET_DESK,))
    reach: dict[Whom, list[Recipient]] = {
        Target.RESIDENT: [who("wang", Target.RESIDENT)],
        Target.FAMILY: [who("min", Target.FAMILY)],
    }
    alert: Alert = opened(rules, reach).alert

    for round_ in range(3):
        moved = escalation.expire(alert, reach=reach, now=NOW)
        assert isinstance(moved, Transition)
        alert = moved.alert
        assert [s.person for s in moved.sends] == ["min"]
        assert moved.entries[-1].detail.get("stand_in") is (alert.level == 2)
        assert alert.round == max(0, round_ - 1)

    assert alert.level == 2


def test_a_person_without_a_route_is_said_even_when_somebody_else_is_asked() -> None:
    reach: dict[Whom, list[Recipient]] = {
        Target.FAMILY: [who("min", Target.FAMILY, mute=True), who("jun", Target.FAMILY)]
    }

    transition = opened(policy((Target.FAMILY,)), reach)

    [line] = [entry for entry in transition.entries if entry.kind is EntryKind.NOT_SENT]
    assert (line.detail["person"], line.detail["reason"]) == ("min", "no_route")
    assert [s.person for s in transition.sends] == ["jun"]


def test_growing_worse_enters_the_level_that_asks_the_same_people() -> None:
    mild = policy((Target.FAMILY,), (Target.STREET_DESK,), name="mild")
    severe = policy((Target.RESIDENT,), (Target.FAMILY,), (Target.CAPTAIN,), (Target.STREET_DESK,), name="severe")
    reach: dict[Whom, list[Recipient]] = {target: [who(target.value, target)] for target in ROLES}
    first = opened(mild, reach)
    assert first.timer is not None

    worse = worsening.worsen(
        first.alert, concern(Severity.RED), policy=severe, reach=reach, audience=(), now=NOW, timer=first.timer
    )

    assert isinstance(worse, Transition)
    assert (worse.alert.level, worse.alert.policy.name) == (1, "severe")
    assert [s.person for s in worse.sends] == ["family"]
    assert kinds(worse) == [EntryKind.WORSENED, EntryKind.LEVEL_ENTERED]


def test_growing_worse_never_gives_whoever_took_it_more_time() -> None:
    mild = Policy("mild", 1, (Level((Target.FAMILY,), MINUTE),), arrive_within=timedelta(minutes=30))
    severe = Policy("severe", 1, (Level((Target.FAMILY,), MINUTE),), arrive_within=timedelta(minutes=20))
    reach: dict[Whom, list[Recipient]] = {Target.FAMILY: [who("min", Target.FAMILY)]}
    taken = escalation.acknowledge(opened(mild, reach).alert, by="min", audience=(), now=NOW)
    assert isinstance(taken, Transition)
    assert taken.timer is not None
    armed = taken.timer

    def due_when_worse_after(minutes: int) -> Timer | None:
        worse = worsening.worsen(
            taken.alert,
            concern(Severity.RED),
            policy=severe,
            reach=reach,
            audience=reach[Target.FAMILY],
            now=NOW + timedelta(minutes=minutes),
            timer=armed,
        )
        assert isinstance(worse, Transition)
        assert [s.event for s in worse.sends] == [EntryKind.WORSENED]
        return worse.timer

    assert due_when_worse_after(5) == Timer("a1", TimerKind.ARRIVE_BY, NOW + timedelta(minutes=25), 3)
    assert due_when_worse_after(25) == Timer("a1", TimerKind.ARRIVE_BY, NOW + timedelta(minutes=30), 3)


def test_growing_worse_twice_never_gives_more_time_either() -> None:
    """The second time, what is owed was owed by the first policy of all."""
    quick = Policy("quick", 1, (Level((Target.FAMILY,), MINUTE),), arrive_within=timedelta(minutes=10))
    slow = Policy("slow", 1, (Level((Target.FAMILY,), MINUTE),), arrive_within=timedelta(minutes=40))
    reach: dict[Whom, list[Recipient]] = {Target.FAMILY: [who("min", Target.FAMILY)]}
    move = escalation.acknowledge(opened(quick, reach, Severity.YELLOW).alert, by="min", audience=(), now=NOW)
    assert isinstance(move, Transition)

    for severity in (Severity.ORANGE, Severity.RED):
        assert move.timer is not None
        after = worsening.worsen(
            move.alert, concern(severity), policy=slow, reach=reach, audience=(), now=NOW, timer=move.timer
        )
        assert isinstance(after, Transition)
        move = after

    assert move.timer == Timer("a1", TimerKind.ARRIVE_BY, NOW + timedelta(minutes=10), 4)


def test_it_cannot_grow_milder() -> None:
    first = opened(policy((Target.FAMILY,)), {})
    alert = first.alert
    assert first.timer is not None

    same = worsening.worsen(
        alert, concern(Severity.ORANGE), policy=alert.policy, reach={}, audience=(), now=NOW, timer=first.timer
    )

    assert same is Refusal.ALREADY_THERE


def asking(asking: Asking, *targets: Whom, ways: tuple[str, ...] = ()) -> Policy:
    return Policy("p", 1, (Level(targets, MINUTE, asking, ways),))


def test_a_named_person_is_asked_beside_a_role() -> None:
    chen = Named(Target.PERSON, "chen")
    reach: dict[Whom, list[Recipient]] = {
        Target.GRID_WORKER: [who("li", Target.GRID_WORKER)],
        chen: [who("chen", Target.PERSON)],
    }

    transition = opened(asking(Asking.ALL, Target.GRID_WORKER, chen), reach)

    assert [send.person for send in transition.sends] == ["li", "chen"]
    assert transition.entries[-1].detail["targets"] == ["grid_worker", "person:chen"]


def test_round_robin_asks_one_who_has_gone_unasked_for_longest() -> None:
    fresh, tired, able = (who(person, Target.GRID_WORKER) for person in ("fresh", "tired", "able"))
    reach: dict[Whom, list[Recipient]] = {
        Target.GRID_WORKER: [
            replace(tired, asked_at=NOW - MINUTE),
            replace(able, asked_at=NOW - 9 * MINUTE),
            replace(fresh, ladder=()),
        ]
    }

    assert [s.person for s in opened(asking(Asking.ROUND_ROBIN, Target.GRID_WORKER), reach).sends] == ["able"]
    reach[Target.GRID_WORKER].append(who("new", Target.GRID_WORKER))
    assert [s.person for s in opened(asking(Asking.ROUND_ROBIN, Target.GRID_WORKER), reach).sends] == ["new"]


def test_nearest_asks_everybody_of_the_smallest_area_that_has_somebody() -> None:
    reach: dict[Whom, list[Recipient]] = {
        Target.CAPTAIN: [replace(who("mute", Target.CAPTAIN, mute=True), distance=0)],
        Target.GRID_WORKER: [replace(who(person, Target.GRID_WORKER), distance=1) for person in ("li", "zhao")],
        Target.COMMUNITY_DESK: [replace(who("desk", Target.COMMUNITY_DESK), distance=2)],
    }

    transition = opened(asking(Asking.NEAREST, Target.COMMUNITY_DESK, Target.CAPTAIN, Target.GRID_WORKER), reach)

    assert [send.person for send in transition.sends] == ["li", "zhao"]


def test_a_level_says_which_ways_are_tried_first_and_none_is_left_out() -> None:
    ladder = (Route("sms", "1"), Route("email", "e"), Route("voice", "2"))
    reach: dict[Whom, list[Recipient]] = {Target.FAMILY: [replace(who("min", Target.FAMILY), ladder=ladder)]}

    [send] = opened(asking(Asking.ALL, Target.FAMILY, ways=("voice", "push", "sms")), reach).sends

    assert [route.channel for route in send.ladder] == ["voice", "sms", "email"]
