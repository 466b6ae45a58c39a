"""Logins, looks, and the phones of the demonstration."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0005"
down_revision = "0004"


_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _accounts()
    _phones()


def _accounts() -> None:
    """Logins, their sessions, and who looked at what."""
    op.create_table(
        "accounts",
        sa.Column("login", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("areas", sa.JSON, nullable=False),
        sa.Column("homes", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("login", sa.Text, sa.ForeignKey("accounts.login"), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
    )
    op.create_index("ix_sessions_expires", "sessions", ["expires_at"])
    op.create_table(
        "looks",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
    op.create_index("ix_looks_subject", "looks", ["subject", "seq"])


def _phones() -> None:
    """Messages as delivered."""
    op.create_table(
        "phone_messages",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("alert", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("repeat", sa.Boolean, nullable=False),
    )
    op.create_index("ix_phone_messages_person", "phone_messages", ["person", "seq"])
