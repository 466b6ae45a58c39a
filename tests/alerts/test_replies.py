"""People answer by SMS or by a key: for the one whose number it is, about what asks them last, never by accident."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from alerts.channels.inbound import Inbound, Replied, ReplyBy
from alerts.channels.token_path import TokenPath
from alerts.channels.twilio_inbound import TwilioInbound
from alerts.replies import Replies, ReplyFate
from alerts.wording.catalogue import say
from core.alerts import Alert, EntryKind, Handling, Outcome, Refusal
from core.concerns import ConcernKind, Severity
from core.people import Directory, Language, Route
from core.policies import Target
from tests.alerts.story import PhoneChannel, Story, _is_dead
from tests.alerts.street import CALLED, DIRECTORY


def answers(
    story: Story, who: str, words: str, *, by: str = "sms", about: str = "", directory: Directory = DIRECTORY
) -> str:
    """What this person's phone is told after answering."""
    address = next(route.address for route in directory.people[CALLED[who]].routes if route.channel == by)
    replies = Replies(story.desk, lambda: directory)
    said = replies.hear(by, Replied(address, words, about))
    story.fast_forward(seconds=0.1)
    assert said is not None
    assert said.understood == ("not_understood" not in _fate(said.text))
    return _fate(said.text)


def _fate(text: str) -> str:
    return next(f.value for f in ReplyFate for lang in Language if say(lang, f"reply.{f.value}") == text)


def at_family(story: Story, severity: Severity = Severity.RED) -> Alert:
    alert = story.fall_in(severity=severity)
    story.fast_forward(minutes=3, seconds=1)
    return alert


def reference(story: Story, alert: Alert, who: str) -> str:
    return next(
        str(d.attempts[-1].provider_id) for d in story.store.deliveries(alert.id) if d.send.person == CALLED[who]
    )


def test_who_answers_one_has_it(story: Story) -> None:
    alert = at_family(story)

    assert answers(story, "daughter", "1") == "taken"

    assert (story.now(alert).handling, story.now(alert).taken_by) == (Handling.ACKNOWLEDGED, "min")


@pytest.mark.parametrize("words", [" 1 ", "１", "1。", "1.", "“1”", "\n1\n"])
def test_a_digit_counts_however_it_is_typed(story: Story, words: str) -> None:
    at_family(story)

    assert answers(story, "daughter", words) == "taken"


@pytest.mark.parametrize("words", ["", "3", "11", "好的", "1 或者 2", "STOP", "1" * 5000, "0", "𝟏x"])
def test_anything_else_changes_nothing_and_is_said(story: Story, words: str) -> None:
    alert = at_family(story)
    before = story.store.timeline(alert.id)

    assert answers(story, "daughter", words) == "not_understood"

    assert story.store.timeline(alert.id) == before


def test_a_number_that_is_nobodys_is_told_nothing(story: Story) -> None:
    alert = at_family(story)

    assert Replies(story.desk, lambda: DIRECTORY).hear("sms", Replied("+8613900000000", "1")) is None
    assert Replies(story.desk, lambda: DIRECTORY).hear("other", Replied("sms:min", "1")) is None
    assert story.now(alert).taken_by is None


def test_a_number_is_the_same_however_it_is_written(story: Story) -> None:
    at_family(story)
    daughter = replace(DIRECTORY.people["min"], routes=(Route("sms", "137 1111 2222"),))
    directory = replace(DIRECTORY, people={**DIRECTORY.people, "min": daughter})

    said = Replies(story.desk, lambda: directory).hear("sms", Replied("+8613711112222", "1"))

    assert said is not None
    assert _fate(said.text) == "taken"


def test_the_residents_one_means_that_they_are_fine(story: Story) -> None:
    orange = story.fall_in(severity=Severity.ORANGE)

    assert answers(story, "resident", "2") == "not_understood_resident"
    assert story.now(orange).is_open
    assert answers(story, "resident", "1") == "fine"

    assert not story.now(orange).is_open


def test_on_red_somebody_comes_all_the_same(story: Story) -> None:
    red = story.fall_in()

    assert answers(story, "resident", "1") == "fine"

    assert story.now(red).is_open
    assert story.lines(red, EntryKind.RESIDENT_FINE)


def test_who_is_asked_and_cannot_is_written_down_and_it_climbs_as_planned(story: Story) -> None:
    alert = at_family(story)

    assert answers(story, "son", "2") == "cannot"

    [note] = story.lines(alert, EntryKind.NOTE)
    assert (note.actor, note.detail["text"]) == ("jun", "Answered: cannot go.")
    assert story.now(alert).handling is Handling.TRIGGERED


def test_who_has_it_and_cannot_gives_it_back(story: Story) -> None:
    alert = at_family(story)
    answers(story, "daughter", "1")

    assert answers(story, "daughter", "1") == "yours"
    assert answers(story, "daughter", "2") == "released"

    assert story.now(alert).handling is Handling.TRIGGERED


def test_a_late_answer_takes_nothing_from_who_has_it(story: Story) -> None:
    alert = at_family(story)
    story.takes("daughter", alert)

    assert answers(story, "son", "1") == "in_hands"
    assert answers(story, "son", "2") == "in_hands"

    assert story.now(alert).taken_by == "min"


def test_who_was_asked_below_may_still_take_it_after_it_climbed(story: Story) -> None:
    alert = at_family(story)
    story.fast_forward(minutes=3)
    assert story.now(alert).level > 1

    assert answers(story, "daughter", "1") == "taken"


def test_nobody_answers_what_they_were_not_asked(story: Story) -> None:
    alert = at_family(story)

    assert answers(story, "street desk", "1") == "nothing"

    assert story.now(alert).taken_by is None


