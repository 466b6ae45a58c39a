"""What the console, and whoever is told over MQTT, asks of the service: its ports, filled in."""

from datetime import UTC, datetime

from alerts.channels.web_push import web_push_of
from alerts.pushing import Pushing
from anxin.alerting import Alerting, links_of
from anxin.budgets.book import BudgetBook
from anxin.clock import ScaledClock
from anxin.duty import Duty
from anxin.families import FamilyBook
from anxin.health import Checkup
from anxin.lessons.book import LessonBook
from anxin.metrics import Gauges, exporter
from anxin.onboarding import ConsoleOnboarding
from anxin.roster import Roster, revise
from anxin.settings import Settings
from anxin.stores import Stores
from anxin.web import web_settings
from api.feed import LiveFeed
from api.services import Services
from core.ports import ReadingsStore
from detectors.watch import Watch


def console_services(
    settings: Settings,
    clock: ScaledClock,
    stores: Stores,
    readings: ReadingsStore,
    roster: Roster,
    feed: LiveFeed,
    alerting: Alerting,
    checkup: Checkup,
    gauges: Gauges,
    watch: Watch,
    budgets: BudgetBook,
    lessons: LessonBook,
) -> Services:
    """The bundle as `api` wants it."""
    return Services(
        clock=clock,
        inventory=lambda: roster.inventory,
        directory=lambda: roster.directory,
        rota=lambda: roster.rota,
        readings=readings,
        alerts=stores.alerts,
        ledger=stores.ledger,
        doors=stores.doors,
        photos=stores.photos,
        desk=alerting.desk,
        tickets=stores.tickets,
        statuses=stores.statuses,
        accounts=stores.accounts,
        feed=feed,
        health=checkup.report,
        metrics=exporter(gauges),
        onboarding=ConsoleOnboarding(stores),
        duty=Duty(stores),
        policies=alerting.policies,
        budgets=budgets,
        lessons=lessons,
        families=FamilyBook(stores),
        proving=alerting.proving,
        pushing=_pushing(alerting, stores, clock),
        changed=lambda: revise(stores.snapshots, datetime.now(UTC)),
        routines=watch.routine,
        mean_wait=watch.mean_wait,
        phones=stores.phones if settings.phones else None,
        links=links_of(settings),
        providers=alerting.providers,
        levels=settings.service_levels,
        precision_floor=settings.precision_floor,
        settings=web_settings(settings, speed=clock.speed),
    )


def _pushing(alerting: Alerting, stores: Stores, clock: ScaledClock) -> Pushing | None:
    """The first Web Push channel of the file is what browsers subscribe to."""
    found = (web_push_of(channel) for channel in alerting.channels.values())
    channel = next((each for each in found if each is not None), None)
    return None if channel is None else Pushing(channel, stores.push, clock)
