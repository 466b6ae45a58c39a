"""Weekly shifts as people change them, with every change kept."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from core.duty import Post, Shift
from core.shift_edits import FILE, ShiftEdit, stamp
from storage.database import Database
from storage.inventory import shift_of, shift_values
from storage.statements import upsert
from storage.tables import areas, shift_edits, shifts


class SqlShifts:
    """`core.shift_edits.ShiftStore`. Edits of one area wait for each other at the area's row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def edit(self, edit: ShiftEdit, *, seen: str) -> bool:
        with self._database.writing() as connection:
            connection.execute(select(areas.c.id).where(areas.c.id == edit.area).with_for_update())
            if stamp(_shifts(connection, edit.area)) != seen:
                return False
            if edit.after is None:
                connection.execute(delete(shifts).where(shifts.c.id == edit.shift, shifts.c.area == edit.area))
            else:
                connection.execute(upsert(shifts, ("id",), self._database.dialect), shift_values(edit.after))
            connection.execute(
                insert(shift_edits).values(
                    shift=edit.shift,
                    area=edit.area,
                    at=edit.at,
                    by=edit.by,
                    before=_to_json(edit.before),
                    after=_to_json(edit.after),
                )
            )
            return True

    def edits(self, area: str, *, limit: int = 50) -> list[ShiftEdit]:
        wanted = select(shift_edits).where(shift_edits.c.area == area).order_by(shift_edits.c.seq.desc()).limit(limit)
        with self._database.reading() as connection:
            return [
                ShiftEdit(row.area, row.at, row.by, _from_json(row.before), _from_json(row.after))
                for row in connection.execute(wanted)
            ]

    def edited(self) -> frozenset[str]:
        newest: dict[str, str] = {}
        with self._database.reading() as connection:
            for row in connection.execute(select(shift_edits.c.shift, shift_edits.c.by).order_by(shift_edits.c.seq)):
                newest[row.shift] = row.by
        return frozenset(shift for shift, by in newest.items() if by != FILE)


def _shifts(connection: Connection, area: str) -> list[Shift]:
    return [shift_of(row) for row in connection.execute(select(shifts).where(shifts.c.area == area))]


def _to_json(shift: Shift | None) -> dict[str, Any] | None:
    if shift is None:
        return None
    times = {"start": shift.start.isoformat(), "end": shift.end.isoformat()}
    return {**shift_values(shift), **times}


def _from_json(told: Mapping[str, Any] | None) -> Shift | None:
    if told is None:
        return None
    days = frozenset(int(day) for day in told["weekdays"])
    start, end = time.fromisoformat(told["start"]), time.fromisoformat(told["end"])
    return Shift(told["id"], told["area"], Post(told["post"]), told["person"], start, end, days, int(told["rank"]))
