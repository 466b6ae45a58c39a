"""Every word that can be asked for is there in both languages; family hears no health detail; a name is just a name."""

import itertools
import re
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache

import pytest

from alerts import wording
from alerts.wording.catalogue import sentences
from alerts.wording.facts import NAMES
from core import escalation
from core.alerts import Alert, Condition, Entry, EntryKind, Handling, Outcome, Purpose, Refusal, Send
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.delivery import Settlement
from core.outcomes import Access
from core.people import Language
from core.places import Home, Room
from core.policies import DEFAULT_POLICIES, Target
from core.receipts import Onwards

NOW = datetime(2026, 11, 24, 1, 2, tzinfo=UTC)
ZH, EN = Language.CHINESE, Language.ENGLISH
HOME = Home("h1", "b", "7号楼402", resident="王秀英")
ZONE = HOME.zone
NAMES_OF = {"li": "李强", "min": "王敏"}
CATALOGUE_KEY = re.compile(r"[a-z]+_[a-z_]+|\{")
VALUES: dict[str, Fact] = {
    "front_door": Fact("front_door", "closed", "text"),
    "presence": Fact("presence", "home", "text"),
    "last_seen_at": Fact("last_seen_at", NOW.isoformat(), "time"),
    "front_door_since": Fact("front_door_since", NOW.isoformat(), "time"),
    "same_value_since": Fact("same_value_since", NOW.isoformat(), "time"),
    "saw_nobody_since": Fact("saw_nobody_since", NOW.isoformat(), "time"),
    "pressed_at": Fact("pressed_at", NOW.isoformat(), "time"),
    "last_seen_place": Fact("last_seen_place", "bathroom", "place"),
    "room": Fact("room", "kitchen", "place"),
    "device": Fact("device", "g1/plug", "device"),
    "days_learned": Fact("days_learned", 28.0, "d"),
    "seeing_devices": Fact("seeing_devices", 6.0, "count"),
    "budget": Fact("budget", 0.5, "count"),
    "power": Fact("power", 1203.4, "W"),
}


def fact_of(name: str) -> Fact:
    return VALUES.get(name) or Fact(name, 18_720.0, "s")


@cache
def _opened(kind: ConcernKind) -> Alert:
    concern = Concern(
        "h1", kind, Severity.RED, "e", NOW, NOW, kind.value, tuple(fact_of(n) for n in NAMES[:3]), Room.BATHROOM
    )
    return escalation.open_alert(
        concern, alert_id="a1", area="b", policy=DEFAULT_POLICIES[Severity.RED], reach={}, now=NOW
    ).alert


def alert(kind: ConcernKind = ConcernKind.SILENCE, **changes: object) -> Alert:
    return replace(_opened(kind), **changes)  # type: ignore[arg-type]


def send(target: Target, purpose: Purpose, event: EntryKind, *, round_: int = 0) -> Send:
    return Send("s1", "a1", 1, 0, round_, "p", "某人", target, purpose, event, ZH, (), NOW)


def test_both_catalogues_have_the_same_keys_and_the_same_places() -> None:
    zh, en = sentences(ZH), sentences(EN)

    assert zh.keys() == en.keys()
    for key in zh:
        if not key.startswith(("time.", "title.", "message.", "entry.")):
            assert _places(zh[key]) == _places(en[key]), key


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("section", "terms"),
    [
        ("kind", ConcernKind),
        ("severity", Severity),
        ("outcome", Outcome),
        ("outcome_means", Outcome),
        ("access", Access),
        ("handling", Handling),
        ("condition", Condition),
        ("room", Room),
        ("target", Target),
        ("settlement", Settlement),
        ("refusal", Refusal),
    ],
)
def test_every_term_has_its_word(language: Language, section: str, terms: type[StrEnum]) -> None:
    known = {key.removeprefix(f"{section}.") for key in sentences(language) if key.startswith(f"{section}.")}

    assert known == {term.value for term in terms}
    assert all(getattr(wording, section)(term, language) for term in terms)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_its_sentence(language: Language, name: str) -> None:
    said = wording.fact(fact_of(name), language, ZONE)

    assert not CATALOGUE_KEY.search(said), said
    assert "5小时12分" in said or "5 h 12 min" in said or name in VALUES


