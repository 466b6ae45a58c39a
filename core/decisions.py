"""The gate's rules by name. Each reading carries which one admitted it and which one judged its clock.

Documented for installers in docs/gate.md. Stores keep positions: members are added at the end, never moved.
"""

from enum import StrEnum


class Decision(StrEnum):
    """Why a reading counts as it does."""

    FIRST_KNOWN = "first_known"  # first value of this device, channel and kind: a baseline, not an event
    JUST_HAPPENED = "just_happened"  # first value, but the device's own clock says: active, and now
    CHANGED = "changed"
    SAME_AGAIN = "same_again"
    RETAINED = "retained"  # the broker's memory, delivered because we subscribed
    REPUBLISHED = "republished"  # the bridge's memory, sent again after a restart
    LATE = "late"  # older than what we know of the same thing: kept, and changes nothing
    SAID_HISTORY = "said_history"  # the sender marked it as history
    LATE_ALARM = "late_alarm"  # an alarm that comes late or out of order is still an alarm
    DUPLICATE = "duplicate"  # this very reading was admitted before: dropped
    STALE = "stale"  # retained or repeated, and no newer than what we know: dropped
    THINNED = "thinned"  # the radio as strong as before, and not long ago: dropped

    @property
    def drops(self) -> bool:
        return self in _DROPS


_DROPS = frozenset({Decision.DUPLICATE, Decision.STALE, Decision.THINNED})


class ClockDecision(StrEnum):
    """Why the time of a reading is what it is."""

    TRUSTED = "trusted"
    ABSENT = "absent"  # no time was claimed: ours is taken
    UNREADABLE = "unreadable"  # not a time, or a wall time without an offset
    FACTORY_DEFAULT = "factory_default"  # 1970 or 2000: the clock was never set
    AHEAD = "ahead"  # further ahead of us than a network can explain
    TOO_OLD = "too_old"  # older than any buffer that we accept
    STEADY_LAG = "steady_lag"  # behind by the same amount for minutes: a wrong clock or zone, not a late delivery
