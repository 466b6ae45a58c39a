"""Ways are proved by the person's own answer: by the link, by a reply, or by the code that they read out."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from alerts.channels.channel import OutgoingMessage, Unaskable
from alerts.channels.inbound import Replied
from alerts.proving import Proving
from alerts.replies import Replies
from alerts.workers import inline
from core.delivery import Accepted, Permanent, Verdict
from core.people import Route
from core.ports import StoreUnavailable
from core.proving import OPEN_FOR, ProofHow, Trial
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY, LI
from tests.fakes import MemoryProofs

SMS, VOICE = Route("sms", f"sms:{LI}"), Route("voice", f"voice:{LI}")
PERSON = DIRECTORY.people[LI]


@dataclass
class Gateway(Unaskable):
    kind: str = "sms"
    answer: Verdict = field(default_factory=lambda: Accepted("p-1", "OK"))
    got: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        self.got.append(message)
        return self.answer


@dataclass
class Office:
    story: Story
    gateway: Gateway
    proving: Proving
    replies: Replies

    def tests(self, route: Route = SMS) -> Trial:
        return self.story.loop.run_until_complete(self.proving.test(PERSON, route, by="wu"))

    def now(self, trial: Trial) -> Trial:
        found = self.proving.store.trial(trial.id)
        assert found is not None
        return found

    def hears(self, words: str, address: str = SMS.address) -> str | None:
        said = self.replies.hear("sms", Replied(address, words))
        return None if said is None else said.text

    @property
    def proved(self) -> set[tuple[str, str, str]]:
        return set(self.proving.store.proved(self.story.clock.now() - timedelta(days=1)))


@pytest.fixture
def office(story: Story) -> Office:
    gateway = Gateway()
    proving = Proving(MemoryProofs(), {"sms": gateway}, story.clock, inline, "https://anxin.example/")
    return Office(story, gateway, proving, Replies(story.desk, lambda: DIRECTORY, proving))


def test_a_test_goes_out_with_its_link_and_its_code(office: Office) -> None:
    trial = office.tests()

    [message] = office.gateway.got
    assert (message.address, message.person, message.title) == (SMS.address, LI, "【安心】测试：请回应")
    assert message.link == f"https://anxin.example/t/{trial.id}"
    assert " ".join(trial.code) in message.body
    assert (trial.accepted, trial.said, trial.answered_at) == (True, "OK", None)
    assert office.proved == set(), "accepted by a provider is not answered by a person"


def test_two_tests_are_told_apart_by_nobody_who_guesses(office: Office) -> None:
    ids = {office.tests().id for _ in range(50)}

    assert len(ids) == 50
    assert min(map(len, ids)) >= 20


def test_the_button_behind_the_link_proves_it_once(office: Office) -> None:
    trial = office.tests()

    assert office.proving.answered(trial.id, ProofHow.LINK)
    assert not office.proving.answered(trial.id, ProofHow.LINK)

    assert office.now(trial).how is ProofHow.LINK
    assert office.proved == {(LI, "sms", SMS.address)}


def test_a_day_later_it_proves_nothing(office: Office) -> None:
    trial = office.tests()
    office.story.fast_forward(seconds=OPEN_FOR.total_seconds())

    assert not office.proving.answered(trial.id, ProofHow.LINK)
    assert office.proving.open_trial(trial.id) is None
    assert not office.proving.read_out(LI, trial.code)


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}"])
def test_the_code_that_they_read_out_proves_it(office: Office, typed: str) -> None:
    trial = office.tests()

    assert office.proving.read_out(LI, typed.format(trial.code, " ".join(trial.code)))

    assert office.now(trial).how is ProofHow.CODE


def test_another_code_or_another_persons_proves_nothing(office: Office) -> None:
    trial = office.tests()
    wrong = f"{(int(trial.code) + 1) % 10_000:04d}"

    assert not office.proving.read_out(LI, wrong)
    assert not office.proving.read_out("zhao", trial.code)
    assert office.proved == set()


def test_what_the_provider_refused_proves_nothing_by_its_code(office: Office) -> None:
    office.gateway.answer = Permanent("空号")

    trial = office.tests()

    assert (trial.accepted, trial.said) == (False, "空号")
    assert not office.proving.read_out(LI, trial.code)


def test_a_way_that_is_not_set_up_is_told(office: Office) -> None:
    trial = office.tests(VOICE)

    assert (trial.accepted, trial.said) == (False, "no channel 'voice' is set up")


def test_a_reply_from_the_number_proves_it_and_is_thanked(office: Office) -> None:
    trial = office.tests()

    assert office.hears("1") == "谢谢，这个联系方式可用。"

    assert office.now(trial).how is ProofHow.REPLY
    assert office.proved == {(LI, "sms", SMS.address)}


def test_a_reply_from_elsewhere_or_in_other_words_proves_nothing(office: Office) -> None:
    office.tests()

    assert office.hears("hello") is not None
    assert office.hears("1", "sms:nobody") is None
    assert office.proved == set()


def test_answering_a_real_message_proves_the_way_too_and_is_heeded_first(office: Office) -> None:
    story = office.story
    alert = story.fall_in()
    story.fast_forward(minutes=8)
    trial = office.tests()

    said = office.hears("1")

    assert said is not None
    assert "谢谢" in said
    assert story.now(alert).taken_by == LI
    assert office.now(trial).answered_at is not None, "the same answer shows that the number is theirs"


def test_a_real_answer_without_a_test_is_proof(office: Office) -> None:
    story = office.story
    story.fall_in()
    story.fast_forward(minutes=8)

    office.hears("1")

    assert office.proved == {(LI, "sms", SMS.address)}


def test_trouble_with_the_store_of_proofs_takes_nothing_from_the_answer(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_kwargs: object) -> None:
        raise StoreUnavailable("away")

    story = office.story
    alert = story.fall_in()
    story.fast_forward(minutes=8)
    monkeypatch.setattr(office.proving.store, "latest", away)

    office.hears("1")

    assert story.now(alert).taken_by == LI
