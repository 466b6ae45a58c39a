"""The watchdog calls after two minutes of silence, not before; again after ten; and says when all is well."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from alerts.channels.channel import OutgoingMessage, Unaskable
from anxin.drill.virtual import VirtualClock, VirtualLoop
from anxin.watchdog import Told, Watchdog, parse_told, readiness
from core.delivery import Accepted, Permanent, Temporary, Verdict
from core.people import Language
from tests.servers.mosquitto import free_port
from tests.servers.receiver import Answer, receiving


@dataclass
class Phone(Unaskable):
    kind: str
    now: Callable[[], float]
    verdict: Callable[[], Verdict] = lambda: Accepted("1")
    tried: list[tuple[float, OutgoingMessage]] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.tried.append((self.now(), message))
        return self.verdict()


def watched(
    wrong: Callable[[float], str], *, seconds: float, verdict: Callable[[], Verdict] = lambda: Accepted("1")
) -> dict[str, list[tuple[float, OutgoingMessage]]]:
    """What the phones heard and when, in a world in which `wrong` says what is wrong at each second."""
    loop = VirtualLoop()
    phones = {kind: Phone(kind, loop.time, verdict) for kind in ("sms", "voice")}

    async def probe() -> str:
        return wrong(loop.time())

    watchdog = Watchdog(
        probe, phones, [Told("sms", "1"), Told("voice", "2")], VirtualClock(loop), language=Language.ENGLISH
    )

    async def play() -> None:
        running = asyncio.create_task(watchdog.run())
        await asyncio.sleep(seconds)
        everything = asyncio.all_tasks() - {asyncio.current_task()}
        running.cancel()
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)

    loop.run_until_complete(play())
    loop.close()
    return {kind: phone.tried for kind, phone in phones.items()}


def test_a_short_silence_calls_nobody() -> None:
    heard = watched(lambda at: "ConnectError" if 100 <= at < 200 else "", seconds=1000)

    assert heard == {"sms": [], "voice": []}


def test_everybody_is_called_after_two_minutes_and_every_ten() -> None:
    heard = watched(lambda at: "ConnectError" if at >= 60 else "", seconds=1500)

    for kind in ("sms", "voice"):
        times = [at for at, _ in heard[kind]]
        assert times[0] == 180.0
        assert [round(later - sooner) for sooner, later in pairwise(times)] == [600, 600]
    assert len({message.key for _, message in heard["sms"]}) == 3
    assert "ConnectError" in heard["sms"][0][1].body


def test_they_are_told_when_it_is_back_and_a_new_silence_is_a_new_call() -> None:
    heard = watched(lambda at: "away" if 0 <= at < 200 or at >= 400 else "", seconds=700)["sms"]

    assert [message.title for _, message in heard] == [
        "[RED] Anxin does not answer",
        "Anxin is back",
        "[RED] Anxin does not answer",
    ]


def test_what_is_not_accepted_is_said_again_as_a_repeat() -> None:
    answers: Iterator[Verdict] = iter([Temporary("busy"), Temporary("busy"), Accepted("1"), Accepted("2")])
    heard = watched(lambda _at: "away", seconds=200, verdict=lambda: next(answers))

    tries = [message for kind in heard for _, message in heard[kind]]
    assert len(tries) == 4
    assert sorted(message.repeat for message in tries) == [False, False, True, True]


def test_a_wrong_number_is_not_called_for_ever() -> None:
    heard = watched(lambda _at: "away", seconds=500, verdict=lambda: Permanent("no such number"))

    assert [len(tried) for tried in heard.values()] == [1, 1]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (Answer(200, b'{"ready": true, "parts": [{"name": "broker", "ok": true, "reason": ""}]}'), ""),
        (
            Answer(503, b'{"ready": false, "parts": [{"name": "database", "ok": false, "reason": "away"}]}'),
            "database: away",
        ),
        (Answer(200, b"<html>It works!</html>"), "an answer that is not Anxin's"),
        (Answer(200, b'{"parts": 1}'), "an answer that is not Anxin's"),
        (Answer(hang_up=True), "RemoteProtocolError"),
    ],
)
def test_the_first_machine_is_asked_whether_it_is_ready(answer: Answer, wrong: str) -> None:
    with receiving() as far:
        far.answer = answer

        assert asyncio.run(readiness(far.root)()) == wrong


def test_nobody_there_is_said() -> None:
    assert asyncio.run(readiness(f"http://127.0.0.1:{free_port()}")()) == "ConnectError"


def test_whom_to_tell_is_read_or_refused() -> None:
    assert parse_told("sms=137=1") == Told("sms", "137=1")
    for wrong in ("sms", "=137", "sms=", ""):
        with pytest.raises(ValueError, match="CHANNEL=ADDRESS"):
            parse_told(wrong)