def test_a_fact_speaks_like_people() -> None:
    assert wording.fact(fact_of("silent_for"), ZH, ZONE) == "已有5小时12分没有动静"
    assert wording.fact(fact_of("silent_for"), EN, ZONE) == "No sign of life for 5 h 12 min"
    assert wording.fact(fact_of("last_seen_at"), ZH, ZONE) == "最后一次动静：11月24日09:02"
    assert wording.fact(fact_of("last_seen_at"), EN, ZONE) == "Last sign of life: 24 Nov 09:02"
    assert wording.fact(fact_of("last_seen_place"), ZH, ZONE) == "最后在卫生间"
    assert wording.fact(fact_of("front_door"), EN, ZONE) == "Front door: closed"
    assert wording.fact(fact_of("power"), ZH, ZONE) == "功率1203瓦"
    assert wording.fact(fact_of("budget"), EN, ZONE) == "Set to at most 0.5 false alarms a month"


def test_what_never_was_and_what_began_some_day_are_said_so() -> None:
    never, seldom = Fact("never_more_than", 0, "count"), Fact("never_more_than", 2, "count")
    begun = Fact("changed_since", "2026-11-01T18:00:00+00:00", "date")

    assert wording.fact(never, ZH, ZONE) == "以往夜里从没有过"
    assert wording.fact(never, EN, ZONE) == "In no night known before"
    assert wording.fact(seldom, ZH, ZONE) == "以往最多一夜2次"
    assert wording.fact(begun, ZH, ZONE) == "大约从11月2日开始"
    assert wording.fact(begun, EN, ZONE) == "Since about 2 Nov"


def test_a_fact_that_nobody_foresaw_is_still_readable() -> None:
    assert wording.fact(Fact("bed_moves", 3.0, "count"), EN, ZONE) == "bed moves: 3"
    assert wording.fact(Fact("last_seen_at", "yesterday", "time"), EN, ZONE) == "Last sign of life: yesterday"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (-5, "0秒", "0 s"),
        (59.9, "59秒", "59 s"),
        (60, "1分钟", "1 min"),
        (3_599, "59分钟", "59 min"),
        (3_600, "1小时", "1 h"),
        (18_720, "5小时12分", "5 h 12 min"),
        (90_000, "25小时", "25 h"),
        (172_800, "2天", "2 d"),
        (200_000, "2天7小时", "2 d 7 h"),
    ],
)
def test_durations_read_as_people_say_them(seconds: float, zh: str, en: str) -> None:
    assert wording.duration(seconds, ZH) == zh
    assert wording.duration(timedelta(seconds=seconds), EN) == en


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ConcernKind)
def test_every_kind_has_a_title_with_and_without_a_place(language: Language, kind: ConcernKind) -> None:
    with_place = wording.concern_title(alert(kind), language)
    without = wording.concern_title(alert(kind, place=None), language)

    assert without == wording.kind(kind, language)
    assert with_place.startswith(without)


