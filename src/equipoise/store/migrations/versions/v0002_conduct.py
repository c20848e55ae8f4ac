"""Conduct: the state of treatment leaves the rows of subjects, which everybody may read; signed dose tables."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Change the tables; their rows are made from the log again by a rebuild."""
    op.drop_column("subjects", "treatment")
    op.create_table(
        "signed_tables",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
    )
