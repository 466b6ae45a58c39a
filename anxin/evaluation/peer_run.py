"""How a peer does on a life: when it would have called untouched, and how soon after each injected fall."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from anxin.evaluation.injections import FOLLOWED, Injected, Injection
from anxin.evaluation.life import Life
from anxin.evaluation.peers import Peer


@dataclass(slots=True)
class PeerResult:
    """`false_at`: calls in the untouched life after schooling; `delays` (s) after falls, `inf` for none found."""

    name: str
    source: str
    false_at: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)


def run_peer(peer: Peer, signs: Sequence[float], life: Life, injected: Sequence[Injection]) -> PeerResult:
    """One pass over the untouched life; a fall during a quiet lets that quiet go on."""
    result = PeerResult(peer.name, peer.source)
    falls = sorted(one.at for one in injected if one.what is Injected.FALL)
    for last, until, counts in _quiets(life, signs):
        for at in falls[bisect_right(falls, last) : bisect_left(falls, until)]:
            result.delays.append(_delay(peer, last, at))
        if counts:
            calls = peer.calls_at(last)
            if calls < until and calls >= life.counted_from:
                result.false_at.append(calls)
            peer.learn(last, until)
    return result


def _delay(peer: Peer, last: float, at: float) -> float:
    delay = max(0.0, peer.calls_at(last) - at)
    return delay if delay <= FOLLOWED else inf


def _quiets(life: Life, signs: Sequence[float]) -> Iterator[tuple[float, float, bool]]:
    """Stretches without a sign, those while the person was away, or nothing could be seen, apart (not `counts`).

    The end of an absence is a sign: the away signal that a peer is given is perfect.
    """
    marks = [(at, 0) for at in signs] + [(start, 1) for start, _ in life.away + life.silent]
    marks += [(end, 2) for _, end in life.away + life.silent] + [(life.last, 3)]
    last, gone = -inf, False
    for at, what in sorted(marks):
        if last > -inf and at > last:
            yield last, at, not gone
        gone = what == 1 or (gone and what == 0)
        last = at
