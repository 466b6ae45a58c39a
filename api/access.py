"""Who may see and do what: pure rules from an account and the area tree to a viewer. No store, no web.

An action is refused aloud; a thing outside one's areas does not exist.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.alerts import Alert
from core.faults import Ticket
from core.people import AccessRole, Account
from core.places import Home, Inventory


class Action(StrEnum):
    SEE_ALERTS = "see_alerts"
    HANDLE_ALERTS = "handle_alerts"
    REOPEN_ALERTS = "reopen_alerts"
    SEE_HOMES = "see_homes"
    SEE_TICKETS = "see_tickets"
    SEE_LOOKS = "see_looks"  # who looked at a home
    ENROLL_DEVICES = "enroll_devices"  # bind, test and remove devices, and see what is bound to nobody
    CHANGE_DUTY = "change_duty"  # leave, cover, somebody in addition
    SEE_POLICIES = "see_policies"  # who is asked when
    CHANGE_POLICIES = "change_policies"
    SEE_BUDGETS = "see_budgets"  # how often homes may be visited in vain, and what that buys
    CHANGE_BUDGETS = "change_budgets"  # of one's own whole street: see `api.budgets.rights`
    SEE_PHONES = "see_phones"  # the demonstration's
    SEE_FAMILY = "see_family"
    ANSWER_AS_FAMILY = "answer_as_family"  # when asked
    KEEP_WISHES = "keep_wishes"  # when one hears, and what is expected: family their own, the desk anybody's
    RECORD_CONSENT = "record_consent"  # what a resident agrees that family hears
    FOLLOW = "follow"  # the live feed, filtered
    LEAVE = "leave"  # end one's own session


_EVERYBODY = frozenset({Action.FOLLOW, Action.LEAVE})
_RESPONDER = _EVERYBODY | {
    Action.SEE_ALERTS,
    Action.HANDLE_ALERTS,
    Action.SEE_HOMES,
    Action.SEE_TICKETS,
    Action.SEE_PHONES,
    Action.SEE_BUDGETS,
}
_DESK = _RESPONDER | {
    Action.REOPEN_ALERTS,
    Action.SEE_LOOKS,
    Action.ENROLL_DEVICES,
    Action.CHANGE_DUTY,
    Action.SEE_POLICIES,
    Action.CHANGE_BUDGETS,
    Action.KEEP_WISHES,
    Action.RECORD_CONSENT,
}

MAY: Mapping[AccessRole, frozenset[Action]] = {
    AccessRole.ADMIN: _DESK | {Action.CHANGE_POLICIES},
    AccessRole.DESK: _DESK,
    AccessRole.RESPONDER: _RESPONDER,
    AccessRole.INSTALLER: _EVERYBODY | {Action.ENROLL_DEVICES, Action.SEE_TICKETS},
    AccessRole.FAMILY: _EVERYBODY | {Action.SEE_FAMILY, Action.ANSWER_AS_FAMILY, Action.KEEP_WISHES},
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody logged in. `areas` are theirs and all below; `homes` those named one by one."""

    login: str
    person: str
    role: AccessRole
    areas: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()

    @property
    def sees_everything(self) -> bool:
        return self.role is AccessRole.ADMIN

    def may(self, action: Action) -> bool:
        return action in MAY[self.role]

    def sees(self, home: Home) -> bool:
        return self.sees_everything or home.area in self.areas or home.id in self.homes

    def sees_alert(self, alert: Alert) -> bool:
        """By the area that answered for it when it opened, as the store's pages are cut."""
        return self.sees_everything or alert.area in self.areas or alert.home in self.homes

    def sees_ticket(self, ticket: Ticket, inventory: Inventory) -> bool:
        """If it touches a home of theirs."""
        return self.sees_everything or any(True for _ in self.own(ticket.homes, inventory))

    def own(self, homes: tuple[str, ...], inventory: Inventory) -> Iterator[str]:
        """Those of these homes, and areas in a home's place, that they may see."""
        return (id_ for id_ in homes if self._sees_place(id_, inventory))

    def _sees_place(self, id_: str, inventory: Inventory) -> bool:
        home, area = inventory.homes.get(id_), inventory.area_meant(id_)
        if area is not None:
            return self.sees_everything or area.id in self.areas
        return home is not None and self.sees(home)

    def homes_of(self, inventory: Inventory) -> list[Home]:
        """All that they may see, by address."""
        return sorted((h for h in inventory.homes.values() if self.sees(h)), key=lambda h: (h.area, h.address, h.id))


def viewer_of(account: Account, inventory: Inventory) -> Viewer:
    """What this account may see in this inventory. Family sees its homes only, whatever areas it was given."""
    roots = () if account.role is AccessRole.FAMILY else account.areas
    below = {area for area in inventory.areas if any(inventory.within(area, root) for root in roots)}
    return Viewer(account.login, account.person, account.role, frozenset(below), frozenset(account.homes))
