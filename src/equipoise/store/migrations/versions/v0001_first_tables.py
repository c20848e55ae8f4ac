"""The first tables: the log, its keys, checkpoints and marks, and the rows of the office as first declared."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
GUARD = "events are never changed"


def upgrade() -> None:
    """Make the tables."""
    _make_log()
    _guard_log()
    _make_rows_of_trial()
    _make_rows_of_subjects()


def _make_log() -> None:
    op.create_table(
        "events",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("tag", TEXT),
    )
    op.create_index("ix_events_tag", "events", ["tag", "seq"])
    op.create_table(
        "keys",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("wrapped", TEXT),
    )
    op.create_table(
        "checkpoints",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("document", TEXT, nullable=False),
    )
    op.create_table(
        "marks",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("value", TEXT, nullable=False),
    )


def _guard_log() -> None:
    """Against mistakes; whoever owns the database can drop the guards."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER events_no_{act.lower()} BEFORE {act} ON events "
                f"BEGIN SELECT RAISE(ABORT, '{GUARD}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{GUARD}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _make_rows_of_trial() -> None:
    op.create_table(
        "trial",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("protocol", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("initialised_at", TEXT, nullable=False),
        sa.Column("locked_at", TEXT),
    )
    op.create_table(
        "versions",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("approved_from", TEXT, nullable=False),
        sa.Column("superseded_on", TEXT),
    )
    op.create_table(
        "sites",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("n_subjects", NUMBER, nullable=False),
    )
    op.create_table(
        "persons",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("failures", NUMBER, nullable=False),
        sa.Column("locked_until", TEXT),
        sa.Column("credentials_seq", NUMBER),
        sa.Column("second_factor_seq", NUMBER),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("last_step", NUMBER),
    )
    op.create_table(
        "grants",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("site", TEXT),
        sa.Column("is_active", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_grants_user", "grants", ["user"])
    op.create_table(
        "sessions",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("opened_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("idle_s", NUMBER, nullable=False),
        sa.Column("active_at", TEXT, nullable=False),
        sa.Column("first_signed_seq", NUMBER),
    )
    op.create_index("ix_sessions_token", "sessions", ["token"])
    op.create_index("ix_sessions_user", "sessions", ["user"])


def _make_rows_of_subjects() -> None:
    op.create_table(
        "subjects",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("site", TEXT, nullable=False),
        sa.Column("participation", TEXT, nullable=False),
        sa.Column("treatment", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("person_link", TEXT, nullable=False),
        sa.Column("version", TEXT),
        sa.Column("identity_seq", NUMBER),
        sa.Column("snapshot_seq", NUMBER),
        sa.Column("consent_seq", NUMBER),
        sa.Column("judgement_seq", NUMBER),
        sa.Column("expires_on", TEXT),
        sa.Column("allocation_seq", NUMBER),
    )
    op.create_index("ix_subjects_person_link", "subjects", ["person_link"])
    op.create_index("ix_subjects_site", "subjects", ["site"])
    op.create_table(
        "consents",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("signed_on", TEXT, nullable=False),
        sa.Column("witness", TEXT, nullable=False),
    )
    op.create_index("ix_consents_subject", "consents", ["subject"])
    op.create_table(
        "schemes",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("frozen_seq", NUMBER, nullable=False),
        sa.Column("n_allocated", NUMBER, nullable=False),
    )
    op.create_table(
        "stratum_heads",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("stratum", TEXT, nullable=False),
        sa.Column("last_seq", NUMBER, nullable=False),
    )
    op.create_table(
        "allocations",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("stratum", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("user", TEXT, nullable=False),
        sa.Column("error", TEXT),
    )
    op.create_table(
        "requests",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("seq", NUMBER, nullable=False),
    )
