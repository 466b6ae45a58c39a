"""What detectors may say at the desk, and what saying it again comes to."""

from dataclasses import replace

import pytest

from alerts.concerns import MAX_EVIDENCE, RaisedAs
from alerts.desk import MAX_NOTE
from core.alerts import Alert, Condition, EntryKind, Handling, Outcome, Refusal, TimerKind
from core.concerns import Concern, ConcernKind, Fact, Severity
from core.places import Room
from core.timeline import Standing, replay
from tests.alerts.story import Story
from tests.alerts.street import HOME


def test_saying_a_concern_again_changes_nothing(story: Story) -> None:
    concern = story.concern()
    first = story.raises(concern)
    lines = story.store.timeline(first.alert.id)

    again = story.raises(replace(concern, facts=(Fact("silent_for", 20_000.0, "s"), concern.facts[1])))

    assert (first.what, again.what) == (RaisedAs.OPENED, RaisedAs.KNOWN)
    assert again.alert.id == first.alert.id
    assert story.store.timeline(first.alert.id) == lines


def test_an_episode_that_people_closed_stays_closed_and_the_next_one_opens(story: Story) -> None:
    alert = story.fall_in()
    story.closes("community desk", alert, Outcome.WELL_AT_HOME)

    again = story.raises(story.concern())
    later = story.raises(story.concern(episode="since 15:40"))

    assert (again.what, again.alert.id) == (RaisedAs.KNOWN, alert.id)
    assert later.what is RaisedAs.OPENED
    assert later.alert.id != alert.id


def test_another_place_or_kind_of_fact_is_evidence(story: Story) -> None:
    alert = story.fall_in()

    moved = story.raises(replace(story.concern(), place=Room.KITCHEN))
    known = story.raises(replace(story.concern(), place=Room.KITCHEN))

    assert (moved.what, known.what) == (RaisedAs.EVIDENCE, RaisedAs.KNOWN)
    [line] = story.lines(alert, EntryKind.EVIDENCE)
    assert line.detail["place"] == "kitchen"
    assert line.detail["facts"][0]["name"] == "silent_for"


def test_evidence_is_bounded(story: Story) -> None:
    alert = story.fall_in()

    for n in range(MAX_EVIDENCE + 20):
        story.desk.raise_concern(story.concern(episode=f"e{n}"))

    assert len(story.lines(alert, EntryKind.EVIDENCE)) == MAX_EVIDENCE


