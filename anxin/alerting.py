"""Alerting, put together: who is reachable, the desk, the channels, the sender, the engine and the auditor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from alerts.auditor import Auditor
from alerts.canary import Canary, LoopChannel, canary_person
from alerts.channels.channel import Channel
from alerts.channels.console import ConsoleChannel
from alerts.channels.inbound import inbound_of
from alerts.channels.web_push import web_push_of
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.engine_settings import EngineSettings
from alerts.links import Links
from alerts.policies import load as load_policies
from alerts.policies import refuse_unknown_ways
from alerts.providers import Providers
from alerts.proving import Proving
from alerts.reach import Reacher
from alerts.relief import Relief
from alerts.replies import Replies
from alerts.sender import Sender, SenderSettings
from alerts.workers import Threads
from anxin.clock import ScaledClock
from anxin.policies import PolicyBook
from anxin.reaching import close_channels, open_channels
from anxin.roster import Roster
from anxin.settings import Settings, SettingsRefused
from anxin.stores import Stores
from api.feed import Change
from core.alerts import Alert
from core.people import Person, Route

LEASE = 30.0
"""Real seconds that one try may take before somebody else may try."""


@dataclass(frozen=True, slots=True)
class Alerting:
    reacher: Reacher
    desk: Desk
    engine: Engine
    relief: Relief
    auditor: Auditor
    threads: Threads
    channels: dict[str, Channel]
    policies: PolicyBook
    providers: Providers
    canary: Canary
    proving: Proving

    def use(self, roster: Roster) -> None:
        self.reacher.use(inventory=roster.inventory, directory=roster.directory, rota=roster.rota)

    async def aclose(self) -> None:
        """After the engine has ended."""
        self.threads.close()
        await close_channels(self.channels.values())


def new_alerting(
    settings: Settings,
    clock: ScaledClock,
    stores: Stores,
    roster: Roster,
    *,
    announce: Callable[[Change], None],
    name: str | None = None,
    pace: EngineSettings | None = None,
) -> Alerting:
    """`name` of the sender, where others send beside it. Raises PoliciesRefused or ChannelsRefused when a file
    is wrong.
    """
    reacher = Reacher(roster.inventory, roster.directory, roster.rota, stores.alerts.last_asked, [_canary(settings)])
    threads = Threads()
    channels = _channels(settings, clock, stores, threads)
    from_file = load_policies(settings.policies_file)
    refuse_unknown_ways(from_file, channels, settings.policies_file)
    policies = PolicyBook(stores, from_file)
    roster.readers.append(policies.load)

    def moved(alert: Alert) -> None:
        announce(Change("alert", alert.id, (alert.home,)))
        if settings.phones:
            announce(Change("phone", "*", (alert.home,)))

    sender = Sender(
        stores.alerts,
        reacher,
        channels,
        clock,
        threads,
        SenderSettings(lease=timedelta(seconds=LEASE * clock.speed)),
        announce=moved,
        links=links_of(settings),
    )
    engine = Engine(stores.alerts, reacher, sender, clock, threads, pace or EngineSettings(), announce=moved, name=name)

    def stirred(alert: Alert) -> None:
        moved(alert)
        engine.wake()

    desk = Desk(stores.alerts, reacher, policies.current, clock, lambda: uuid4().hex, announce=stirred)
    relief = Relief(stores.alerts, reacher, clock, threads, announce=stirred)
    base = settings.public_url if links_of(settings) is not None else ""
    proving = Proving(stores.proofs, channels, clock, threads, base or "")
    providers = Providers(
        {name: inbound for name, channel in channels.items() if (inbound := inbound_of(channel)) is not None},
        stores.alerts,
        Replies(desk, lambda: roster.directory, proving),
        clock,
        engine.climb_if_unreached,
        stirred,
    )
    canary = Canary(desk, clock, threads)
    auditor = Auditor(stores.alerts)
    return Alerting(reacher, desk, engine, relief, auditor, threads, channels, policies, providers, canary, proving)


def _canary(settings: Settings) -> Person:
    """Raises SettingsRefused for a route that is none."""
    if not settings.canary_route:
        return canary_person()
    channel, equals, address = settings.canary_route.partition("=")
    if not (channel and equals and address):
        raise SettingsRefused(
            f"ANXIN_CANARY_ROUTE = {settings.canary_route!r}: must be a channel and an address, sms=138…"
        )
    return canary_person(Route(channel, address))


def links_of(settings: Settings) -> Links | None:
    """None where nobody's phone can reach the console."""
    if not settings.public_url or settings.link_secret is None:
        return None
    return Links(settings.public_url, settings.link_secret.get_secret_value())


def _channels(settings: Settings, clock: ScaledClock, stores: Stores, threads: Threads) -> dict[str, Channel]:
    """Those that the settings allow. A route of any other kind is told as failed, with this reason, at once."""
    channels = open_channels(settings, clock)
    for channel in channels.values():
        if (pushing := web_push_of(channel)) is not None:
            pushing.store, pushing.run_call = stores.push, threads
    channels[LoopChannel.kind] = LoopChannel()
    if settings.phones:
        channels[ConsoleChannel.kind] = ConsoleChannel(stores.phones, threads)
    return channels