def test_an_answer_counts_for_what_asked_last(story: Story) -> None:
    first = at_family(story)
    second = story.raises(story.concern(kind=ConcernKind.SMOKE)).alert
    story.fast_forward(minutes=1, seconds=1)

    assert answers(story, "daughter", "1") == "taken"

    assert story.now(second).taken_by == "min"
    assert story.now(first).taken_by is None


def test_a_key_counts_for_the_call_in_which_it_was_pressed(story: Story) -> None:
    first = at_family(story)
    second = story.raises(story.concern(kind=ConcernKind.SMOKE)).alert
    story.fast_forward(minutes=1, seconds=1)

    assert answers(story, "daughter", "1", about=reference(story, first, "daughter")) == "taken"

    assert story.now(first).taken_by == "min"
    assert story.now(second).taken_by is None


def test_a_key_of_a_call_without_a_number_finds_its_person_by_the_call(story: Story) -> None:
    alert = at_family(story)
    replies = Replies(story.desk, lambda: DIRECTORY)

    said = replies.hear("sms", Replied("", "1", reference(story, alert, "daughter")))
    unknown = replies.hear("sms", Replied("", "1", "another call"))

    assert said is not None
    assert unknown is not None
    assert (_fate(said.text), _fate(unknown.text)) == ("taken", "nothing")
    assert story.now(alert).taken_by == "min"


def test_a_button_below_a_message_of_long_ago_touches_nothing(story: Story) -> None:
    alert = at_family(story)

    assert answers(story, "daughter", "1", about="a message of last week") == "nothing"

    assert story.now(alert).taken_by is None


def test_a_key_that_is_quicker_than_our_own_note_of_the_call_counts(story: Story) -> None:
    alert = story.fall_in()
    story.phone("daughter").hangs()
    story.phone("son").is_dead()
    story.fast_forward(minutes=1, seconds=1)

    assert answers(story, "daughter", "1", about="not written yet") == "taken"

    assert story.now(alert).taken_by == "min"


def test_a_key_about_what_is_closed_touches_nothing_else(story: Story) -> None:
    first = at_family(story)
    about = reference(story, first, "daughter")
    story.closes("grid worker", first, Outcome.WELL_AT_HOME)
    second = story.raises(story.concern(kind=ConcernKind.SMOKE)).alert
    story.fast_forward(minutes=1, seconds=1)

    assert answers(story, "daughter", "1", about=about) == "over"

    assert story.now(second).taken_by is None


def test_when_it_is_over_there_is_nothing_to_answer(story: Story) -> None:
    alert = at_family(story)
    story.closes("daughter", alert)

    assert answers(story, "daughter", "1") == "nothing"


def test_who_is_handed_it_takes_it_by_an_answer(story: Story) -> None:
    alert = at_family(story)
    story.takes("daughter", alert)
    assert not isinstance(story.desk.hand_over(alert.id, by="min", to="li"), Refusal)
    story.fast_forward(seconds=0.1)

    assert answers(story, "grid worker", "1") == "taken"

    assert story.now(alert).taken_by == "li"


def test_two_with_one_telephone_are_the_one_who_was_asked_last(story: Story) -> None:
    shared = replace(DIRECTORY.people["wang"], routes=(Route("sms", "sms:min"),))
    directory = replace(DIRECTORY, people={**DIRECTORY.people, "wang": shared})
    story.reacher.use(directory=directory)
    alert = story.fall_in()

    assert answers(story, "daughter", "1", directory=directory) == "fine"
    story.fast_forward(minutes=1, seconds=1)
    assert answers(story, "daughter", "1", directory=directory) == "taken"

    assert story.now(alert).taken_by == "min"


def _set_up(story: Story, kind: str, inbound: Inbound) -> None:
    channel = story.sender.channels[kind]
    assert isinstance(channel, PhoneChannel)
    channel.inbound = inbound


# -- the words in the message -------------------------------------------------------------------------------------


def test_how_to_answer_stands_in_a_message_only_where_answers_are_set_up(story: Story) -> None:
    token = SecretStr("a-token-of-twenty-chars")
    sms = TokenPath("https://anxin.example/providers/sms", token, lambda _what, _item: None, {}, ReplyBy.TEXT)
    _set_up(story, "sms", sms)
    alert = at_family(story)

    asked = {m.person: m for _, m in story.phones.received}
    assert asked["wang"].how_to_answer == "没事请回复1。"
    assert asked["min"].how_to_answer == "能去请回复1，去不了回复2。"
    assert asked["min"].callbacks == "https://anxin.example/providers/sms"

    story.phone("grid worker").answers(_is_dead, by="sms")
    story.fast_forward(minutes=6)
    voice = next(m for _, m in story.phones.received if m.address == "voice:li")
    assert (voice.how_to_answer, voice.callbacks) == ("", "")
    story.takes("grid worker", alert)
    told = story.phone("daughter").messages[-1]
    assert told.how_to_answer == ""


def test_a_call_says_which_key_to_press(story: Story) -> None:
    token = SecretStr("12345")
    keys = TwilioInbound("https://anxin.example/providers/voice", token, ReplyBy.KEY)
    _set_up(story, "voice", keys)
    story.phone("resident").answers(_is_dead, by="sms")

    story.fall_in()

    assert story.phone("resident").messages[-1].how_to_answer == "没事请按1。"


@pytest.mark.parametrize("language", Language)
def test_everything_that_can_be_told_has_words(language: Language) -> None:
    for fate in ReplyFate:
        assert say(language, f"reply.{fate.value}")
    for by in ReplyBy:
        for target in Target:
            assert say(language, f"how.{by.value}_{'resident' if target is Target.RESIDENT else 'responder'}")