def _details() -> dict[EntryKind, list[dict[str, object]]]:
    facts = [{"name": f.name, "value": f.value, "unit": f.unit} for f in map(fact_of, NAMES)]
    when = NOW.isoformat()
    level: dict[str, object] = {"level": 1, "round": 0, "targets": ["family"], "people": ["min"], "until": when}
    sent: dict[str, object] = {"person": "min", "name": "王敏", "target": "family", "channel": "console"}
    there: dict[str, object] = {
        "evidence": "qr",
        "location": {"latitude": 31.23, "longitude": 121.4737, "accuracy_m": 18.4},
    }
    return {
        EntryKind.OPENED: [
            {"kind": "silence", "severity": "red", "facts": facts},
            {"kind": "silence", "severity": "red", "facts": facts, "predecessor": "a0"},
        ],
        EntryKind.LEVEL_ENTERED: [
            level,
            {**level, "round": 2},
            {**level, "people": []},
            {**level, "stand_in": True},
        ],
        EntryKind.ACKNOWLEDGED: [{"arrive_by": when, "from": None}, {"arrive_by": when, "from": "min"}],
        EntryKind.ARRIVE_OVERDUE: [{"who": "li", "level": 1}, {"who": None, "level": 1}],
        EntryKind.ARRIVED: [{"report_by": when}, {"report_by": when, **there}],
        EntryKind.PHOTO: [{"photo": "p-1"}],
        EntryKind.AT_DOOR: [there, {"evidence": "qr"}],
        EntryKind.REPORT_OVERDUE: [{"who": "li", "level": 1}],
        EntryKind.RELEASED: [{"from": "li", "reason": r} for r in ("", "车坏了 {0}")],
        EntryKind.HANDED_OVER: [{"to": "li", "name": "李强", "accept_by": when}],
        EntryKind.HAND_OVER_UNANSWERED: [{"who": "li", "level": 1}],
        EntryKind.SNOOZED: [{"until": when, "reason": r} for r in ("", "刚起床 {0}")],
        EntryKind.SNOOZE_ENDED: [{}],
        EntryKind.HELD: [{"level": 1, "round": 0, "until": "2026-11-24T23:00:00+00:00"}],
        EntryKind.CONDITION_CLEARED: [{"episode": "e", "reason": "sign of life"}],
        EntryKind.CONDITION_RETURNED: [{"episode": "e", "facts": facts}],
        EntryKind.MERGED: [{"kind": "smoke", "severity": "red", "facts": facts, "episode": "e"}],
        EntryKind.PART_CLEARED: [{"kind": "door_open", "episode": "e", "reason": "closed"}],
        EntryKind.WORSENED: [{"from": "orange", "severity": "red", "facts": facts}],
        EntryKind.CLOSED: [
            {"outcome": o.value, "note": n, "together": m}
            for o, n, m in itertools.product(Outcome, ("", "看过了 {x}"), (1, 12))
        ]
        + [{"outcome": "helped", "note": "", "together": 1, "access": a} for a in (None, *Access)],
        EntryKind.NO_RECIPIENT: [{"level": 3, "targets": ["grid_worker", "captain"]}],
        EntryKind.UNREACHABLE: [{"who": None, "level": 1}],
        EntryKind.RESIDENT_FINE: [{}],
        EntryKind.EVIDENCE: [{"facts": facts, "episode": "e"}, {"facts": []}],
        EntryKind.NOTE: [
            {"text": "邻居有钥匙 {0}"},
            {"home": "h", "address": "7号楼402", "found": "well", "text": ""},
            {"home": "h", "address": "7号楼402", "found": "nobody", "text": "x"},
            {"home": "h", "address": "7号楼402", "found": "needs_help", "text": "x"},
        ],
        EntryKind.DELIVERY: [
            {**sent, "settlement": s.value, "said": said, "repeat": repeat}
            for s, said, repeat in itertools.product(Settlement, ("", "busy"), (False, True))
        ],
        EntryKind.NOT_SENT: [
            {**sent, "reason": r} for r in ("taken", "closed", "overtaken", "snoozed", "no_route", "quiet hours")
        ],
        EntryKind.UNDELIVERED: [
            {**sent, "said": said, "then": then.value} for said, then in itertools.product(("", "30003"), Onwards)
        ],
    }


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", EntryKind)
def test_every_line_of_a_timeline_is_a_sentence(language: Language, kind: EntryKind) -> None:
    for detail in _details()[kind]:
        said = wording.entry(Entry("a1", NOW, kind, 1, "li", detail), NAMES_OF, language, ZONE)

        assert said
        assert not CATALOGUE_KEY.search(said.replace("{x}", "").replace("{0}", "")), said
        assert "11-24T" not in said


def test_lines_name_people_and_the_homes_own_time() -> None:
    taken = Entry("a1", NOW, EntryKind.ACKNOWLEDGED, 2, "li", {"arrive_by": NOW.isoformat(), "from": "min"})

    assert wording.entry(taken, NAMES_OF, ZH, ZONE) == "李强从王敏手中接手，应于09:02前到达"
    assert "10:02" in wording.entry(taken, {}, EN, timezone(timedelta(hours=9)))
    assert wording.entry(taken, {}, EN, ZONE).startswith("li has taken it over from min")


ASKS = [
    (Target.RESIDENT, "您还好吗", "Are you all right"),
    (Target.FAMILY, "请联系王秀英", "Please check on 王秀英"),
    (Target.CAPTAIN, "【红色】7号楼402 王秀英", "[red] 7号楼402 王秀英"),
    (Target.GRID_WORKER, "长时间没有动静（最后在卫生间）", "last seen: bathroom"),
    (Target.STREET_DESK, "7号楼402", "7号楼402"),
]


