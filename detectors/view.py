"""View: what of a home can be seen at one instant, and how much that is worth as evidence."""

from dataclasses import dataclass

from core.states import Visibility


@dataclass(frozen=True, slots=True)
class View:
    """What can be seen at one instant. `coverage`: the share of the usual signs that working devices cover;
    `families`: how many independent kinds of evidence work; `seeing`: how many such devices do.
    """

    state: Visibility
    coverage: float
    families: int
    seeing: int
    reason: str
