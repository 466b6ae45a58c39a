"""Who is behind a target: ties and rotas of this home, at this instant, and nobody else."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.reach import Reacher
from core.alerts import Alert, EntryKind, Purpose
from core.concerns import ConcernKind, Severity
from core.levels import chosen, owed
from core.people import Bond, Directory, Person, Tie
from core.places import Home, Inventory
from core.policies import DEFAULT_POLICIES, Asking, Level, Named, Policy, Target, Whom
from tests.alerts.street import DIRECTORY, HOME, INVENTORY, ROTA

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)  # 09:00 in Shanghai
NIGHT = datetime(2026, 11, 24, 14, tzinfo=UTC)  # 22:00


def people(reacher: Reacher, home: str, now: datetime) -> dict[Whom, list[str]]:
    return {target: [r.person for r in found] for target, found in reacher.reach(home, now).items()}


def test_each_target_is_found_by_tie_or_by_duty() -> None:
    reacher = Reacher(INVENTORY, DIRECTORY, ROTA)

    assert people(reacher, HOME, MORNING) == {
        Target.RESIDENT: ["wang"],
        Target.FAMILY: ["min", "jun"],
        Target.CAPTAIN: ["chen"],
        Target.GRID_WORKER: ["li"],
        Target.COMMUNITY_DESK: ["desk-c"],
        Target.STREET_DESK: ["desk-s"],
    }


def test_duty_is_read_on_the_homes_own_clock() -> None:
    berlin = replace(INVENTORY.homes[HOME], timezone="Europe/Berlin")
    reacher = Reacher(replace(INVENTORY, homes={HOME: berlin}), DIRECTORY, ROTA)

    assert people(reacher, HOME, MORNING)[Target.GRID_WORKER] == ["zhao"]  # 02:00 in Berlin
    assert people(Reacher(INVENTORY, DIRECTORY, ROTA), HOME, NIGHT)[Target.GRID_WORKER] == ["zhao"]


def test_another_home_of_the_building_has_its_captain_and_none_of_its_family() -> None:
    found = people(Reacher(INVENTORY, DIRECTORY, ROTA), "building-7/0501", MORNING)

    assert found[Target.CAPTAIN] == ["chen"]
    assert found[Target.RESIDENT] == []
    assert found[Target.FAMILY] == []


def test_a_home_that_hangs_on_a_grid_directly_is_reached_too() -> None:
    homes = [Home("villa", "grid-3", "别院1号")]
    ties = (Tie("chen", Bond.CAPTAIN, area="grid-3"),)
    reacher = Reacher(Inventory.of(INVENTORY.areas.values(), homes), Directory(DIRECTORY.people, ties), ROTA)

    found = people(reacher, "villa", MORNING)

    assert (found[Target.CAPTAIN], found[Target.GRID_WORKER]) == (["chen"], ["li"])


def test_a_tie_to_somebody_unknown_reaches_nobody() -> None:
    reacher = Reacher(INVENTORY, Directory({}, DIRECTORY.ties), ROTA)

    assert not any(people(reacher, HOME, MORNING).values())


def test_what_is_swapped_at_run_time_holds_from_then_on() -> None:
    reacher = Reacher(INVENTORY, DIRECTORY, ROTA)
    before = reacher.reach(HOME, MORNING)

    reacher.use(rota=())

    assert people(reacher, HOME, MORNING)[Target.GRID_WORKER] == []
    assert people(reacher, HOME, MORNING)[Target.FAMILY] == ["min", "jun"]
    assert before[Target.GRID_WORKER]


def alert(told: tuple[str, ...], taken_by: str | None = None) -> Alert:
    return Alert(
        "a1",
        f"{HOME}/silence",
        "e",
        HOME,
        "building-7",
        ConcernKind.SILENCE,
        Severity.RED,
        DEFAULT_POLICIES[Severity.RED],
        MORNING,
        MORNING,
        told=told,
        taken_by=taken_by,
    )


def test_those_who_were_asked_hear_it_as_what_they_are_now() -> None:
    reacher = Reacher(INVENTORY, DIRECTORY, ROTA)

    told = reacher.audience(alert(("wang", "min", "li"), taken_by="zhao"), NIGHT)

    assert [(r.person, r.target) for r in told] == [
        ("wang", Target.RESIDENT),
        ("min", Target.FAMILY),
        ("li", Target.GRID_WORKER),  # the shift is over
        ("zhao", Target.GRID_WORKER),
    ]


def test_a_family_member_who_is_no_longer_one_hears_nothing_more() -> None:
    ties = tuple(tie for tie in DIRECTORY.ties if tie.person != "min")
    reacher = Reacher(INVENTORY, Directory(DIRECTORY.people, ties), ROTA)

    assert [r.person for r in reacher.audience(alert(("wang", "min")), MORNING)] == ["wang"]


def test_somebody_who_holds_it_without_any_post_is_still_told() -> None:
    directory = Directory({**DIRECTORY.people, "boss": Person("boss", "主任")}, DIRECTORY.ties)
    reacher = Reacher(INVENTORY, directory, ROTA)

    assert [r.person for r in reacher.audience(alert((), taken_by="boss"), MORNING)] == ["boss"]


def test_residents_are_known_by_their_tie() -> None:
    reacher = Reacher(INVENTORY, DIRECTORY, ROTA)

    assert reacher.is_resident(HOME, "wang")
    assert not reacher.is_resident(HOME, "min")
    assert not reacher.is_resident("building-7/0501", "wang")


def naming(*people: str, asking: Asking = Asking.ALL) -> Policy:
    named = tuple(Named(Target.PERSON, person) for person in people)
    return Policy("p", 1, (Level((Target.GRID_WORKER, *named), timedelta(minutes=1), asking),))


def test_whom_a_policy_names_is_found_wherever_they_serve_and_nobody_who_is_unknown() -> None:
    policy = naming("zhao", "chen", "guards")
    guards = Person("guards", "保安公司", routes=DIRECTORY.people["chen"].routes)
    reacher = Reacher(INVENTORY, Directory({**DIRECTORY.people, "guards": guards}, DIRECTORY.ties), ROTA)

    reach = reacher.reach(HOME, MORNING, policy)

    found = {target.person: recipients for target, recipients in reach.items() if isinstance(target, Named)}
    assert [r.name for r in found["guards"]] == ["保安公司"]
    assert found["chen"][0].distance < found["zhao"][0].distance < found["guards"][0].distance
    assert not Reacher(INVENTORY, DIRECTORY, ROTA).reach(HOME, MORNING, policy)[Named(Target.PERSON, "guards")]


def test_nearer_is_who_answers_for_a_smaller_area_around_the_home() -> None:
    reach = Reacher(INVENTORY, DIRECTORY, ROTA).reach(HOME, MORNING)

    away = [reach[role][0].distance for role in (Target.CAPTAIN, Target.GRID_WORKER, Target.COMMUNITY_DESK)]
    assert away == sorted(set(away))


def test_who_was_asked_last_is_looked_up_only_where_turns_are_taken_and_counts_from_the_choice_on() -> None:
    asked: list[set[str]] = []

    def last_asked(people: Collection[str]) -> dict[str, datetime]:
        asked.append(set(people))
        return {"li": MORNING - timedelta(days=1)}

    reacher = Reacher(INVENTORY, DIRECTORY, ROTA, last_asked)
    reacher.reach(HOME, MORNING, naming("chen"))
    assert not asked

    policy = naming("chen", asking=Asking.ROUND_ROBIN)
    [level] = policy.levels
    [first] = chosen(level, reacher.reach(HOME, MORNING, policy))
    assert (first.person, {"li", "chen"} <= asked[0]) == ("chen", True)
    reacher.asking([owed(_alert(policy), first, Purpose.ASK, EntryKind.LEVEL_ENTERED, MORNING)])
    [second] = chosen(level, reacher.reach(HOME, MORNING, policy))
    assert second.person == "li"


def _alert(policy: Policy) -> Alert:
    return Alert("a", "k", "e", HOME, "b", ConcernKind.SOS, Severity.RED, policy, MORNING, MORNING)
