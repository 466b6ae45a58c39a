"""Logins, their sessions, and the record of who looked at what."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from core.people import AccessRole, Account
from core.ports import Look, Session
from storage.database import Database
from storage.statements import upsert
from storage.tables import accounts as account_table
from storage.tables import looks as look_table
from storage.tables import sessions as session_table


class SqlAccounts:
    """`core.ports.AccountStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save_account(self, account: Account) -> None:
        values = {
            "login": account.login,
            "person": account.person,
            "role": account.role.value,
            "password_hash": account.password_hash,
            "areas": list(account.areas),
            "homes": list(account.homes),
            "active": account.active,
        }
        with self._database.writing() as connection:
            connection.execute(upsert(account_table, ("login",), self._database.dialect), [values])

    def account(self, login: str) -> Account | None:
        with self._database.reading() as connection:
            row = connection.execute(select(account_table).where(account_table.c.login == login)).one_or_none()
        return None if row is None else _account_of(row)

    def accounts(self) -> list[Account]:
        with self._database.reading() as connection:
            rows = connection.execute(select(account_table).order_by(account_table.c.login)).all()
        return [_account_of(row) for row in rows]

    def save_session(self, session: Session) -> None:
        """Raises StoreRefused if the login is unknown."""
        values = {
            "token_hash": session.token_hash,
            "login": session.login,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        }
        with self._database.writing() as connection:
            connection.execute(upsert(session_table, ("token_hash",), self._database.dialect), [values])

    def session(self, token_hash: str) -> Session | None:
        """As stored, expired or not: the caller compares with its clock."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(session_table).where(session_table.c.token_hash == token_hash)
            ).one_or_none()
        return None if row is None else Session(row.token_hash, row.login, row.created_at, row.expires_at)

    def end_session(self, token_hash: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(session_table).where(session_table.c.token_hash == token_hash))

    def forget_sessions_before(self, instant: datetime) -> int:
        """Drop those that had expired by then; how many went."""
        with self._database.writing() as connection:
            return connection.execute(delete(session_table).where(session_table.c.expires_at < instant)).rowcount

    def record_look(self, look: Look) -> None:
        values = {"at": look.at, "login": look.login, "what": look.what, "subject": look.subject}
        with self._database.writing() as connection:
            connection.execute(insert(look_table).values(values))

    def looks(self, subject: str, *, limit: int = 100) -> list[Look]:
        """Newest first."""
        wanted = (
            select(look_table).where(look_table.c.subject == subject).order_by(look_table.c.seq.desc()).limit(limit)
        )
        with self._database.reading() as connection:
            return [Look(row.at, row.login, row.what, row.subject) for row in connection.execute(wanted)]


def _account_of(row: Any) -> Account:
    return Account(
        row.login,
        row.person,
        AccessRole(row.role),
        row.password_hash,
        tuple(row.areas),
        tuple(row.homes),
        row.active,
    )
