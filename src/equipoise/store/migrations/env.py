"""What alembic runs for each command: the steps, on the connection that `schema` hands over, in one transaction."""

from alembic import context

from equipoise.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
