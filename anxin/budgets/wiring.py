"""The book of budgets and its replays, over a service's stores."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from anxin.budgets.book import BudgetBook
from anxin.budgets.replays import Replays
from anxin.budgets.worker import Worker
from anxin.clock import ScaledClock
from anxin.lessons.book import LessonBook
from anxin.roster import Roster, revise
from anxin.settings import Settings
from anxin.stores import Stores
from api.feed import Change
from detectors.settings import WatchSettings


def judging_of(settings: Settings) -> WatchSettings:
    """How the watch judges where nobody has set a budget."""
    return WatchSettings(false_alarms_per_month=settings.false_alarms_per_month, answered=settings.questions_answered)


def new_book(settings: Settings, clock: ScaledClock, stores: Stores, roster: Roster) -> BudgetBook:
    """What every home may cost; read anew with the roster."""
    book = BudgetBook(
        stores.budgets,
        lambda: roster.inventory,
        clock,
        settings.false_alarms_per_month,
        lambda: revise(stores.snapshots, datetime.now(UTC)),
    )
    roster.readers.append(book.load)
    return book


def new_replays(
    settings: Settings, clock: ScaledClock, book: BudgetBook, lessons: LessonBook, announce: Callable[[Change], None]
) -> Replays:
    """What is proposed is gone through beside the service, in a process of its own."""
    worker = Worker(settings)
    return Replays(
        book,
        judging_of(settings),
        clock,
        worker.run,
        most=settings.budget_replay_homes,
        kept=timedelta(days=settings.retention_days),
        taught=lessons.with_budget,
        announce=announce,
        rest=worker.stop,
    )
