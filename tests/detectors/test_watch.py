"""The watch over many homes: one heap, restarts that repeat and forget nothing, an inventory that changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.concerns import ConcernKind
from core.places import Device, Gateway, Home, Inventory, Role, Room
from core.ports import Snapshot
from core.readings import Kind, Replay
from core.states import Presence
from detectors.home_watch import SNAPSHOT_VERSION, HomeWatch
from detectors.settings import WatchSettings
from detectors.watch import ConcernRaised, FaultCleared, Watch
from tests.detectors.conftest import LEARNED
from tests.detectors.elder import (
    BRIDGE,
    DOOR,
    GATEWAY,
    HOME,
    SOS,
    House,
    at,
    check_ins,
    day_of_life,
    devices_of,
    door,
    inventory,
    moved,
    reading,
    spoke,
)


def _fallen(house: House) -> None:
    house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    house.tell(moved("living", at(LEARNED, "15:00")))
    house.pass_until(at(LEARNED, "17:10"))


def test_a_concern_is_not_raised_again_after_a_restart(learned_house: House) -> None:
    _fallen(learned_house)
    before = len(learned_house.concerns)

    learned_house.restart()
    learned_house.pass_until(at(LEARNED, "17:20"))

    assert before == 1
    assert len(learned_house.concerns) == 1


def test_what_fell_due_while_down_is_raised_after_the_restart(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "15:00"), day=LEARNED)
    learned_house.tell(moved("living", at(LEARNED, "15:00")))
    learned_house.pass_until(at(LEARNED, "16:25"))
    learned_house.restart()
    stored = check_ins([d.id for d in devices_of()], at(LEARNED, "16:25"), at(LEARNED, "17:00"))

    learned_house.said += learned_house.watch.observe(sorted(stored, key=lambda r: r.at))
    learned_house.said += learned_house.watch.run_due(at(LEARNED, "17:05"))

    assert [c.kind for c in learned_house.concerns] == [ConcernKind.SILENCE]


def test_observing_stored_readings_again_after_a_restart_raises_nothing_twice(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "12:00"), day=LEARNED)
    kept = list(learned_house.watch.snapshots(at(LEARNED, "11:00"), dirty_only=False))
    press = reading(SOS, Kind.SOS, value=True, when=at(LEARNED, "12:01"))
    learned_house.tell(press)
    later = list(learned_house.watch.snapshots(at(LEARNED, "12:02"), dirty_only=False))

    knowing, forgetful = Watch(inventory()), Watch(inventory())
    knowing.restore(later)
    forgetful.restore(kept)

    assert knowing.observe([press]) == []
    assert [type(e) for e in forgetful.observe([press])] == [ConcernRaised]


def _usual_days(house: House) -> None:
    house.live(2, first=LEARNED)


def _out_by_night(house: House) -> None:
    house.live_until(at(LEARNED, "23:00"), day=LEARNED)
    house.tell(door("open", at(LEARNED, "23:10")), door("closed", at(LEARNED, "23:11")))
    house.pass_until(at(LEARNED + 1, "06:00"))


def _unseen_for_a_while(house: House) -> None:
    house.live_until(at(LEARNED, "09:00"), day=LEARNED)
    house.dead = {device.id for device in house.devices}
    house.pass_until(at(LEARNED, "18:00"))
    house.dead = {DOOR}
    house.live(1, first=LEARNED + 1)


@pytest.mark.parametrize("what_happens", [_usual_days, _fallen, _out_by_night, _unseen_for_a_while])
def test_devices_that_only_show_that_they_live_need_no_second_look(
    another: Callable[[], House], monkeypatch: pytest.MonkeyPatch, what_happens: Callable[[House], None]
) -> None:
    """Most readings are of this kind: nobody is asked anew after them, and all is said when it would have been."""
    sparing, tireless = another(), another()
    what_happens(sparing)

    monkeypatch.setattr(HomeWatch, "is_as_before", lambda _: False)
    what_happens(tireless)

    assert sparing.said == tireless.said
    assert list(sparing.watch.snapshots(sparing.now)) == list(tireless.watch.snapshots(tireless.now))


def _kettle_left_on(minute: int) -> House:
    """Its plug says that it was switched on, and from then on no more than that it lives, every fifty minutes."""
    kettle = Device(f"{GATEWAY}/kettle", HOME, Room.KITCHEN, Role.KETTLE, GATEWAY)
    house = House(devices=[*devices_of(), kettle])
    house.live(2)
    house.live_until(at(2, "07:00") + timedelta(minutes=minute), day=2)
    house.tell(reading(kettle.id, Kind.POWER, 1500.0, house.now))
    house.live_until(at(2, "09:00"), day=2)
    return house


@pytest.mark.parametrize("minute", [0, 25, 50])
def test_where_a_device_that_lives_is_what_was_waited_for_all_are_asked_at_once(
    monkeypatch: pytest.MonkeyPatch, minute: int
) -> None:
    sparing = _kettle_left_on(minute)

    monkeypatch.setattr(HomeWatch, "is_as_before", lambda _: False)
    tireless = _kettle_left_on(minute)

    assert [c.kind for c in sparing.concerns] == [ConcernKind.APPLIANCE_ON]
    assert sparing.said == tireless.said


def test_a_restart_relearns_nothing(learned_house: House) -> None:
    learned_house.restart()

    assert learned_house.status.learned_days == LEARNED - 1
    assert learned_house.status.presence is Presence.HOME
    assert learned_house.status.last_sign_room is Room.BEDROOM


def test_open_tickets_survive_a_restart_and_close_once(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "08:00"), day=LEARNED)
    learned_house.tell(reading(BRIDGE, Kind.AVAILABILITY, "offline", at(LEARNED, "08:00")))
    learned_house.let_due(at(LEARNED, "08:10"))
    learned_house.restart()

    learned_house.tell(spoke(f"{GATEWAY}/living", at(LEARNED, "08:20")))
    learned_house.let_due(at(LEARNED, "08:21"))

    assert [f.key for f in learned_house.faults] == [f"bridge_offline/{GATEWAY}"]
    assert learned_house.mended == [f"bridge_offline/{GATEWAY}"]


def test_history_teaches_nothing_about_the_present(learned_house: House) -> None:
    learned_house.live_until(at(LEARNED, "12:00"), day=LEARNED)
    before = learned_house.status
    old = replace(moved("bathroom", at(LEARNED, "11:58")), replay=Replay.HISTORY)

    learned_house.tell(old)

    assert learned_house.status == before


def test_a_snapshot_of_another_layout_is_named_and_its_home_learns_anew() -> None:
    watch = Watch(inventory())

    unknown = watch.restore([Snapshot("watch", HOME, 99, at(0, "00:00"), {"anything": 1})])

    assert unknown == [HOME]
    assert watch.observe([moved("living", at(0, "08:00"))]) != []


def snapshots_of(version: int) -> list[Snapshot]:
    """As that version wrote them down."""
    stored = json.loads(Path(__file__).with_name(f"snapshot_of_version_{version}.json").read_text(encoding="utf-8"))
    return [Snapshot(s["owner"], s["key"], s["version"], datetime.fromisoformat(s["as_of"]), s["body"]) for s in stored]


def test_what_version_5_knew_is_taken_up_to_the_last_bit() -> None:
    """Twelve days, kept as it kept them: packed otherwise now, and the same as if this version had lived them."""
    lived, house = House(), House(now=(kept := snapshots_of(5))[0].as_of)
    lived.live(12)

    assert house.watch.restore(kept) == []

    house.live(4, first=12)
    lived.live(4, first=12)
    (taken_up,), (known,) = house.watch.snapshots(house.now), lived.watch.snapshots(lived.now)
    for each in (taken_up, known):
        del each.body["decline"]["days"]["weekend"]  # of which version 5 knew nothing
    assert taken_up.body == known.body


def test_what_an_older_version_learned_is_taken_up() -> None:
    """Twelve days that the version of 24 November 2026 had learned, as it wrote them down."""
    kept = snapshots_of(1)
    house = House(now=kept[0].as_of)

    assert house.watch.restore(kept) == []

    (status,) = house.watch.statuses(dirty_only=False)[0]
    assert status.learned_days >= 11
    house.live(3, first=12)
    assert house.concerns == []
    assert [s.version for s in house.watch.snapshots(house.now)] == [SNAPSHOT_VERSION]


def test_snapshots_come_only_from_homes_that_changed(learned_house: House) -> None:
    list(learned_house.watch.snapshots(learned_house.now))

    untouched = list(learned_house.watch.snapshots(learned_house.now))
    learned_house.tell(moved("living", at(LEARNED, "08:00")))
    touched = list(learned_house.watch.snapshots(learned_house.now))

    assert untouched == []
    assert [(s.owner, s.key) for s in touched] == [("watch", HOME)]


def test_statuses_tell_what_changed_in_homes_and_devices(learned_house: House) -> None:
    learned_house.watch.statuses()

    learned_house.tell(moved("kitchen", at(LEARNED, "08:00")))
    homes, devices = learned_house.watch.statuses()

    assert [(h.home, h.last_sign_room, h.last_sign_at) for h in homes] == [
        (HOME, Room.KITCHEN, at(LEARNED, "08:00")),
    ]
    assert [(d.device, d.value, d.kind, d.battery) for d in devices] == [
        (f"{GATEWAY}/kitchen", "True", "motion", 80.0),
    ]
    assert learned_house.watch.statuses() == ([], [])


def test_homes_are_judged_each_in_its_own_time() -> None:
    homes = [Home(f"h-{n}", "grid", f"{n}") for n in range(20)]
    devices = [d for n in range(20) for d in devices_of(f"h-{n}", f"g-{n}")]
    watch = Watch(Inventory.of([], homes, [Gateway(f"g-{n}") for n in range(20)], devices))
    end = at(1, "12:00")
    told = [replace(moved("living", at(0, "08:00") + timedelta(minutes=n)), device=f"g-{n}/living") for n in range(20)]
    for n in range(20):
        told += check_ins([d.id for d in devices_of(f"h-{n}", f"g-{n}")], at(0, "08:00"), end)
    raised = []

    for one in sorted(told, key=lambda r: r.at):
        while (due := watch.next_due()) is not None and due <= one.at:
            raised += [e.concern for e in watch.run_due(due) if isinstance(e, ConcernRaised)]
        watch.observe([one])

    first = {c.home: c.at for c in reversed(raised)}
    assert len(first) == 20
    assert all(first[f"h-{n}"] >= first[f"h-{n - 1}"] for n in range(1, 20))


def test_a_device_that_is_installed_later_is_heard(learned_house: House) -> None:
    balcony = Device(f"{GATEWAY}/office", HOME, Room.OFFICE, Role.ROOM, GATEWAY)
    learned_house.watch.use_inventory(inventory([*devices_of(), balcony]))

    learned_house.tell(moved("office", at(LEARNED, "08:00")))

    assert learned_house.status.last_sign_room is Room.OFFICE
    assert learned_house.status.learned_days == LEARNED


def test_a_device_that_is_taken_away_is_not_missed(learned_house: House) -> None:
    rest = [d for d in devices_of() if not d.id.endswith("living")]
    learned_house.watch.use_inventory(inventory(rest))
    learned_house.dead.add(f"{GATEWAY}/living")

    for day in range(LEARNED, LEARNED + 2):
        life = [r for r in day_of_life(day) if not r.device.endswith("living")]
        learned_house.pass_until(at(day + 1, "00:00"), life)

    assert learned_house.faults == []


def test_when_a_home_moves_out_its_tickets_close(learned_house: House) -> None:
    learned_house.tell(reading(f"{GATEWAY}/living", Kind.AVAILABILITY, "offline", at(LEARNED, "00:10")))
    learned_house.let_due(at(LEARNED, "00:11"))
    assert len(learned_house.faults) == 1

    events = learned_house.watch.use_inventory(Inventory())

    assert [type(e) for e in events] == [FaultCleared]
    assert learned_house.watch.observe([moved("living", at(LEARNED, "08:00"))]) == []


def test_a_device_that_nobody_installed_is_ignored() -> None:
    watch = Watch(inventory())

    assert watch.observe([reading("g-9/unknown", Kind.MOTION, value=True, when=at(0, "08:00"))]) == []
    assert watch.next_due() is None


@pytest.mark.parametrize(
    ("setting", "value"),
    [("false_alarms_per_month", 0.0), ("bathroom_floor", 1.0), ("silence_floor", 1e9), ("longest_absence", 60.0)],
)
def test_a_setting_out_of_range_is_refused_by_name(setting: str, value: float) -> None:
    with pytest.raises(ValueError, match=setting):
        replace(WatchSettings(), **{setting: value})  # type: ignore[arg-type]


def test_enrolling_something_while_nothing_is_new_in_a_home_is_taken(learned_house: House) -> None:
    learned_house.pass_until(at(LEARNED, "04:00"))
    watch = learned_house.watch
    due = watch.next_due()
    assert due is not None
    watch.run_due(due)

    watch.use_inventory(inventory([*devices_of(), Device(f"{GATEWAY}/new", HOME, Room.OFFICE, Role.ROOM, GATEWAY)]))

    assert watch.next_due() is not None


def test_a_home_is_asked_by_the_time_at_which_something_may_be_doubted_however_rhythms_have_shrunk() -> None:
    """On its first day a device may be silent for a day; soon after that for hours. Only check-ins are heard."""
    house = House()
    house.live_until(at(0, "20:00"), day=0)
    kept_later = 0
    for half_hours in range(1, 60):
        now = at(0, "20:00") + half_hours * timedelta(minutes=30)
        house.pass_until(now)
        home = house.watch._homes[HOME]
        kept_later += home.scheduled > home.visibility.bound + 0.01
        house.watch.observe([reading(f"{GATEWAY}/living", Kind.BATTERY, 80.0, now)])
        assert home.scheduled <= home.visibility.bound + 0.01, half_hours
    assert kept_later


@pytest.mark.parametrize("dead", [(), (f"{GATEWAY}/living",)])
def test_a_look_that_finds_nothing_new_asks_nobody_but_where_something_is_doubted(
    dead: tuple[str, ...], learned_house: House
) -> None:
    """Whether a silent device has been outlived by its gateway may turn on what another one says."""
    learned_house.dead |= set(dead)
    learned_house.pass_until(at(LEARNED, "04:00"))
    visibility = learned_house.watch._homes[HOME].visibility
    before = visibility.looks

    learned_house.pass_until(at(LEARNED, "07:00"))

    assert (visibility.looks > before) is bool(dead)
