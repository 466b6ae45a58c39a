"""The engine goes on: through a store that is away, an alert that cannot be moved, a row that is due and stays so."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from alerts.channels.channel import OutgoingMessage
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.reach import Reacher
from alerts.sender import Sender
from alerts.workers import Threads, inline
from anxin.clock import system_clock
from core.alerts import Alert, Timer, TimerKind, Transition
from core.delivery import Accepted, Settlement, Verdict
from core.places import Home, Inventory
from core.ports import AlertStore, StoreRefused, StoreUnavailable
from tests.alerts.story import Story
from tests.alerts.street import HOME, INVENTORY
from tests.fakes import MemoryAlerts


class Troubled:
    """A store whose calls can be made to fail by name, and that counts what it is asked."""

    def __init__(self, store: AlertStore) -> None:
        self._store = store
        self.fails: dict[str, Callable[..., None]] = {}
        self.asked: dict[str, int] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: object, **kwargs: object) -> object:
            self.asked[name] = self.asked.get(name, 0) + 1
            if name in self.fails:
                self.fails[name](*args, **kwargs)
            return getattr(self._store, name)(*args, **kwargs)

        return call


def troubled(story: Story) -> Troubled:
    store = Troubled(story.store)
    story.kill()
    story.start(cast("AlertStore", store))
    return store


def away(*_args: object, **_kwargs: object) -> None:
    raise StoreUnavailable("disk full")


def test_an_outage_of_the_store_is_seen_and_ends_without_loss(story: Story) -> None:
    alert = story.fall_in()
    store = troubled(story)
    store.fails = dict.fromkeys(("due_timers", "claim_sends", "next_due", "get", "open_alerts"), away)

    story.fast_forward(minutes=5)
    assert story.engine.counts.store_away > 10
    assert story.engine.lag(story.clock.now()) > timedelta(minutes=3)
    assert story.is_running
    store.fails = {}
    story.fast_forward(seconds=15)

    story.phone("daughter").expects("请联系")
    assert story.engine.lag(story.clock.now()) == timedelta(0)
    assert story.now(alert).level == 1


def test_an_outage_while_a_fate_is_written_does_not_call_the_person_twice(story: Story) -> None:
    store = troubled(story)
    outage = [3]

    def away_for_a_while(*_args: object, **_kwargs: object) -> None:
        if outage[0]:
            outage[0] -= 1
            away()

    store.fails = {"settle": away_for_a_while}
    story.fall_in()

    story.fast_forward(seconds=50)

    assert len(story.phone("resident").messages) == 1


def test_a_fate_that_cannot_be_written_comes_again_as_a_repeat(story: Story) -> None:
    store = troubled(story)
    store.fails = {"settle": away}
    story.fall_in()
    story.fast_forward(seconds=20)

    store.fails = {}
    story.fast_forward(seconds=20)

    first, second = story.phone("resident").messages
    assert first.key == second.key
    assert (first.repeat, second.repeat) == (False, True)
    assert story.sender.counts.unsettled == 1


def test_a_new_alerts_call_goes_out_before_older_alerts_climb_on(story: Story) -> None:
    for home in (HOME, "building-7/0501"):
        story.fall_in(home)
    store = troubled(story)
    store.fails = {"due_timers": away}
    story.fast_forward(minutes=4)
    done: list[str] = []

    def climbs(_transition: Transition) -> None:
        done.append("climb")
        if len(done) == 1:
            story.engine._hear_call()  # what a third alert, opened at this moment, does

    def sends(*_args: object, **_kwargs: object) -> None:
        done.extend(["send"] if done else [])

    store.fails = {"apply": climbs, "claim_sends": sends}
    story.fast_forward(seconds=15)

    assert done[:3] == ["climb", "send", "climb"]


def test_one_alert_that_cannot_be_moved_does_not_stop_the_others(story: Story) -> None:
    poisoned = story.fall_in(HOME)
    store = troubled(story)

    def refuses(transition: Transition) -> None:
        if transition.alert.id == poisoned.id:
            raise StoreRefused("broken row")

    store.fails = {"apply": refuses}
    healthy = story.fall_in("building-7/0501")

    story.fast_forward(minutes=20)

    assert story.now(poisoned).level == 0
    assert story.now(healthy).level == 5
    assert 20 <= story.engine.counts.poisoned <= 60
    assert any(f.startswith("timer_overdue") for f in story.findings())


def test_a_row_that_is_due_and_never_moves_does_not_make_it_spin(story: Story) -> None:
    alert = story.fall_in()
    store = _AlwaysDue(story.store, alert)
    story.kill()
    story.start(cast("AlertStore", store))

    story.fast_forward(minutes=1)

    assert 50 <= store.asked <= 200


class _AlwaysDue:
    """A timer that the alert has long outgrown is handed out for ever."""

    def __init__(self, store: AlertStore, alert: Alert) -> None:
        self._store = store
        self._timer = Timer(alert.id, TimerKind.LEVEL, alert.opened_at, fence=-1)
        self.asked = 0

    def due_timers(self, now: datetime, *, limit: int = 100) -> list[Timer]:
        self.asked += 1
        return [self._timer, *self._store.due_timers(now, limit=limit)]

    def next_due(self) -> datetime:
        return self._timer.due_at

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


def test_no_more_messages_are_under_way_than_allowed(story: Story) -> None:
    story.engine.settings = EngineSettings(concurrency=2)
    for who in ("resident", "daughter", "son", "captain"):
        story.phone(who).hangs()
    most = 0
    story.fall_in()
    story.fall_in("building-7/0501")
    story.desk.raise_concern(story.concern(episode="x"))

    for _ in range(120):
        story.fast_forward(seconds=1)
        most = max(most, story.engine.sending)

    assert most == 2


def test_nothing_to_do_means_nothing_is_done(story: Story) -> None:
    store = troubled(story)

    story.fast_forward(minutes=60)

    assert store.asked["due_timers"] <= 15  # its own look every five minutes


def test_messages_under_way_are_settled_before_it_ends(story: Story) -> None:
    alert = story.fall_in()

    async def slow(message: OutgoingMessage) -> Verdict:
        await asyncio.sleep(2)
        del message
        return Accepted("late")

    story.phone("daughter").answers(slow)
    story.fast_forward(minutes=1)
    assert story.engine.sending

    assert story._running is not None
    story._running.cancel()
    story.loop.run_until_complete(asyncio.wait([story._running]))

    assert not story.engine.sending
    daughter = next(d for d in story.store.deliveries(alert.id) if d.send.person == "min")
    assert daughter.attempts[0].provider_id == "late"


def test_a_message_that_was_under_way_when_we_died_goes_again_at_once_and_says_so(story: Story) -> None:
    story.kill()
    alert = story.desk.raise_concern(story.concern()).alert
    assert story.store.claim_sends(story.clock.now(), lease_until=story.at(minutes=90))

    story.start()
    story.fast_forward(seconds=5)

    [attempt] = story.store.deliveries(alert.id)[0].attempts
    assert attempt.repeat
    assert attempt.settlement is Settlement.ACCEPTED


def test_a_message_that_kills_us_each_time_is_left_for_the_next_way_in_the_end(story: Story) -> None:
    story.kill()
    alert = story.desk.raise_concern(story.concern()).alert
    for _ in range(13):  # claimed, and never heard of again
        assert story.store.claim_sends(story.clock.now(), lease_until=story.clock.now())

    story.start()
    story.fast_forward(seconds=5)

    attempts = story.store.deliveries(alert.id)[0].attempts
    assert [a.said for a in attempts] == ["given up: 14 tries ended without a word", ""]
    assert [kind for kind, _ in story.phones.tried] == ["voice"]


def test_it_runs_its_calls_in_threads_and_can_be_woken_from_any_other() -> None:
    async def live() -> int:
        store, reacher, clock, calls = MemoryAlerts(), Reacher(), system_clock(), Threads(2)
        engine = Engine(store, reacher, Sender(store, reacher, {}, clock, calls), clock, calls)
        running = asyncio.create_task(engine.run())
        async with asyncio.timeout(5):
            while engine.counts.turns < 3:  # without being woken it would look every five seconds
                await asyncio.to_thread(engine.wake)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        calls.close()
        return engine.counts.turns

    assert asyncio.run(live()) >= 3


def test_waking_before_the_start_and_after_the_end_is_harmless(story: Story) -> None:
    engine = Engine(story.store, story.reacher, story.sender, story.clock, inline)

    engine.wake()
    story.kill()
    story.engine.wake()

    assert engine.lag(story.clock.now()) == timedelta(0)


def test_everything_overdue_after_a_long_outage_climbs_at_once(story: Story) -> None:
    homes = [Home(f"building-7/{n:04d}", "building-7", f"7号楼{n}") for n in range(300)]
    story.reacher.use(inventory=Inventory.of(INVENTORY.areas.values(), homes))
    story.kill()
    for home in homes:
        story.desk.raise_concern(story.concern(home.id))
    story.loop.run_until_complete(asyncio.sleep(600))

    story.start()
    story.fast_forward(seconds=5)

    assert story.store.due_timers(story.clock.now()) == []
    assert story.engine.counts.climbed == len(homes)
    assert len(story.phone("captain").messages) == len(homes)
    assert len(story.phone("grid worker").messages) == len(homes)


def _many_overdue(story: Story, count: int = 60) -> list[Alert]:
    """So many alerts that were due while nobody worked."""
    homes = [Home(f"building-7/{n:04d}", "building-7", f"{n}") for n in range(count)]
    story.reacher.use(inventory=Inventory.of(INVENTORY.areas.values(), homes))
    alerts = [story.desk.raise_concern(story.concern(home.id)).alert for home in homes]
    story.fast_forward(seconds=1)
    story.kill()
    story.loop.run_until_complete(story.clock.sleep_until(story.at(hours=1)))
    return alerts


def test_many_overdue_climb_together_and_each_once(story: Story) -> None:
    alerts = _many_overdue(story, 210)
    store = Troubled(story.store)
    together: list[int] = []
    store.fails = {"apply_all": lambda moves: together.append(len(moves))}
    story.start(cast("AlertStore", store))

    story.fast_forward(seconds=5)

    assert together == [200, 10]
    assert {story.now(alert).fence for alert in alerts} == {2}
    assert {story.now(alert).level for alert in alerts} == {alerts[0].level + 1}
    assert story.engine.counts.climbed == 210
    assert story.findings() == []


def test_one_that_spoils_the_transaction_does_not_stop_the_others(story: Story) -> None:
    alerts = _many_overdue(story, 30)

    def refuses(moves: list[Transition] | Transition) -> None:
        for move in moves if isinstance(moves, list) else [moves]:
            if move.alert.id == alerts[7].id:
                raise StoreRefused("broken row")

    store = Troubled(story.store)
    store.fails = {"apply_all": refuses, "apply": refuses}
    story.start(cast("AlertStore", store))

    story.fast_forward(seconds=5)

    assert story.now(alerts[7]).fence == 1
    assert {story.now(alert).fence for alert in alerts if alert.id != alerts[7].id} == {2}
    assert story.engine.counts.poisoned == 1
