"""Playback: a recording as native messages in order of time, with check-ins added and, if wanted, a fall made."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from math import inf
from operator import attrgetter

from simulator.message import Message
from simulator.player import Player
from simulator.recorded import Recorded
from simulator.recording import Recording


def messages(
    recording: Recording,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    fall_at: datetime | None = None,
) -> Iterator[Message]:
    """The recording between two instants (its own first and last by default), as its gateway would have sent it.

    After `fall_at` nothing follows that the person caused; devices still check in, meters show the base load.
    A meter that its truth calls silent neither reports nor checks in.
    """
    player = Player(recording)
    start = since.timestamp() if since else player.first
    end = until.timestamp() if until else player.last + 1
    fall = fall_at.timestamp() if fall_at else inf
    said = _said(player, start, max(end, start), fall)
    return merge(player.birth(start), said, key=attrgetter("at"))


def _said(player: Player, start: float, end: float, fall: float) -> Iterator[Message]:
    lived = player.between(start, min(fall, end))
    for line in lived:
        yield player.message(line)
    for line in player.without_person(_after(player, max(fall, start), end), fall):
        yield player.message(line, fallen=True)


def _after(player: Player, start: float, end: float) -> Iterator[Recorded]:
    yield from player.between(start, end)
    if end > player.until:
        yield from player.check_ins(max(player.until, start), end)
