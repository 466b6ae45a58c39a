"""The daily word in virtual time: once, at its hour, never "well" on a guess, and no more than may be heard."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from alerts.channels.channel import OutgoingMessage, Unaskable
from alerts.digests import Digests
from alerts.workers import inline
from core.alerts import Outcome
from core.delivery import Accepted, Permanent, Temporary, Verdict
from core.digest import Digest, DigestState
from core.family import Families, Scope, Wish
from core.people import Directory
from core.places import Room
from core.states import HomeStatus, Visibility
from storage.database import Database
from storage.families import SqlDigests
from storage.inventory import SqlInventory
from storage.statuses import SqlStatuses
from tests.alerts.story import Story
from tests.alerts.street import DIRECTORY, HOME, INVENTORY, MIN, SON

MORNING = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
SEEN = HomeStatus(
    HOME,
    visibility=Visibility.VISIBLE,
    last_sign_at=datetime(2026, 11, 24, 23, 42, tzinfo=UTC),
    last_sign_room=Room.KITCHEN,
)


@dataclass
class Ways(Unaskable):
    """Two ways that answer as they are told, and what came through."""

    kind: str
    answers: list[Verdict] = field(default_factory=list)
    got: list[OutgoingMessage] = field(default_factory=list)

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        verdict = self.answers.pop(0) if self.answers else Accepted("p-1", "OK")
        if isinstance(verdict, Accepted):
            self.got.append(message)
        return verdict


@dataclass
class Morning:
    """A story's street at breakfast, with real stores of digests and statuses."""

    story: Story
    digests: Digests
    sms: Ways
    voice: Ways
    statuses: SqlStatuses
    sees: bool = True

    def wishes(self, *wishes: Wish, **scopes: Scope) -> None:
        families = Families(
            {(w.home, w.person): w for w in wishes}, {(HOME, person): scope for person, scope in scopes.items()}
        )
        self.story.reacher.use(directory=Directory(DIRECTORY.people, DIRECTORY.ties, families))

    def at(self, moment: datetime) -> int:
        """Wait until then and look once."""
        self.story.fast_forward(seconds=max(0.0, (moment - self.story.clock.now()).total_seconds()))
        return self.story.loop.run_until_complete(self.digests.send_due())

    @property
    def latest(self) -> Digest:
        found = self.digests.store.latest(HOME, MIN)
        assert found is not None
        return found


@pytest.fixture
def morning(story: Story, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Morning]:
    shutil.copy(migrated_sqlite, tmp_path / "families.db")
    database = Database.open(f"sqlite:///{tmp_path / 'families.db'}")
    SqlInventory(database).save(
        areas=INVENTORY.areas.values(), homes=INVENTORY.homes.values(), people=DIRECTORY.people.values()
    )
    statuses, sms, voice = SqlStatuses(database), Ways("sms"), Ways("voice")
    statuses.save([SEEN])
    digests = Digests(
        SqlDigests(database),
        story.store,
        statuses,
        story.reacher,
        {"sms": sms, "voice": voice},
        story.clock,
        inline,
        may_tell=lambda: made.sees,
    )
    made = Morning(story, digests, sms, voice, statuses)
    made.wishes(Wish(HOME, MIN, digest_at=time(8, 30)))
    yield made
    database.close()


def test_it_comes_once_at_its_hour(morning: Morning) -> None:
    assert morning.at(MORNING - timedelta(seconds=1)) == 0
    assert morning.at(MORNING) == 1
    assert morning.at(MORNING + timedelta(minutes=5)) == 0

    [message] = morning.sms.got
    assert (message.title, message.body) == ("王秀英一切安好", "截至08:30，王秀英一切安好。")
    assert (message.address, message.repeat, message.alert) == ("sms:min", False, "")
    assert (morning.latest.state, morning.latest.channel) == (DigestState.SENT, "sms")


def test_it_comes_again_the_next_day(morning: Morning) -> None:
    assert [morning.at(MORNING + timedelta(days=n)) for n in range(3)] == [1, 1, 1]
    assert len({message.key for message in morning.sms.got}) == 3


@pytest.mark.parametrize(
    "status",
    [HomeStatus(HOME), replace(SEEN, visibility=Visibility.BLIND)],
    ids=["never heard", "blind"],
)
def test_a_home_that_we_cannot_see_is_never_called_well(morning: Morning, status: HomeStatus) -> None:
    morning.statuses.save([status])

    morning.at(MORNING)

    [message] = morning.sms.got
    assert "一切安好" not in message.title
    assert "还不能说王秀英一切安好" in message.body


def test_an_open_alert_is_being_checked(morning: Morning) -> None:
    morning.story.fast_forward(seconds=(MORNING - morning.story.clock.now()).total_seconds() - 30)
    morning.story.fall_in()

    morning.at(MORNING)

    assert "正在确认" in morning.sms.got[-1].title