def test_an_orange_alert_that_grows_worse_is_red_from_then_on(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.fast_forward(minutes=4)
    assert story.now(alert).level == 1

    raised = story.raises(story.concern(severity=Severity.RED, silent_for=40_000.0))

    now = story.now(alert)
    assert raised.what is RaisedAs.WORSENED
    assert (now.severity, now.policy, now.level) == (Severity.RED, story.policies[Severity.RED], 1)
    assert now.facts[0].value == 40_000.0
    story.phone("daughter").expects("请联系王秀英")
    story.phone("captain").expects_nothing()
    story.fast_forward(minutes=3)
    story.phone("captain").expects("红色")
    assert replay(story.store.timeline(alert.id)) == Standing.of(story.now(alert))


def test_whoever_has_taken_it_keeps_it_and_is_told_to_hurry(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.takes("grid worker", alert)
    story.fast_forward(minutes=5)

    story.raises(story.concern(severity=Severity.RED))

    now = story.now(alert)
    assert (now.handling, now.taken_by) == (Handling.ACKNOWLEDGED, "li")
    story.phone("grid worker").expects("升为红色，请尽快到达")
    timer = story.store.timer(alert.id)
    assert timer is not None
    assert timer.kind is TimerKind.ARRIVE_BY
    assert timer.due_at <= story.at(minutes=20)


def test_it_never_grows_milder_by_itself(story: Story) -> None:
    alert = story.fall_in(severity=Severity.RED)

    story.raises(story.concern(severity=Severity.ORANGE))

    assert story.now(alert).severity is Severity.RED


def test_closed_on_the_residents_word_alone_and_then_worse_is_looked_at_again(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.says_fine(alert)

    raised = story.raises(story.concern(severity=Severity.RED))

    assert raised.what is RaisedAs.OPENED
    assert raised.alert.predecessor == alert.id
    assert story.raises(story.concern(severity=Severity.RED)).what is RaisedAs.KNOWN


def test_closed_by_somebody_who_looked_and_then_worse_stays_closed(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    story.closes("grid worker", alert, Outcome.HOSPITAL)

    assert story.raises(story.concern(severity=Severity.RED)).what is RaisedAs.KNOWN
    assert story.store.open_alerts() == []


def test_a_cold_home_that_somebody_looked_at_and_that_freezes_since_is_looked_at_again(story: Story) -> None:
    cold = [
        story.concern(kind=ConcernKind.TOO_COLD, severity=severity, episode="spell")
        for severity in (Severity.ORANGE, Severity.ORANGE, Severity.RED)
    ]
    first = story.raises(cold[0]).alert
    story.desk.close(first.id, by="grid worker", outcome=Outcome.REFERRED)

    again, worse = story.raises(cold[1]), story.raises(cold[2])

    assert again.what is RaisedAs.KNOWN
    assert (worse.what, worse.alert.severity, worse.alert.predecessor) == (RaisedAs.OPENED, Severity.RED, first.id)


def test_the_sensors_axis_is_their_own(story: Story) -> None:
    alert = story.fall_in()

    cleared = story.desk.clear_concern(HOME, ConcernKind.SILENCE, "since 09:02", "sign of life")
    twice = story.desk.clear_concern(HOME, ConcernKind.SILENCE, "since 09:02", "sign of life")
    returned = story.raises(story.concern())

    assert cleared is not None
    assert (cleared.condition, cleared.handling, cleared.fence) == (Condition.CLEARED, Handling.TRIGGERED, alert.fence)
    assert twice is None
    assert returned.what is RaisedAs.RETURNED
    assert story.now(alert).condition is Condition.ACTIVE


def test_the_end_of_an_earlier_episode_does_not_clear_the_present_one(story: Story) -> None:
    alert = story.fall_in()
    story.raises(story.concern(episode="since 15:40"))

    assert story.desk.clear_concern(HOME, ConcernKind.SILENCE, "since 09:02", "sign of life") is None
    assert story.now(alert).condition is Condition.ACTIVE
    assert story.desk.clear_concern(HOME, ConcernKind.SILENCE, "since 15:40", "sign of life") is not None


def test_clearing_what_is_not_open_changes_nothing(story: Story) -> None:
    assert story.desk.clear_concern(HOME, ConcernKind.GAS, "e", "over") is None


def test_a_note_is_kept_and_needs_words(story: Story) -> None:
    alert = story.fall_in()

    story.desk.note(alert.id, by="li", text="  neighbour has a key  " + "x" * MAX_NOTE)

    [line] = story.lines(alert, EntryKind.NOTE)
    assert line.actor == "li"
    assert len(line.detail["text"]) == MAX_NOTE
    with pytest.raises(ValueError, match="words"):
        story.desk.note(alert.id, by="li", text="   ")


def test_what_is_closed_or_unknown_is_refused(story: Story) -> None:
    alert = story.fall_in()
    story.closes("community desk", alert)

    assert story.takes("grid worker", alert) is Refusal.CLOSED
    assert story.desk.note(alert.id, by="li", text="late") is Refusal.CLOSED
    assert story.desk.acknowledge("nothing", by="li") is Refusal.UNKNOWN


def test_every_change_is_announced(story: Story) -> None:
    alert = story.fall_in()
    story.takes("grid worker", alert)
    story.closes("grid worker", alert)

    told = [a.handling for a in story.announced if a.id == alert.id]
    assert {Handling.TRIGGERED, Handling.ACKNOWLEDGED, Handling.CLOSED} <= set(told)


def test_somebody_who_moved_it_while_a_detector_spoke_is_not_lost(story: Story) -> None:
    alert = story.fall_in(severity=Severity.ORANGE)
    worse = story.concern(severity=Severity.RED)
    story.desk.store = _TakenMeanwhile(story)  # type: ignore[assignment]

    raised = story.desk.raise_concern(worse)

    assert raised.what is RaisedAs.WORSENED
    assert (story.now(alert).taken_by, story.now(alert).severity) == ("li", Severity.RED)


class _TakenMeanwhile:
    """Between the desk's look and its write, a grid worker takes the alert: once."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._left = 1

    def __getattr__(self, name: str) -> object:
        if name == "apply" and self._left:
            self._left = 0
            store, self._story.desk.store = self._story.desk.store, self._story.store
            alert: Alert = self._story.store.open_alerts()[0]
            self._story.desk.acknowledge(alert.id, by="li")
            self._story.desk.store = store
        return getattr(self._story.store, name)


def test_a_home_that_left_the_inventory_still_reaches_its_area(story: Story) -> None:
    inventory = story.reacher._world.inventory
    alert = story.fall_in("building-7/0501")
    story.reacher.use(inventory=replace(inventory, homes={}))

    story.fast_forward(minutes=20)

    story.phone("grid worker").expects("building-7/0501")
    story.phone("street desk").expects("building-7/0501")
    assert story.now(alert).area == "building-7"


def test_concerns_of_one_home_of_two_kinds_are_two_alerts(story: Story) -> None:
    first = story.fall_in()
    second = story.raises(_smoke(story)).alert

    assert {a.id for a in story.store.open_alerts(homes=[HOME])} == {first.id, second.id}
    story.phone("resident").expects("可能有烟")


def _smoke(story: Story) -> Concern:
    return story.concern(kind=ConcernKind.SMOKE, episode="smoke 10:00")
