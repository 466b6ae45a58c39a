"""The live feed: announced from any thread, bounded for the slow, honest after a break, cut to the viewer."""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from api.access import Viewer, viewer_of
from api.events.stream import Stream, heard_by
from api.feed import Change, Event, LiveFeed, Resync
from api.services import Services
from core.places import of_area
from core.ports import StoreUnavailable
from tests.api import street

ALERT = Change("alert", "a-17", (street.FALLEN,))


def whats(events: list[Event]) -> list[Change | Resync]:
    return [event.what for event in events]


def viewer(login: str) -> Viewer:
    return viewer_of(next(a for a in street.accounts_without_passwords() if a.login == login), street.INVENTORY)


def test_everybody_who_listens_hears_it_in_order() -> None:
    async def story() -> None:
        feed = LiveFeed("e")
        with feed.subscribe() as one, feed.subscribe() as two:
            feed.announce(ALERT)
            feed.announce(Change("home", "h"))

            assert whats(await one.next(1)) == whats(await two.next(1)) == [ALERT, Change("home", "h")]
        assert feed.watchers == 0

    asyncio.run(story())


def test_it_may_be_announced_from_any_thread_and_nothing_is_lost() -> None:
    async def story() -> None:
        feed = LiveFeed("e", waiting=1000)
        with feed.subscribe() as listening:

            def announce_fifty(name: str) -> None:
                for number in range(50):
                    feed.announce(Change("home", f"{name}-{number}"))

            threads = [threading.Thread(target=announce_fifty, args=(str(n),)) for n in range(8)]
            for thread in threads:
                thread.start()
            heard: list[Event] = []
            while len(heard) < 400:
                heard += await listening.next(5)
            for thread in threads:
                thread.join()

        assert len({event.id for event in heard}) == 400
        assert [int(event.id.split("-")[1]) for event in heard] == list(range(1, 401))

    asyncio.run(story())


def test_a_slow_listener_is_told_to_fetch_everything_anew_and_holds_up_nobody() -> None:
    async def story() -> None:
        feed = LiveFeed("e", waiting=3)
        with feed.subscribe() as slow:
            for number in range(4):
                feed.announce(Change("home", str(number)))

            assert whats(await slow.next(1)) == [Resync()]
            assert feed.overflows == 1
            feed.announce(ALERT)
            assert whats(await slow.next(1)) == [ALERT]

    asyncio.run(story())


def test_after_a_break_only_what_was_missed_is_told() -> None:
    async def story() -> None:
        feed = LiveFeed("e")
        with feed.subscribe() as before:
            feed.announce(Change("home", "1"))
            last = (await before.next(1))[-1].id
        feed.announce(Change("home", "2"))
        feed.announce(Change("home", "3"))

        with feed.subscribe(after=last) as again:
            assert whats(await again.next(1)) == [Change("home", "2"), Change("home", "3")]
        with feed.subscribe(after="e-3") as up_to_date:
            assert await up_to_date.next(0.01) == []

    asyncio.run(story())


def test_a_break_too_long_or_across_a_restart_asks_for_everything_anew() -> None:
    async def story() -> None:
        feed = LiveFeed("e", remembered=2)
        for number in range(5):
            feed.announce(Change("home", str(number)))

        for after in ("e-1", "other-5", "e-99", "nonsense", "e-x", ""):
            with feed.subscribe(after=after) as again:
                assert whats(await again.next(1)) == [Resync()], after

    asyncio.run(story())


def test_nothing_comes_in_time_is_an_empty_answer_and_closing_ends_the_wait() -> None:
    async def story() -> None:
        feed = LiveFeed("e")
        with feed.subscribe() as listening:
            assert await listening.next(0.01) == []
            waiting = asyncio.create_task(listening.next(60))
            await asyncio.sleep(0)
            feed.close()
            assert await waiting == []

    asyncio.run(story())


def test_a_listener_whose_loop_has_died_is_forgotten() -> None:
    feed = LiveFeed("e")

    async def vanish() -> None:
        feed.subscribe()

    asyncio.run(vanish())
    assert feed.watchers == 1

    feed.announce(ALERT)

    assert feed.watchers == 0


# -- who hears what -----------------------------------------------------------------------------------------------


def test_staff_hears_only_of_its_own_homes(services: Services) -> None:
    ticket = Change("ticket", "t-1", (street.FALLEN, street.PRESSED))

    assert heard_by(viewer("li"), ALERT, services) == {"kind": "alert", "id": "a-17", "homes": [street.FALLEN]}
    assert heard_by(viewer("qian"), ALERT, services) is None
    assert heard_by(viewer("li"), ticket, services) == {"kind": "ticket", "id": "t-1", "homes": [street.FALLEN]}
    assert heard_by(viewer("admin"), ALERT, services) is not None


