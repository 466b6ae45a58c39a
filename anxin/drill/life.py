"""One alert's life, walked line by line against the invariants of docs/alerts.md. Shares no code with the engine.

Each move must be allowed, ask exactly those whom the rules name, and come when it is due: neither sooner nor later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from anxin.drill.rules import LOOKS_EVERY, Rules, is_over
from core.alerts import Alert, Entry, EntryKind, Handling, TimerKind
from core.concerns import Severity
from core.policies import Policy, Target

_REMARKS = {
    EntryKind.CONDITION_CLEARED,
    EntryKind.CONDITION_RETURNED,
    EntryKind.RESIDENT_FINE,
    EntryKind.EVIDENCE,
    EntryKind.PART_CLEARED,
    EntryKind.NOTE,
    EntryKind.AT_DOOR,
    EntryKind.PHOTO,
    EntryKind.DELIVERY,
    EntryKind.NOT_SENT,
    EntryKind.UNDELIVERED,
}
_OVERDUE = {EntryKind.ARRIVE_OVERDUE, EntryKind.REPORT_OVERDUE, EntryKind.HAND_OVER_UNANSWERED}
_ASKED_ANEW = {
    EntryKind.OPENED,
    EntryKind.WORSENED,
    EntryKind.RELEASED,
    EntryKind.SNOOZE_ENDED,
    EntryKind.MERGED,
}
_BY_TIMER = {*_OVERDUE, EntryKind.SNOOZE_ENDED}


@dataclass
class Life:
    """Where the walk stands. `broken` collects what was not as promised; `asked` the people of each level, by fence."""

    rules: Rules
    alert: Alert
    broken: list[str] = field(default_factory=list)
    asked: dict[int, tuple[str, ...]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    moves: list[tuple[datetime, Handling, bool, str | None, int]] = field(default_factory=list)
    handling: Handling = Handling.TRIGGERED
    severity: Severity = Severity.RED
    policy: Policy | None = None
    level: int = 0
    round: int = 0
    fence: int = 0
    taken_by: str | None = None
    taken_at: datetime | None = None
    arrived_by: str | None = None
    arrived_at: datetime | None = None
    handed_to: str | None = None
    accept_by: datetime | None = None
    snoozed_until: datetime | None = None
    due: datetime | None = None
    due_kind: TimerKind | None = None
    goes_home: datetime | None = None
    lines: Sequence[Entry] = ()

    def walk(self, entries: Sequence[Entry]) -> "Life":
        """Through all lines, in the order in which they were written."""
        self.lines = entries
        moves = (entry for entry in entries if entry.kind not in _REMARKS)
        for fence, lines in groupby(moves, key=lambda entry: entry.fence):
            self._move(fence, list(lines))
        return self

    def ends(self, now: datetime, timer_due: datetime | None, timer_kind: TimerKind | None) -> None:
        """What is stored must be where the lines have led."""
        stored = self.alert
        if (self.handling, self.level, self.fence) != (stored.handling, stored.level, stored.fence):
            self._say(f"the lines lead to {self.handling}/{self.level}/{self.fence}, stored is another")
        if (self.taken_by, self.arrived_by) != (stored.taken_by, stored.arrived_by) and stored.is_open:
            self._say("the lines name another holder than is stored")
        if self.policy != stored.policy:
            self._say(f"the policy was not frozen: {stored.policy.name} {stored.policy.version}")
        if not stored.is_open:
            return
        self._went_home(now)
        if (timer_due, timer_kind) != (self.due, self.due_kind):
            self._say(f"armed is {timer_kind} at {timer_due}, owed is {self.due_kind} at {self.due}")
        if self.due is not None and self.rules.is_late(self.due, now):
            self._say(f"{self.due_kind} was due at {self.due} and has not fired")

    # -- one move -------------------------------------------------------------------------------------------------

    def _move(self, fence: int, lines: list[Entry]) -> None:
        kinds, first = [line.kind for line in lines], lines[0]
        if fence != self.fence + 1:
            self._say(f"fence {fence} follows {self.fence}")
        if self.handling is Handling.CLOSED:
            self._say(f"{kinds} after it was closed")
        self._in_time(first, kinds)
        self.fence = fence
        for line in lines:
            self._line(line, kinds)
        self.moves.append((first.at, self.handling, self.snoozed_until is not None, self.handed_to, self.fence))

    def _went_home(self, now: datetime) -> None:
        """What was taken on a watch is handed on when the watch is over, where there is anybody to ask."""
        over, holder, since = self.goes_home, self.taken_by, self.taken_at
        if over is None or holder is None or since is None or not self.rules.is_late(over + LOOKS_EVERY, now):
            return
        if self.rules.town.relief(self.alert.home, holder, since, over) is not None:
            self._say(f"{holder} went home with it at {over}")

    def _in_time(self, first: Entry, kinds: list[EntryKind]) -> None:
        self._went_home(first.at)
        if self.due is None:
            return
        if self.rules.is_late(self.due, first.at):
            self._say(f"{self.due_kind} was due at {self.due}, and {kinds[0]} came at {first.at}")
        timer_fired = set(kinds) & _BY_TIMER or set(kinds) <= {EntryKind.LEVEL_ENTERED, EntryKind.NO_RECIPIENT}
        by_hand = EntryKind.HAND_OVER_UNANSWERED in kinds  # may come sooner: no message could be delivered
        if timer_fired and first.at < self.due and not by_hand:
            self._say(f"{kinds[0]} at {first.at}, before {self.due}")

    def _line(self, line: Entry, kinds: list[EntryKind]) -> None:
        match line.kind:
            case EntryKind.OPENED:
                self.severity = Severity(line.detail["severity"])
                self.policy = self.rules.policies_at(line.at).by_severity[self.severity]
            case EntryKind.MERGED:
                self._merged(line)
            case EntryKind.WORSENED:
                self._worsened(line, kinds)
            case EntryKind.LEVEL_ENTERED:
                self._entered(line, kinds)
            case EntryKind.ACKNOWLEDGED:
                self._free()
                self.handling, self.taken_by, self.taken_at = Handling.ACKNOWLEDGED, line.actor, line.at
                self._owes(TimerKind.ARRIVE_BY, line.at + self._policy.arrive_within)
                self.goes_home = self.rules.town.goes_home(self.alert.home, line.actor, line.at)
            case EntryKind.ARRIVED:
                self._arrived(line)
            case EntryKind.HANDED_OVER:
                self._handed_over(line)
            case EntryKind.SNOOZED:
                self._snoozed(line)
            case EntryKind.CLOSED:
                self._closed(line)
            case _:
                pass

    def _entered(self, line: Entry, kinds: list[EntryKind]) -> None:
        start, round_ = self._where_to(kinds)
        without = (self.arrived_by or self.taken_by) if EntryKind.RELEASED in kinds else None
        level, people = self._whom(start, line.at, without)
        self._free()
        self.handling, self.level, self.round = Handling.TRIGGERED, level, round_
        said = tuple(str(person) for person in line.detail["people"])
        if int(line.detail["level"]) != level or int(line.detail["round"]) != round_:
            self._say(f"level {line.detail['level']} in round {line.detail['round']}, not {level} in {round_}")
        if set(said) != set(people):
            self._say(f"level {level} asks {said}, behind it are {people}")
        self.asked[self.fence] = people
        self.told |= set(people)
        self._owes(TimerKind.LEVEL, line.at + self._policy.levels[level].patience)

    def _where_to(self, kinds: list[EntryKind]) -> tuple[int, int]:
        """At which level asking begins, in which round."""
        if set(kinds) & _ASKED_ANEW:
            return self.level, self.round
        if self.level >= self._policy.last:
            return self._policy.last, self.round + 1
        return self.level + 1, self.round

    def _whom(self, start: int, at: datetime, without: str | None) -> tuple[int, tuple[str, ...]]:
        """The first level from here with somebody in it; above the last, the nearest below it that has somebody."""
        levels = range(len(self._policy.levels))
        behind = {level: self._behind(level, at) for level in levels}
        others = {level: tuple(p for p in people if p != without) for level, people in behind.items()}
        if any(others[level] for level in levels[start:]):
            behind = others
        for level in levels[start:]:
            if behind[level]:
                return level, behind[level]
        below = (behind[level] for level in reversed(levels[:-1]) if behind[level])
        return self._policy.last, next(below, ())

    def _behind(self, level: int, at: datetime) -> tuple[str, ...]:
        people = (
            person
            for target in self._policy.levels[level].targets
            if isinstance(target, Target)
            for person in self.rules.town.expected(self.alert.home, target, at)
        )
        return tuple(dict.fromkeys(people))

    def _merged(self, line: Entry) -> None:
        """Red joins neither what is held nor another red one; what is severer joins only what nobody holds."""
        severity = Severity(line.detail["severity"])
        is_severer = severity.rank < self.severity.rank
        if (is_severer and self.handling is not Handling.TRIGGERED) or (not is_severer and severity is Severity.RED):
            self._say(f"{severity} was merged into a {self.severity} alert that is {self.handling}")

    def _worsened(self, line: Entry, kinds: list[EntryKind]) -> None:
        old, new = self._policy, self.rules.policies_at(line.at).by_severity[Severity(line.detail["severity"])]
        asking = set(old.levels[self.level].targets)
        alike = [n for n, rung in enumerate(new.levels) if asking & set(rung.targets)]
        self.level = alike[0] if alike else min(self.level, new.last)
        if EntryKind.MERGED in kinds and line.detail["severity"] == Severity.RED:
            self.level = 0
        self.round = self.round if self.level == new.last else 0
        self.severity, self.policy, self.snoozed_until = Severity(line.detail["severity"]), new, None
        if EntryKind.LEVEL_ENTERED in kinds:
            return
        if self.handling is Handling.ON_SITE and self.arrived_at is not None:
            kind, due = TimerKind.REPORT_BY, min(self.arrived_at + old.report_within, line.at + new.report_within)
        else:
            taken = self.taken_at or line.at
            kind, due = TimerKind.ARRIVE_BY, min(taken + old.arrive_within, line.at + new.arrive_within)
        if self.due is not None and self.due_kind is kind:
            due = min(due, self.due)
        if self.accept_by is not None and self.accept_by <= due:
            kind, due = TimerKind.ACCEPT_BY, self.accept_by
        if self.due is not None and due > self.due:
            self._say("growing worse has given more time")
        self._owes(kind, due)

    def _arrived(self, line: Entry) -> None:
        taker, taken_at, handed_to = self.taken_by, self.taken_at, self.handed_to
        self._free()
        takes = taker is None or handed_to == line.actor
        self.taken_by, self.taken_at = (line.actor, line.at) if takes else (taker, taken_at)
        self.handling, self.arrived_by, self.arrived_at = Handling.ON_SITE, line.actor, line.at
        self._owes(TimerKind.REPORT_BY, line.at + self._policy.report_within)

    def _handed_over(self, line: Entry) -> None:
        if line.actor == "system":
            self._relieved(line)
        accept_by = datetime.fromisoformat(line.detail["accept_by"])
        role = self.rules.town.roles[str(line.detail["to"])]
        like = [rung.patience for rung in self._policy.levels if role in rung.targets]
        owed = line.at + (like[0] if like else self._policy.levels[self.level].patience)
        if self.handling is not Handling.TRIGGERED and self.due is not None:
            owed = min(owed, self.due)
        if accept_by != owed:
            self._say(f"handed over until {accept_by}, owed is {owed}")
        if self.handling is Handling.TRIGGERED:
            self._free()
            self.handling, self.taken_by, self.taken_at = Handling.ACKNOWLEDGED, line.actor, line.at
        self.goes_home = None
        self.handed_to, self.accept_by = str(line.detail["to"]), accept_by
        self.told.add(self.handed_to)
        self._owes(TimerKind.ACCEPT_BY, accept_by)

    def _relieved(self, line: Entry) -> None:
        holder, since = self.taken_by, self.taken_at
        assert holder is not None
        assert since is not None
        to = self.rules.town.relief(self.alert.home, holder, since, line.at)
        if self.handling is not Handling.ACKNOWLEDGED or to != line.detail["to"]:
            self._say(f"taken from {holder} for {line.detail['to']}, the watch gives it to {to}")

    def _snoozed(self, line: Entry) -> None:
        until = datetime.fromisoformat(line.detail["until"])
        if self.severity is Severity.RED or until > self.alert.opened_at + self._policy.snooze_within:
            self._say(f"a {self.severity} alert was put off until {until}")
        self._free()
        self.handling, self.snoozed_until = Handling.TRIGGERED, until
        self._owes(TimerKind.SNOOZE, until)

    def _closed(self, line: Entry) -> None:
        if self.severity is Severity.RED and line.actor in self._residents:
            self._say("the resident's word closed a red alert")
        if line.actor == "system":
            self._ended_by_itself(line)
        if self.alert.outcome is None or self.alert.outcome.value != line.detail["outcome"]:
            self._say("its outcome is another than was written down")
        self.handling, self.handed_to, self.snoozed_until, self.due, self.due_kind = (
            Handling.CLOSED,
            None,
            None,
            None,
            None,
        )

    def _ended_by_itself(self, line: Entry) -> None:
        """Only while nobody but the resident was asked, and never red."""
        others = self.told - set(self._residents)
        free = self.handling is Handling.TRIGGERED and not others and self.severity is not Severity.RED
        before = self.lines[: next(n for n, each in enumerate(self.lines) if each is line)]
        if line.detail["outcome"] != "over" or not free or not is_over(before):
            self._say(f"nobody closed it, and {sorted(others)} had been asked")

    # -- helpers --------------------------------------------------------------------------------------------------

    @property
    def _policy(self) -> Policy:
        assert self.policy is not None
        return self.policy

    @property
    def _residents(self) -> Iterator[str]:
        yield f"{self.alert.home}-resident"

    def _owes(self, kind: TimerKind, due: datetime) -> None:
        self.due, self.due_kind = due, kind

    def _free(self) -> None:
        self.taken_by = self.taken_at = self.arrived_by = self.arrived_at = None
        self.handed_to = self.accept_by = self.snoozed_until = self.goes_home = None

    def _say(self, what: str) -> None:
        self.broken.append(f"{self.alert.id}: {what}")
