"""What is told with a silence: for how long, since when, where, what is usual, and how good the evidence is."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.concerns import Fact
from core.places import Room
from detectors.instants import NEVER, instant, seconds
from detectors.presence import HomePresence
from detectors.thin import times_for
from detectors.view import View
from detectors.weekend import Morning

if TYPE_CHECKING:
    from detectors.silence import Silence


def facts_of(silence: "Silence", presence: HomePresence, view: View, now: datetime, moment: float) -> tuple[Fact, ...]:
    """Of a quiet that became too long at `moment`. `view`: what could be seen then."""
    routine = silence.routine
    facts = [
        Fact("silent_for", round(seconds(now) - silence.last), "s"),
        Fact("threshold", round(moment - silence.base), "s"),
        Fact("days_learned", routine.days, "d"),
        Fact("last_seen_at", instant(silence.last).isoformat(), "time"),
        Fact("last_seen_place", (silence.room or Room.OTHER).value, "place"),
        Fact("presence", presence.told(moment).value, "text"),
        Fact("front_door", presence.front_door, "text"),
        Fact("seeing_devices", view.seeing, "count"),
        Fact("seeing_kinds", view.families, "count"),
        Fact("budget", silence.budget, "count"),
    ]
    longest = routine.usual_longest(silence.last, silence.place)
    if longest > 0 and not presence.gone(moment):  # what was quiet at home is no measure of an absence
        facts.insert(1, Fact("usual_longest", round(longest), "s"))
    times = times_for(silence.doubts(moment, view))
    if times > 1.0 and moment <= silence.base + times * silence.threshold + 1.0:  # else something else was waited for
        facts.append(Fact("waited_times", times, "factor"))
    if (morning := routine.spans(silence.base, moment - silence.base, silence.place)) is not None:
        later = routine.later_at_weekends * (1 if morning is Morning.WEEKEND else -1)
        name = f"{morning.name.lower()}_{'later' if later > 0 else 'sooner'}"
        facts.append(Fact(name, round(abs(later)), "s"))
    if silence.patience != 1.0:
        facts.append(Fact("taught_budget", round(1.0 / silence.patience, 2), "factor"))
    if presence.gone(moment) and (missed := presence.missed_from()) != NEVER:
        facts.append(Fact("usually_back_by", instant(missed).isoformat(), "time"))
    if presence.front_door_since != NEVER:
        facts.append(Fact("front_door_since", instant(presence.front_door_since).isoformat(), "time"))
    return tuple(facts)
