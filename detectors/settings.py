"""What a person may set about the watch. The knob is a budget of false alarms; thresholds follow from it.

A value out of range is refused at the start with the setting's name, the value and what is allowed.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """`false_alarms_per_month`: how often in thirty days somebody may be sent to a home for a silence that is harmless.
    `answered`: the share of questions that residents who are well answer before anybody is sent; so much oftener may
    they be asked. A question is cheap, a visit is not.

    The floors (seconds) are the shortest silence that is ever worth a concern, last seen in the bathroom or
    elsewhere; `longest_wait` is the longest that a home which we see, and where somebody is, may stay silent.
    `longest_absence`: how long "out" is believed before it is doubted, unless this home is known to be away longer.
    `doubts`: thin evidence waits longer (`detectors.thin`); else it does not, to see what that is worth.
    """

    false_alarms_per_month: float = 0.5
    answered: float = 0.0
    bathroom_floor: float = 1800.0
    silence_floor: float = 3600.0
    longest_wait: float = 14 * 3600.0
    longest_absence: float = 24 * 3600.0
    doubts: bool = True

    def __post_init__(self) -> None:
        _within("false_alarms_per_month", self.false_alarms_per_month, 0.01, 30.0)
        _within("answered", self.answered, 0.0, 0.95)
        _within("bathroom_floor", self.bathroom_floor, 600.0, self.longest_wait)
        _within("silence_floor", self.silence_floor, 600.0, self.longest_wait)
        _within("longest_wait", self.longest_wait, 3600.0, 48 * 3600.0)
        _within("longest_absence", self.longest_absence, 3600.0, 14 * 86400.0)

    def with_budget(self, budget: float) -> "WatchSettings":
        """The same for a home with this budget."""
        return replace(self, false_alarms_per_month=budget)

    @property
    def questions_per_month(self) -> float:
        """How often a home may be asked whether all is well, so that visits stay within the budget."""
        return self.false_alarms_per_month / (1.0 - self.answered)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must be between {low} and {high}")
