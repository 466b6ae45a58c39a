"""What others do, computed by hand on lives that are all alike."""

from math import inf

import pytest

from anxin.evaluation.injections import Injected, Injection, fall
from anxin.evaluation.life import DAY, HOUR, Life
from anxin.evaluation.peer_run import run_peer
from anxin.evaluation.peers import HALF_HOUR, Cuddihy, Fixed, Peer, WilhelmWahl, clock_of, peers_of
from anxin.evaluation.trial import Trial

MONDAY = 4 * DAY


def clock(at: float) -> tuple[int, float, bool]:
    """UTC; the epoch was a Thursday."""
    return int(at // DAY), at % DAY, (int(at // DAY) + 3) % 7 >= 5


def taught(peer: Peer, days: int, *, every: float) -> Peer:
    """Somebody who is seen every so many seconds, day and night."""
    at = MONDAY
    while at < MONDAY + days * DAY:
        peer.learn(at, at + every)
        at += every
    return peer


def test_a_fixed_time_is_fixed() -> None:
    assert Fixed(8, "8", "").calls_at(1000.0) == 1000.0 + 8 * HOUR


def test_cuddihys_line_is_the_percentile_with_its_two_buffers() -> None:
    """Seen every two hours: at half-hours of the clock nothing was seen for 0.5, 1, 1.5 and (next to a sign) 2 h."""
    peer = taught(Cuddihy(clock), 20, every=2 * HOUR)

    calls = peer.calls_at(MONDAY + 20 * DAY)

    weights = [1, 2, 3, 2, 1]
    of_bin = {1: 0.5, 2: 1.0, 3: 1.5, 0: 0.0}  # the sign itself falls on the half-hour: nothing is kept there
    elapsed = HALF_HOUR
    while True:
        here = int(elapsed // HALF_HOUR)
        around = [of_bin[(here + shift) % 4] for shift in (-2, -1, 0, 1, 2)]
        mean = sum(w * value for w, value in zip(weights, around, strict=True)) / 9
        line = max(around) + 0.3 * of_bin[here % 4] + 0.4 * mean
        if elapsed / HOUR > line:
            break
        elapsed += HALF_HOUR
    assert calls == MONDAY + 20 * DAY + elapsed


def test_wilhelm_and_wahl_call_a_tenth_beyond_the_highest_score() -> None:
    peer = taught(WilhelmWahl(clock), 21, every=2 * HOUR)

    calls = peer.calls_at(MONDAY + 21 * DAY)

    assert calls - (MONDAY + 21 * DAY) == pytest.approx(2.2 * HOUR, abs=600)


def test_who_was_never_taught_never_calls() -> None:
    assert Cuddihy(clock).calls_at(MONDAY) == inf
    assert WilhelmWahl(clock).calls_at(MONDAY) == inf


def test_a_weekend_is_compared_with_weekends() -> None:
    peer = WilhelmWahl(clock)
    for day in range(14):
        start = MONDAY + day * DAY
        quiet = 6 * HOUR if clock(start)[2] else HOUR
        at = start
        while at < start + DAY:
            peer.learn(at, at + quiet)
            at += quiet

    monday, saturday = MONDAY + 14 * DAY, MONDAY + 19 * DAY

    assert peer.calls_at(monday + 12 * HOUR) - (monday + 12 * HOUR) < 2 * HOUR
    assert peer.calls_at(saturday + 12 * HOUR) - (saturday + 12 * HOUR) > 5 * HOUR


def test_peers_are_told_when_the_person_is_away(trial: Trial) -> None:
    life = trial.life

    short = run_peer(Fixed(0.65, "39 min", ""), life.times, life, [])

    assert life.away
    assert not any(life.is_away(at - 1.0) for at in short.false_at)


def test_a_fall_lets_the_quiet_go_on(trial: Trial) -> None:
    life = trial.life
    at = next(sign.at for sign in life.signs if sign.at > life.counted_from) + 30.0
    last = life.last_sign(at)

    result = run_peer(Fixed(8, "8 h", ""), life.times, life, [Injection(Injected.FALL, at, fall, at)])

    assert last is not None
    assert result.delays == [last.at + 8 * HOUR - at]


def test_the_local_clock_follows_daylight_saving(trial: Trial) -> None:
    life: Life = trial.life
    there = clock_of(life)
    april = 1_775_000_000.0

    assert there(april)[1] == pytest.approx(life.clock(april))
    assert [peer.name for peer, _ in peers_of(life)] == [
        "fixed_8h", "fixed_12h", "pir_24h", "cuddihy_2007", "wilhelm_wahl_2024",
    ]  # fmt: skip
