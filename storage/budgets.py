"""Budgets of false alarms: versions, proposals and replays. A proposal goes one way, by compare-and-swap."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from core.budget_replays import Arm, Difference, HomeReplay, Proposal, ProposalState, ReplayFailure
from core.budgets import BudgetVersion
from core.concerns import ConcernKind
from storage.alert_rows import AnyRow
from storage.budget_tables import budget_proposals as proposals
from storage.budget_tables import budget_replays as replays
from storage.budget_tables import budget_versions as versions
from storage.database import Database
from storage.statements import insert_into, upsert


class _NumberTaken(Exception):
    """Nothing of the transaction may stay."""


class SqlBudgets:
    """`core.budget_replays.BudgetStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self) -> list[BudgetVersion]:
        with self._database.reading() as connection:
            rows = connection.execute(select(versions).order_by(versions.c.seq.desc()))
            return [_version_of(row) for row in rows]

    def add(self, version: BudgetVersion) -> bool:
        with self._database.writing() as connection:
            return self._add(connection, version)

    def _add(self, connection: Connection, version: BudgetVersion) -> bool:
        statement = insert_into(versions, self._database.dialect).values(_version_values(version))
        return connection.execute(statement.on_conflict_do_nothing().returning(versions.c.seq)).first() is not None

    def _add_surely(self, connection: Connection, version: BudgetVersion) -> None:
        if not self._add(connection, version):
            raise _NumberTaken

    def propose(self, proposal: Proposal) -> None:
        with self._database.writing() as connection:
            connection.execute(insert(proposals).values(_proposal_values(proposal)))

    def proposal(self, id_: str) -> Proposal | None:
        with self._database.reading() as connection:
            row = connection.execute(select(proposals).where(proposals.c.id == id_)).one_or_none()
            return None if row is None else _proposal_of(row)

    def proposals(self, *, open_only: bool = False, limit: int = 200) -> list[Proposal]:
        wanted = select(proposals).order_by(proposals.c.at.desc(), proposals.c.id.desc()).limit(limit)
        if open_only:
            wanted = wanted.where(proposals.c.decided_at.is_(None))
        with self._database.reading() as connection:
            return [_proposal_of(row) for row in connection.execute(wanted)]

    def begin(
        self, id_: str, *, homes: Collection[str], concerned: int, since: datetime, until: datetime, basis: str
    ) -> bool:
        begun = {"homes": sorted(homes), "concerned": concerned, "since": since, "until": until, "basis": basis}
        with self._database.writing() as connection:
            if not _move(connection, id_, ProposalState.PROPOSED, **begun):
                return False
            connection.execute(delete(replays).where(replays.c.proposal == id_))
            return True

    def record(self, id_: str, replay: HomeReplay) -> bool:
        row = {"proposal": id_, "home": replay.home, "found": _replay_to_json(replay)}
        with self._database.writing() as connection:
            if not _move(connection, id_, ProposalState.PROPOSED, state=ProposalState.PROPOSED.value):
                return False
            connection.execute(upsert(replays, ("proposal", "home"), self._database.dialect), row)
            return True

    def replays(self, id_: str) -> list[HomeReplay]:
        wanted = select(replays).where(replays.c.proposal == id_).order_by(replays.c.home)
        with self._database.reading() as connection:
            return [_replay_of(row.home, row.found) for row in connection.execute(wanted)]

    def finish(self, id_: str) -> bool:
        done = select(func.count()).select_from(replays).where(replays.c.proposal == id_)
        with self._database.writing() as connection:
            row = connection.execute(select(proposals).where(proposals.c.id == id_)).one_or_none()
            if row is None or not row.basis or connection.execute(done).scalar_one() < len(row.homes):
                return False
            return _move(connection, id_, ProposalState.PROPOSED, state=ProposalState.REPLAYED.value)

    def enact(self, id_: str, version: BudgetVersion) -> bool:
        decided = {"state": ProposalState.IN_EFFECT.value, "decided_at": version.at, "decided_by": version.by}
        try:
            with self._database.writing() as connection:
                if not _move(connection, id_, ProposalState.REPLAYED, **decided):
                    return False
                self._add_surely(connection, version)
        except _NumberTaken:
            return False
        return True

    def withdraw(self, id_: str, *, at: datetime, by: str) -> bool:
        decided = {"state": ProposalState.WITHDRAWN.value, "decided_at": at, "decided_by": by}
        with self._database.writing() as connection:
            return _move(connection, id_, ProposalState.PROPOSED, ProposalState.REPLAYED, **decided)


def _move(connection: Connection, id_: str, *before: ProposalState, **values: object) -> bool:
    """Change a proposal that is in one of these states. False, and nothing changed, in any other."""
    standing: ColumnElement[bool] = proposals.c.state.in_([state.value for state in before])
    return connection.execute(update(proposals).where(proposals.c.id == id_, standing).values(values)).rowcount > 0


def _version_values(version: BudgetVersion) -> dict[str, Any]:
    return {
        "place": version.place,
        "number": version.number,
        "value": version.value,
        "at": version.at,
        "by": version.by,
        "note": version.note,
        "proposal": version.proposal,
    }


def _version_of(row: AnyRow) -> BudgetVersion:
    return BudgetVersion(row.place, row.number, row.value, row.at, row.by, row.note, row.proposal)


def _proposal_values(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "place": proposal.place,
        "value": proposal.value,
        "at": proposal.at,
        "by": proposal.by,
        "note": proposal.note,
        "state": proposal.state.value,
        "homes": list(proposal.homes),
        "concerned": proposal.concerned,
        "since": proposal.since,
        "until": proposal.until,
        "basis": proposal.basis,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at,
    }


def _proposal_of(row: AnyRow) -> Proposal:
    told = (row.id, row.place, row.value, row.at, row.by, row.note, ProposalState(row.state))
    begun = (tuple(row.homes), row.concerned, row.since, row.until, row.basis)
    return Proposal(*told, *begun, row.decided_by, row.decided_at)


def _replay_to_json(replay: HomeReplay) -> dict[str, Any]:
    return {
        "days": replay.days,
        "learned": replay.learned,
        "readings": replay.readings,
        "before": _arm_to_json(replay.before),
        "after": _arm_to_json(replay.after),
        "differences": [_difference_to_json(each) for each in replay.differences],
        "failed": None if replay.failed is None else replay.failed.value,
    }


def _replay_of(home: str, found: Mapping[str, Any]) -> HomeReplay:
    return HomeReplay(
        home,
        found["days"],
        found["learned"],
        found["readings"],
        Arm(**found["before"]),
        Arm(**found["after"]),
        tuple(_difference_of(each) for each in found["differences"]),
        None if found["failed"] is None else ReplayFailure(found["failed"]),
    )


def _arm_to_json(arm: Arm) -> dict[str, Any]:
    return {"budget": arm.budget, "mean_wait": arm.mean_wait, "asked": arm.asked, "sent": arm.sent}


_INSTANTS = ("before", "after", "ended", "anyway")


def _difference_to_json(each: Difference) -> dict[str, Any]:
    told = {name: _iso(getattr(each, name)) for name in _INSTANTS}
    sent = {"sent_before": each.sent_before, "sent_after": each.sent_after}
    return {"kind": each.kind.value, "episode": each.episode, "since": each.since.isoformat(), **told, **sent}


def _difference_of(found: Mapping[str, Any]) -> Difference:
    before, after, ended, anyway = (_instant(found[name]) for name in _INSTANTS)
    return Difference(
        ConcernKind(found["kind"]),
        found["episode"],
        datetime.fromisoformat(found["since"]),
        before,
        after,
        sent_before=found["sent_before"],
        sent_after=found["sent_after"],
        ended=ended,
        anyway=anyway,
    )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
