"""One stream for a whole street: in order, the same for the same seed, and without a seam between history and live."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.community import Community, build_community
from simulator.kits import Convention
from simulator.message import Message
from simulator.timeline import messages, wills
from tests.simulator.street import MORNING, SEED, at_home, native, play, said

HOUR = timedelta(hours=1)
STREET = build_community(6, seed=21)

FINGERPRINT = """
import hashlib
from datetime import datetime, timedelta, UTC
from simulator.community import build_community
from simulator.timeline import messages
start = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
digest = hashlib.sha256()
for m in messages(build_community(24, seed=7), since=start, until=start + timedelta(hours=6), seed=7, announce=False):
    digest.update(f"{m.at.isoformat()} {m.topic} ".encode() + m.payload)
print(digest.hexdigest())
"""


def fingerprint(said_by_all: list[Message]) -> str:
    digest = hashlib.sha256()
    for message in said_by_all:
        digest.update(f"{message.at.isoformat()} {message.topic} ".encode() + message.payload)
    return digest.hexdigest()


def test_the_same_seed_says_the_same_bytes_in_another_process(community: Community) -> None:
    here = fingerprint(play(community, hours=6))

    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        there = subprocess.run(
            [sys.executable, "-c", FINGERPRINT], env=environment, capture_output=True, text=True, check=True
        )
        assert there.stdout.strip() == here


def test_another_seed_lives_another_life(community: Community) -> None:
    until = MORNING + 6 * HOUR

    one, other = (list(messages(community, since=MORNING, until=until, seed=seed)) for seed in (1, 2))

    assert fingerprint(one) != fingerprint(other)


def test_time_never_runs_backwards(community: Community) -> None:
    found = play(community, hours=30, announce=True)

    assert all(before.at <= after.at for before, after in pairwise(found))
    assert found[0].at >= MORNING
    assert found[-1].at < MORNING + 30 * HOUR


@settings(max_examples=12)
@given(cut=st.floats(0.01, 59.9))
def test_history_and_live_join_without_a_seam_wherever_the_cut_is(cut: float) -> None:
    start, middle, end = MORNING - 30 * HOUR, MORNING - 30 * HOUR + cut * HOUR, MORNING + 30 * HOUR

    whole = list(messages(STREET, since=start, until=end, seed=SEED, announce=False))
    history = list(messages(STREET, since=start, until=middle, seed=SEED, announce=False))
    live = list(messages(STREET, since=middle, until=end, seed=SEED, announce=False))

    assert history + live == whole


def test_a_stream_without_an_end_is_lazy(community: Community) -> None:
    endless = messages(community, since=MORNING, seed=SEED)

    assert len(list(islice(endless, 2_000))) == 2_000


def test_a_scenario_changes_nothing_before_it_begins(community: Community) -> None:
    quiet, troubled = play(community, hours=2), play(community, '[[event]]\nwhat = "fall"\nafter = "PT1H"', hours=2)

    until = MORNING + HOUR - timedelta(minutes=2)
    assert [m for m in quiet if m.at < until] == [m for m in troubled if m.at < until]
    assert quiet != troubled


def test_a_home_says_some_hundred_messages_a_day(community: Community) -> None:
    per_home = Counter(message.gateway for message in play(community, hours=72, announce=False))

    full = [per_home[h.gateway.id] / 3 for h in community.households if len(h.kit.sensors) > 3]
    assert 250 < sum(full) / len(full) < 650
    assert max(full) < 900


def test_announcing_gateways_say_first_that_they_are_there(community: Community) -> None:
    found = play(community, hours=1, announce=True)

    for household in community.households:
        first = at_home(found, household.home.id)[0]
        assert first.retain
        assert b"nline" in first.payload
    assert sum(message.retain for message in found) > 2 * len(community.households)


def test_every_gateway_leaves_a_will_on_the_topic_of_its_birth(community: Community) -> None:
    births = {m.gateway: m.topic for m in reversed(play(community, hours=0.1, announce=True)) if m.retain}

    left = wills(community, seed=SEED)

    assert {gateway: will.topic for gateway, will in left.items()} == births


def test_messages_stay_below_their_gateways_prefix(community: Community) -> None:
    conventions = {h.gateway.id: h.kit.convention for h in community.households}

    for message in play(community, hours=6, announce=True):
        _, gateway, convention, *_ = message.topic.split("/")
        assert convention == conventions[gateway]


def test_a_sleeping_home_is_quiet_and_a_waking_home_is_not(community: Community) -> None:
    found = [m for m in play(community, hours=24 * 5) if m.human]
    by_hour = Counter((m.at + timedelta(hours=8)).hour for m in found)

    night, day = sum(by_hour[h] for h in (0, 1, 2, 3)) / 4, sum(by_hour[h] for h in (7, 8, 11, 17)) / 4
    assert 0 < night < day / 4


@pytest.mark.parametrize("key", ["battery", "last_seen"])
def test_zigbee2mqtt_payloads_carry_what_the_platform_needs_to_see_a_device(community: Community, key: str) -> None:
    gateways = {h.gateway.id for h in community.households if h.kit.convention is Convention.ZIGBEE2MQTT}

    for message in play(community, hours=3):
        if message.gateway in gateways and not native(message).endswith("_plug"):
            assert said(message)[key] is not None