def test_an_alert_of_a_whole_building_is_heard_by_who_answers_for_it(services: Services) -> None:
    building = services.inventory().homes[street.FALLEN].area
    dark = Change("alert", "a-50", (of_area(building),))

    for who in ("li", "desk", "admin"):
        assert heard_by(viewer(who), dark, services) == {"kind": "alert", "id": "a-50", "homes": [of_area(building)]}
    for who in ("qian", "fang"):
        assert heard_by(viewer(who), dark, services) is None


def test_a_change_without_homes_says_only_that_something_changed(services: Services) -> None:
    change = Change("ticket", "t-9")

    assert heard_by(viewer("qian"), change, services) == {"kind": "ticket", "id": "", "homes": []}
    assert heard_by(viewer("fang"), change, services) is None


def test_an_installer_hears_of_tickets_and_homes_and_never_of_an_alert(services: Services) -> None:
    mei, here = viewer("mei"), (street.FALLEN,)

    heard = {kind: heard_by(mei, Change(kind, "x", here), services) is not None for kind in ("home", "ticket", "alert")}

    assert heard == {"home": True, "ticket": True, "alert": False}
    assert heard_by(mei, Change("phone", "li", here), services) is None


def test_family_never_hears_of_alerts_tickets_or_phones(services: Services) -> None:
    fang = viewer("fang")

    assert heard_by(fang, ALERT, services) == {"kind": "family", "id": street.FALLEN, "homes": [street.FALLEN]}
    assert heard_by(fang, Change("ticket", "t-1", (street.FALLEN,)), services) is None
    assert heard_by(fang, Change("phone", "m", (street.FALLEN,)), services) is None
    assert heard_by(fang, Change("alert", "a-15", (street.PRESSED,)), services) is None


# -- the stream ---------------------------------------------------------------------------------------------------


async def said(stream: Stream, *, until: str, after: str | None = None, then: Callable[[], object] = int) -> list[Any]:
    """What is said up to the first message of this kind; `then` runs after the greeting."""
    heard = []
    messages = stream.messages(after)
    async for message in messages:
        assert message.event is not None
        heard.append((message.event, json.loads(str(message.data))))
        if len(heard) == 1:
            then()
        if message.event == until:
            break
    await messages.aclose()  # type: ignore[attr-defined]
    return heard


def test_the_stream_greets_with_the_clock_and_tells_changes(services: Services) -> None:
    stream = Stream(services, lambda: viewer("li"), heartbeat_s=30)

    heard = asyncio.run(said(stream, until="change", then=lambda: services.feed.announce(ALERT)))

    assert heard[0] == ("beat", {"now": "2026-11-24T01:41:00+00:00"})
    assert heard[1] == ("change", {"kind": "alert", "id": "a-17", "homes": [street.FALLEN]})
    assert services.feed.watchers == 0


def test_heartbeats_come_even_when_nothing_does(services: Services) -> None:
    stream = Stream(services, lambda: viewer("li"), heartbeat_s=0.01)

    async def three() -> list[str]:
        heard: list[str] = []
        async for message in stream.messages(None):
            heard.append(str(message.event))
            if len(heard) == 3:
                break
        return heard

    assert asyncio.run(three()) == ["beat", "beat", "beat"]


def test_a_session_that_ends_stops_hearing_within_one_heartbeat(services: Services) -> None:
    answers = iter([viewer("li"), None])
    stream = Stream(services, lambda: next(answers), heartbeat_s=0.01)

    heard = asyncio.run(said(stream, until="over"))

    assert [kind for kind, _ in heard] == ["beat", "over"]


def test_rights_that_are_taken_away_are_gone_from_the_next_heartbeat(services: Services) -> None:
    answers = iter([viewer("li"), viewer("qian"), viewer("qian"), None])
    stream = Stream(services, lambda: next(answers), heartbeat_s=0.02)

    async def story() -> list[Any]:
        heard = []
        async for message in stream.messages(None):
            heard.append(message.event)
            if len(heard) == 2:
                services.feed.announce(ALERT)
        return heard

    assert "change" not in asyncio.run(story())


def test_a_store_that_is_away_ends_the_stream_so_that_the_watcher_comes_back(services: Services) -> None:
    def away() -> Viewer:
        raise StoreUnavailable("away")

    async def story() -> list[Any]:
        return [message async for message in Stream(services, away, heartbeat_s=1).messages(None)]

    assert asyncio.run(story()) == []


def test_closing_the_feed_ends_every_stream(services: Services) -> None:
    stream = Stream(replace(services), lambda: viewer("li"), heartbeat_s=60)

    async def story() -> list[str]:
        heard = []
        async for message in stream.messages(None):
            heard.append(str(message.event))
            services.feed.close()
        return heard

    assert asyncio.run(story()) == ["beat"]
