"""What Alembic runs: the connection is handed in by `storage.database`, inside its transaction."""

from alembic import context

from storage.alert_tables import alerts
from storage.budget_tables import budget_versions
from storage.lesson_tables import lesson_choices

metadata = alerts.metadata
assert budget_versions.metadata is lesson_choices.metadata is metadata, "all tables are of one schema"
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
