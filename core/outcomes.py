"""What an outcome counts as when alerts are judged, and how whoever came got in.

The codes follow what telecare services record when a call is closed (reason, action, accidental activation, no
access), in our own words; their definitions for people are in the wording catalogue.
"""

from enum import StrEnum

from core.alerts import Outcome

BY_PEOPLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.OVER)
"""What somebody may write down."""


class Need(StrEnum):
    """Was somebody needed? The one classification behind every figure of precision."""

    REAL = "real"
    NOTHING = "nothing"  # rightly sensed or pressed, and nobody was needed
    TECHNICAL = "technical"  # a device or its fitting was wrong
    EXCLUDED = "excluded"  # says nothing of a detector: a test, or nobody was seen


class Access(StrEnum):
    """How whoever came got in, as far as it is told."""

    OPENED = "opened"  # somebody inside opened
    KEY = "key"
    FORCED = "forced"


def need(outcome: Outcome) -> Need:
    """What this outcome says of the alert. Precision is REAL among REAL, NOTHING and TECHNICAL."""
    match outcome:
        case Outcome.HOSPITAL | Outcome.HELPED | Outcome.REFERRED | Outcome.HAZARD | Outcome.DECEASED:
            return Need.REAL
        case Outcome.WELL_AT_HOME | Outcome.BY_MISTAKE | Outcome.AWAY | Outcome.OVER:
            return Need.NOTHING
        case Outcome.DEVICE_FAULT:
            return Need.TECHNICAL
        case Outcome.NO_ACCESS | Outcome.TEST:
            return Need.EXCLUDED
