"""Conduct: the state of treatment leaves the rows of subjects, which everybody may read; signed dose tables; data cuts.

Versions are approved site by site, and sites pause and have settings: these two tables are made anew, empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Change the tables; their rows are made from the log again by a rebuild."""
    op.drop_column("subjects", "treatment")
    _make_versions()
    _make_sites()
    op.create_table(
        "signed_tables",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
    )
    op.create_table(
        "cuts",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("cut_on", TEXT, nullable=False),
        sa.Column("how", TEXT, nullable=False),
        sa.Column("last_seq", NUMBER, nullable=False),
        sa.Column("last_hash", TEXT, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
    )


def _make_versions() -> None:
    op.drop_table("versions")
    op.create_table(
        "versions",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("digest", TEXT, nullable=False),
    )
    op.create_table(
        "approvals",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("site", TEXT),
        sa.Column("approved_from", TEXT, nullable=False),
    )


def _make_sites() -> None:
    op.drop_table("sites")
    op.create_table(
        "sites",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("n_subjects", NUMBER, nullable=False),
        sa.Column("because", TEXT),
        sa.Column("settings", TEXT),
        sa.Column("time_zone", TEXT, nullable=False),
    )
