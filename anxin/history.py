"""History in bulk: the days before the demonstration go in through the same code as live ones, from decoding on.

There is no broker and no hurry to judge: detectors learn, and only what still holds at the end is acted on.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.message import Message
from simulator.message import Message as Played

_EVERY = 2_000


def as_received(played: Iterable[Played]) -> Iterator[Message]:
    """Simulated messages as if the broker had just delivered them."""
    for message in played:
        yield Message(message.topic, message.payload, message.at)


def feed_history(
    played: Iterable[Played], *, since: datetime, until: datetime, feed: Callable[[Iterable[Message]], int]
) -> int:
    """Feed everything, with a progress bar; how many readings it gave."""
    total = (until - since).total_seconds()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[days]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        bar = progress.add_task("history", total=total, days="")

        def counted() -> Iterator[Message]:
            for number, message in enumerate(as_received(played)):
                if number % _EVERY == 0:
                    done = message.received_at - since
                    progress.update(
                        bar, completed=done.total_seconds(), days=f"day {done.days + 1}, {number:,} messages"
                    )
                yield message

        readings = feed(counted())
        progress.update(bar, completed=total)
    return readings
