"""Dose tables for tests: invented, in the shape of those of a protocol; and a course with levels of dose."""

from decimal import Decimal

from equipoise.protocol.plan import Course, DoseRules, DoseTable

ORDINARY = [
    ({"seen": False}, "give"),
    ({"seen": True, "before": True}, "stop"),
    ({"seen": True, "before": False, "delay": True}, "stop"),
    ({"now": True, "before": False, "delay": False}, "hold"),
    ({"now": False, "seen": True, "before": False, "delay": False}, "reduce"),
]
"""Withhold until it is gone, then less; stop when it comes back or takes too long."""
NEVER_AGAIN = [
    ({"seen": True}, "stop"),
    ({"seen": False, "before": True}, "stop"),
    ({"seen": False, "before": False}, "give"),
]
AFTER_REDUCTION = [
    ({"now": False}, "give"),
    ({"now": True, "level": "full"}, "hold"),
    ({"now": True, "level": "reduced"}, "stop"),
]


def make_table(rows, name="T1"):
    """A table of (when, action)."""
    written = [{"when": when, "action": action, "mark": "parameter"} for when, action in rows]
    return DoseTable.model_validate(
        {
            "id": name,
            "label": name,
            "present": {"latest": "platelets", "is": "< 75 10*9/L"},
            "unlock": "",
            "rows": written,
        }
    )


def make_rules(tables, *, counts_from="last-dose", limit=112):
    """Dose rules of tables by name."""
    return DoseRules(
        course="course",
        delay={"counts_from": counts_from, "limit": limit},
        tables=[make_table(rows, name) for name, rows in tables.items()],
    )


def make_course(*amounts):
    """A course of four doses, with the levels `level-1`, `level-2` and so on."""
    levels = [{"id": f"level-{number}", "amount": Decimal(amount)} for number, amount in enumerate(amounts, 1)]
    return Course.model_validate(
        {
            "id": "course",
            "label": "course",
            "kind": "dose",
            "epoch": "treatment",
            "arms": ["A"],
            "concept": "dose",
            "steps": ["cycle-1", "cycle-2", "cycle-3", "cycle-4"],
            "interval": {"after": "previous", "target": 56, "early": 7, "late": 7},
            "amount": {"unit": "GBq", "levels": levels, "plausible": [1, 20]},
        }
    )
