"""How much one gateway may say: a backlog fits, a flood does not, and a call for help always does."""

from datetime import timedelta

from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.readings import Kind
from ingest.allowance import QUIET, AllowanceLimits, Allowances
from tests.ingest.conftest import NOON, house
from tests.ingest.story import SOS, House, message

SMALL = AllowanceLimits(base=1.0, per_device=1.0, backlog=10.0, least_backlog=20.0)
SECOND = timedelta(seconds=1)


def flooded(place: House, *, seconds: float = 0.0) -> None:
    """Say so much at once that the gateway's allowance is spent."""
    payloads = (
        f'{{"v":1,"id":"{seconds}-{n}","readings":[{{"kind":"door","value":"open"}}]}}'.encode() for n in range(40)
    )
    place.pipeline.feed([message("door", payload, after=seconds) for payload in payloads])


def small(place: House) -> House:
    place.pipeline._interpreter.allowances._limits = SMALL
    return place


def test_a_backlog_fits_and_what_is_sent_steadily_is_never_too_much() -> None:
    allowances = Allowances(SMALL)

    at_once = [allowances.admits("g", NOON) for _ in range(21)]
    steadily = [allowances.admits("g", NOON + n * SECOND) for n in range(1, 100)]

    assert at_once == [True] * 20 + [False]
    assert all(steadily)


def test_a_gateway_with_more_devices_may_say_more() -> None:
    allowances = Allowances(SMALL)
    allowances.use({"few": 1, "many": 99})

    assert sum(allowances.admits("few", NOON) for _ in range(2000)) == 20
    assert sum(allowances.admits("many", NOON) for _ in range(2000)) == 1000


def test_one_gateway_does_not_use_up_what_another_may_say() -> None:
    allowances = Allowances(SMALL)
    assert not all(allowances.admits("loud", NOON) for _ in range(100))

    assert allowances.admits("quiet", NOON)


def test_a_clock_that_is_set_back_gives_nothing_away() -> None:
    allowances = Allowances(SMALL)
    assert not all(allowances.admits("g", NOON) for _ in range(100))

    assert not allowances.admits("g", NOON - timedelta(days=1))
    assert allowances.admits("g", NOON - timedelta(days=1) + 2 * SECOND)


def test_the_offender_is_named_until_it_has_been_quiet() -> None:
    place = small(House(house("door")))

    flooded(place)

    (flood,) = place.pipeline.report().floods
    assert (flood.gateway, flood.since, flood.refused) == ("g", NOON, 20)
    assert place.pipeline.report().over_rate == 20
    assert place.pipeline._interpreter.allowances.floods(NOON + QUIET + SECOND) == []


def test_a_call_for_help_is_heard_in_the_middle_of_a_flood() -> None:
    place = small(House(house("door", "button")))

    flooded(place)
    place.pipeline.feed(
        [message("button", SOS), message("button", b'{"v":1,"readings":[{"kind":"smoke","value":true}]}')]
    )

    assert {reading.kind for reading in place.heard[-2:]} == {Kind.SOS, Kind.SMOKE}
    assert sum(reading.kind is Kind.DOOR for reading in place.heard) == 30


def test_the_allowance_grows_with_what_is_bound() -> None:
    place = small(House(house("door")))
    flooded(place)

    bound = [Device(f"g/d{n}", "h", Room.KITCHEN, Role.ROOM, "g") for n in range(200)]
    place.pipeline.inventory = Inventory.of(
        [], [Home("h", "a", "1-101")], [Gateway("g", "h")], [*bound, *house("door").devices.values()]
    )
    heard = len(place.heard)
    flooded(place, seconds=5)

    assert len(place.heard) - heard == 40