@pytest.mark.parametrize(("target", "zh", "en"), ASKS)
def test_each_is_asked_in_the_words_for_them(target: Target, zh: str, en: str) -> None:
    ask = send(target, Purpose.ASK, EntryKind.LEVEL_ENTERED)

    assert zh in wording.message(ask, alert(), HOME, ZH).title
    assert en in wording.message(ask, alert(), HOME, EN).title


def _every_message(target: Target) -> list[wording.Text]:
    """An alert that is not closed has no outcome."""
    open_ = (EntryKind.ACKNOWLEDGED, EntryKind.SNOOZED, EntryKind.WORSENED, EntryKind.MERGED)
    events: list[tuple[Purpose, EntryKind, Outcome | None]] = [
        *((Purpose.ASK, e, None) for e in (EntryKind.LEVEL_ENTERED, EntryKind.HANDED_OVER)),
        *((Purpose.INFORM, e, None) for e in open_),
        *((Purpose.INFORM, EntryKind.CLOSED, outcome) for outcome in Outcome),
    ]
    return [
        wording.message(
            send(target, purpose, event, round_=round_),
            alert(kind, outcome=outcome, taken_by="li", closed_by=None if outcome is None else "li"),
            home,
            language,
            repeat=repeat,
            names=NAMES_OF,
        )
        for (purpose, event, outcome), kind, language, round_, repeat, home in itertools.product(
            events, ConcernKind, Language, (0, 3), (False, True), (HOME, replace(HOME, resident=None))
        )
    ]


@pytest.mark.parametrize("target", Target)
def test_every_message_is_whole_and_short_enough_for_a_phone(target: Target) -> None:
    for text in _every_message(target):
        assert text.title
        assert text.body
        assert not CATALOGUE_KEY.search(f"{text.title} {text.body}"), text
        assert len(text.title) <= 120
        assert len(text.body) <= 500


HEALTH = re.compile(
    "卫生间|动静|起床|夜里|烟|燃气|漏水|送医|去世|帮助|故障|小时"
    "|bathroom|sign of life|hospital|deceased|helped|gas|smoke|fault|5 h"
)


def test_family_hears_no_health_detail_whatever_happened() -> None:
    for text in _every_message(Target.FAMILY):
        assert not HEALTH.search(f"{text.title} {text.body}"), text


def test_family_is_never_told_that_all_is_well_when_it_is_not() -> None:
    ended = send(Target.FAMILY, Purpose.INFORM, EntryKind.CLOSED)

    for outcome in Outcome:
        said = wording.message(ended, alert(outcome=outcome), HOME, ZH).title
        assert ("一切都好" in said) == (outcome is Outcome.WELL_AT_HOME), outcome


def test_family_is_not_told_that_somebody_was_with_them_when_nobody_got_in() -> None:
    ended = send(Target.FAMILY, Purpose.INFORM, EntryKind.CLOSED)

    said = wording.message(ended, alert(outcome=Outcome.NO_ACCESS), HOME, EN).body

    assert said.startswith("We have not been able to see")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_is_defined_in_a_sentence_or_three_of_its_own(outcome: Outcome, language: Language) -> None:
    defined = wording.outcome_means(outcome, language)

    assert defined.endswith((".", "。"))
    assert 1 <= len(re.findall("[.。]", defined)) <= 3
    assert defined not in {wording.outcome_means(other, language) for other in Outcome if other is not outcome}


def test_a_repeat_and_a_further_round_say_so() -> None:
    ask = send(Target.GRID_WORKER, Purpose.ASK, EntryKind.LEVEL_ENTERED, round_=2)

    assert wording.message(ask, alert(), HOME, ZH, repeat=True).title.startswith("（重发）")
    assert wording.message(ask, alert(), HOME, EN, repeat=True).title.startswith("(repeat)")
    assert wording.message(ask, alert(), HOME, ZH).body.startswith("第3次呼叫")


def test_a_name_with_braces_is_only_a_name() -> None:
    odd = replace(HOME, resident="{resident} {0}", address="{home}")

    assert (
        "{resident} {0}"
        in wording.message(send(Target.GRID_WORKER, Purpose.ASK, EntryKind.LEVEL_ENTERED), alert(), odd, ZH).title
    )
