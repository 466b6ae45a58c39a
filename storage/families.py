"""Wishes and consent of families, what is expected by when, and the daily word, in the transactional database."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update

from core.digest import Digest, DigestState
from core.family import MOST_EXPECTED, Consent, Expectation, Families, Hears, Scope, Wish
from core.places import Room
from core.ports import StoreRefused
from storage.alert_rows import AnyRow
from storage.database import Database
from storage.statements import insert_into, upsert
from storage.tables import digests, expectations, family_consents, family_wishes, homes


class SqlFamilies:
    """`core.family.FamilyStore`. What was agreed to is only ever added to; a trigger holds that."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def families(self) -> Families:
        with self._database.reading() as connection:
            wishes = [_wish_of(row) for row in connection.execute(select(family_wishes))]
            agreed = connection.execute(select(family_consents).order_by(family_consents.c.seq)).all()
            order = expectations.c.start, expectations.c.id
            expected = [_expectation_of(row) for row in connection.execute(select(expectations).order_by(*order))]
        return Families(
            {(wish.home, wish.person): wish for wish in wishes},
            {(row.home, row.person): Scope(row.scope) for row in agreed},
            _by_home(expected),
        )

    def save_wish(self, wish: Wish) -> None:
        values = {
            "home": wish.home,
            "person": wish.person,
            "hears": wish.hears.value,
            "responsible": wish.responsible,
            "digest_at": wish.digest_at,
            "paused_until": wish.paused_until,
        }
        with self._database.writing() as connection:
            connection.execute(upsert(family_wishes, ("home", "person"), self._database.dialect), values)

    def record_consent(self, consent: Consent) -> None:
        values = {
            "home": consent.home,
            "person": consent.person,
            "scope": consent.scope.value,
            "at": consent.at,
            "by": consent.by,
            "how": consent.how,
        }
        with self._database.writing() as connection:
            connection.execute(insert(family_consents).values(values))

    def consents(self, home: str) -> list[Consent]:
        wanted = select(family_consents).where(family_consents.c.home == home).order_by(family_consents.c.seq.desc())
        with self._database.reading() as connection:
            return [
                Consent(row.home, row.person, Scope(row.scope), row.at, row.by, row.how)
                for row in connection.execute(wanted)
            ]

    def save_expectation(self, expectation: Expectation) -> None:
        values = {
            "id": expectation.id,
            "home": expectation.home,
            "label": expectation.label,
            "start": expectation.start,
            "end": expectation.end,
            "by": expectation.by,
            "weekdays": "".join(str(day) for day in sorted(expectation.weekdays)),
            "room": None if expectation.room is None else expectation.room.value,
        }
        others = select(func.count()).where(
            expectations.c.home == expectation.home, expectations.c.id != expectation.id
        )
        with self._database.writing() as connection:
            connection.execute(select(homes.c.id).where(homes.c.id == expectation.home).with_for_update())
            if connection.execute(others).scalar_one() >= MOST_EXPECTED:
                raise StoreRefused(f"no more than {MOST_EXPECTED} windows for one home")
            connection.execute(upsert(expectations, ("id",), self._database.dialect), values)

    def remove_expectation(self, id_: str) -> bool:
        with self._database.writing() as connection:
            return connection.execute(delete(expectations).where(expectations.c.id == id_)).rowcount > 0


class SqlDigests:
    """`core.digest.DigestStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, home: str, person: str, day: date, *, now: datetime, lease_until: datetime) -> int | None:
        values = {
            "home": home,
            "person": person,
            "day": day,
            "state": DigestState.QUEUED.value,
            "attempts": 1,
            "lease_until": lease_until,
            "at": now,
            "channel": "",
            "said": "",
        }
        claimed = (
            insert_into(digests, self._database.dialect)
            .values(values)
            .on_conflict_do_update(
                index_elements=["home", "person", "day"],
                set_={"attempts": digests.c.attempts + 1, "lease_until": lease_until},
                where=(digests.c.state == DigestState.QUEUED.value) & (digests.c.lease_until <= now),
            )
            .returning(digests.c.attempts)
        )
        with self._database.writing() as connection:
            row = connection.execute(claimed).one_or_none()
            return None if row is None else int(row.attempts)

    def settle(self, digest: Digest, *, retry_at: datetime | None = None) -> None:
        here = digests.c.home == digest.home, digests.c.person == digest.person, digests.c.day == digest.day
        values = {
            "state": digest.state.value,
            "at": digest.at,
            "channel": digest.channel,
            "said": digest.said,
            "lease_until": retry_at or digest.at,
        }
        with self._database.writing() as connection:
            connection.execute(update(digests).where(*here).values(values))

    def latest(self, home: str, person: str) -> Digest | None:
        here = digests.c.home == home, digests.c.person == person
        wanted = select(digests).where(*here).order_by(digests.c.day.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Digest(row.home, row.person, row.day, DigestState(row.state), row.at, row.channel, row.said)


def _by_home(expected: Iterable[Expectation]) -> dict[str, tuple[Expectation, ...]]:
    grouped: dict[str, tuple[Expectation, ...]] = {}
    for one in expected:
        grouped[one.home] = (*grouped.get(one.home, ()), one)
    return grouped


def _wish_of(row: AnyRow) -> Wish:
    return Wish(row.home, row.person, Hears(row.hears), row.responsible, row.digest_at, row.paused_until)


def _expectation_of(row: AnyRow) -> Expectation:
    days = frozenset(int(day) for day in row.weekdays)
    room = None if row.room is None else Room(row.room)
    return Expectation(row.id, row.home, row.label, row.start, row.end, row.by, days, room)
