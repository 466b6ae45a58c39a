"""What a recording is made of: its lines, what is odd about some of them, and the refusal of what is no recording."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.readings import Kind


class Refusal(StrEnum):
    """Why a folder or a file is no recording."""

    UNREADABLE_FILE = "unreadable_file"
    NO_UTF8 = "no_utf8"
    NO_TOML = "no_toml"
    KEY_MISSING = "key_missing"
    NO_TIMEZONE = "no_timezone"
    NO_DEVICE = "no_device"
    NO_KNOWN_DEVICE = "no_known_device"
    NO_DEVICE_TABLE = "no_device_table"
    DEVICE_INCOMPLETE = "device_incomplete"
    FIRST_LINE = "first_line"
    NO_READING = "no_reading"
    MANY_UNREADABLE = "many_unreadable"
    NONE_USABLE = "none_usable"
    NO_LABEL = "no_label"


class RecordingError(ValueError):
    """The folder is not a recording; the message says what is missing or wrong.

    `why` and `places`: the same for whoever tells it in another language; what is quoted stays as it is.
    """

    def __init__(self, message: str, why: Refusal | None = None, **places: object) -> None:
        super().__init__(message)
        self.why = why
        self.places = {name: str(place) for name, place in places.items()}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One line of the recording. `at` in epoch seconds, `value` as the core speaks it."""

    at: float
    device: str
    kind: Kind
    value: bool | float | str


class Oddity(StrEnum):
    """What was found odd, and done about it."""

    UNKNOWN_DEVICE = "unknown_device"  # its kind is none that we know: left out
    DEVICE_TWICE = "device_twice"  # the first description counts
    UNLISTED = "unlisted"  # lines of devices that nobody described: left out
    UNKNOWN_KIND = "unknown_kind"  # lines of kinds that we do not know: left out
    UNREADABLE = "unreadable"  # lines left out
    UNORDERED = "unordered"  # lines put in order
    FAR_OFF = "far_off"  # lines more than a year from all the others: left out
    UNREADABLE_LABEL = "unreadable_label"  # lines of truth.csv, left out
    INTERRUPTED = "interrupted"  # stretches in which nothing was recorded: not counted


@dataclass(frozen=True, slots=True)
class Note:
    """`count` of them; `example` is the first, where it stands and what it says."""

    what: Oddity
    count: int
    example: str


class Notes:
    """Counted as they are met."""

    def __init__(self) -> None:
        self._met: dict[Oddity, tuple[int, str]] = {}

    def add(self, what: Oddity, example: str, count: int = 1) -> None:
        so_far, first = self._met.get(what, (0, example))
        self._met[what] = (so_far + count, first)

    def count(self, what: Oddity) -> int:
        return self._met.get(what, (0, ""))[0]

    def first(self, *what: Oddity) -> str:
        """The first example of the first of these that was met."""
        return next((self._met[each][1] for each in what if each in self._met), "")

    def __iter__(self) -> Iterator[Note]:
        return (Note(what, *met) for what, met in self._met.items())