def test_while_the_watch_does_not_judge_nothing_is_told(morning: Morning) -> None:
    morning.sees = False
    assert morning.at(MORNING) == 0

    morning.sees = True
    assert morning.at(MORNING + timedelta(hours=2, minutes=59)) == 1
    assert "截至11:29" in morning.sms.got[0].body


def test_what_cannot_be_told_in_time_is_not_told(morning: Morning) -> None:
    morning.sees = False
    morning.at(MORNING)
    morning.sees = True

    assert morning.at(MORNING + timedelta(hours=3)) == 0
    assert morning.sms.got == []


def test_after_a_hospital_the_desk_speaks(morning: Morning) -> None:
    alert = morning.story.fall_in()
    morning.story.fast_forward(minutes=2)
    morning.story.takes("captain", alert)
    morning.story.arrives("captain", alert)
    morning.story.closes("captain", alert, Outcome.HOSPITAL)

    morning.at(MORNING)

    assert morning.sms.got[-1].title == "请联系社区值班台"
    assert "安好" not in morning.sms.got[-1].body


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (Scope.STATE, "截至08:30，王秀英一切安好。过去一天有人看望过1次。"),
        (Scope.REASON, "截至08:30，王秀英一切安好。过去一天有人看望过1次，最近一次：在家，平安。"),
        (
            Scope.DAY,
            "截至08:30，王秀英一切安好。过去一天有人看望过1次，最近一次：在家，平安。最近一次动静：11月25日07:42，厨房。",
        ),
    ],
)
def test_no_more_is_told_than_the_resident_agrees_to(morning: Morning, scope: Scope, told: str) -> None:
    morning.story.fast_forward(seconds=(MORNING - morning.story.clock.now()).total_seconds() - 8 * 3600)
    alert = morning.story.fall_in()
    morning.story.fast_forward(minutes=5)
    morning.story.takes("captain", alert)
    morning.story.arrives("captain", alert)
    morning.story.closes("captain", alert, Outcome.WELL_AT_HOME)
    morning.wishes(Wish(HOME, MIN, digest_at=time(8, 30)), **{MIN: scope})

    morning.at(MORNING)

    assert morning.sms.got[-1].body == told


def test_without_consent_or_on_pause_nothing_comes(morning: Morning) -> None:
    wish = Wish(HOME, MIN, digest_at=time(8, 30))
    morning.wishes(wish, **{MIN: Scope.NOTHING})
    assert morning.at(MORNING) == 0
    morning.wishes(replace(wish, paused_until=MORNING + timedelta(days=1)))
    assert morning.at(MORNING) == 0
    morning.wishes(Wish("building-7/0501", MIN, digest_at=time(8, 30)), Wish(HOME, "chen", digest_at=time(8, 30)))
    assert morning.at(MORNING) == 0, "of another's home, and by who is no family"


def test_the_next_way_is_taken_and_a_dead_end_is_written_down(morning: Morning) -> None:
    morning.sms.answers = [Permanent("no such number")]
    assert morning.at(MORNING) == 1
    assert [m.address for m in morning.voice.got] == ["voice:min"]

    morning.sms.answers, morning.voice.answers = [Permanent("no such number")], [Permanent("barred")]
    assert morning.at(MORNING + timedelta(days=1)) == 0
    assert (morning.latest.state, morning.latest.said) == (DigestState.FAILED, "barred")
    assert morning.at(MORNING + timedelta(days=1, hours=1)) == 0


def test_a_provider_that_is_busy_is_asked_again(morning: Morning) -> None:
    morning.sms.answers, morning.voice.answers = [Temporary("busy")], [Temporary("busy")]

    assert morning.at(MORNING) == 0
    assert morning.latest.state is DigestState.QUEUED
    assert morning.at(MORNING + timedelta(minutes=4)) == 0
    assert morning.at(MORNING + timedelta(minutes=5)) == 1


def test_after_a_crash_between_sending_and_writing_it_says_that_it_is_a_repeat(morning: Morning) -> None:
    morning.digests.store.claim(HOME, MIN, MORNING.date(), now=MORNING, lease_until=MORNING + timedelta(minutes=2))
    assert morning.at(MORNING) == 0

    assert morning.at(MORNING + timedelta(minutes=2)) == 1
    assert morning.sms.got[0].repeat
    assert morning.sms.got[0].title.startswith("（重发）")


def test_in_the_language_of_whoever_hears_it(morning: Morning) -> None:
    morning.wishes(Wish(HOME, SON, digest_at=time(8, 30)))

    morning.at(MORNING)

    assert morning.sms.got[0].body.startswith("As of 08:30 all is well with 王秀英.")
