"""What Alembic runs: the connection is handed in by `storage.database`, inside its transaction."""

from alembic import context

from storage.alert_tables import alerts

context.configure(connection=context.config.attributes["connection"], target_metadata=alerts.metadata)
context.run_migrations()
