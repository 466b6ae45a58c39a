"""What family may be told of a home: well, being checked, or "call the desk". Never "well" when we cannot tell.

A home that we cannot see is being checked, because that is what then happens.
After an alert that ended badly no sensor's quiet may say "all is well": the desk speaks with the family.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.alerts import Alert, Outcome
from core.states import HomeState


class FamilyState(StrEnum):
    WELL = "well"
    BEING_CHECKED = "being_checked"
    CALL_DESK = "call_desk"  # the last alert ended in hospital, or with a death


BACK_AFTER = timedelta(days=3)
"""Life in the home so long after somebody was taken to hospital is theirs, not that of whoever fetches their things."""


def family_state(state: HomeState, newest: Alert | None = None, last_sign_at: datetime | None = None) -> FamilyState:
    """`newest` is the home's newest alert, open or closed."""
    match state:
        case HomeState.WELL | HomeState.CANNOT_SEE if newest is not None and _ended_badly(newest, last_sign_at):
            return FamilyState.CALL_DESK
        case HomeState.WELL:
            return FamilyState.WELL
        case HomeState.CONCERN | HomeState.CANNOT_SEE:
            return FamilyState.BEING_CHECKED


def _ended_badly(alert: Alert, last_sign_at: datetime | None) -> bool:
    """For good after a death; after a hospital, or when nobody got in, until the home is lived in again."""
    match alert.outcome:
        case Outcome.DECEASED:
            return True
        case Outcome.HOSPITAL | Outcome.NO_ACCESS:
            assert alert.closed_at is not None
            return last_sign_at is None or last_sign_at < alert.closed_at + BACK_AFTER
        case _:
            return False
