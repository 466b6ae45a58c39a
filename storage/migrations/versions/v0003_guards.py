"""What must never change, held by triggers: closed alerts, timelines and attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_GUARDS = (
    ("closed_alert_is_final", "UPDATE", "alerts", "OLD.handling = 'closed'", "a closed alert never changes"),
    ("alert_is_kept", "DELETE", "alerts", None, "an alert is never deleted"),
    ("entry_is_final", "UPDATE", "entries", None, "a timeline is only ever added to"),
    ("entry_is_kept", "DELETE", "entries", None, "a timeline is only ever added to"),
    ("attempt_is_final", "UPDATE", "attempts", None, "an attempt is never rewritten"),
    ("attempt_is_kept", "DELETE", "attempts", None, "an attempt is never deleted"),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    for name, verb, table, when, why in _GUARDS:
        condition = f"WHEN {when} " if when else ""
        op.execute(
            sa.text(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )
        )


def _on_postgresql() -> None:
    """Refusals carry the class of a broken constraint, as SQLite's do."""
    op.execute(
        sa.text(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$"
        )
    )
    for name, verb, table, when, why in _GUARDS:
        condition = f"WHEN ({when}) " if when else ""
        op.execute(
            sa.text(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW {condition}"
                f"EXECUTE FUNCTION refuse('{why}')"
            )
        )
    for table in ("alerts", "entries", "attempts"):
        op.execute(
            sa.text(
                f"CREATE TRIGGER {table}_are_kept BEFORE TRUNCATE ON {table}"
                f" EXECUTE FUNCTION refuse('{table} are never emptied')"
            )
        )
