"""The book of lessons and who tells the watch of it, over a service's stores."""

from alerts.reach import Reacher
from anxin.budgets.book import BudgetBook
from anxin.clock import ScaledClock
from anxin.lessons.book import LessonBook
from anxin.lessons.teaching import Teaching
from anxin.lookout import Lookout
from anxin.roster import Roster
from anxin.settings import Settings
from anxin.stores import Stores


def new_lessons(
    settings: Settings,
    clock: ScaledClock,
    stores: Stores,
    roster: Roster,
    budgets: BudgetBook,
    lookout: Lookout,
    reacher: Reacher,
) -> tuple[LessonBook, Teaching]:
    """What endings have taught, and the one who tells the watch: at once when somebody has chosen something."""
    book = LessonBook(
        stores.lessons,
        clock,
        lambda: budgets.by_home(roster.inventory),
        lookout.watch.days_judged,
        learns=settings.learn_from_outcomes,
        answered=settings.questions_answered,
        is_resident=reacher.is_resident,
    )
    teaching = Teaching(book.taught, lookout.use_lessons)
    book.written = teaching.stir
    return book, teaching
