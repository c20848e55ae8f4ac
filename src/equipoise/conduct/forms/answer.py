"""What a person answers to a question that no record settles: pregnancy excluded, washout kept, consent stands."""

from typing import ClassVar

from equipoise.conduct.form_kinds import FormKind
from equipoise.conduct.forms.base import Form, Rows
from equipoise.conduct.forms.fields import Name, Text
from equipoise.conduct.forms.rows import record_name
from equipoise.protocol.plan import Plan
from equipoise.records.tables import ATTESTATIONS


class AnswerForm(Form):
    """
    An answer given on a day.

    An answer is in force from its day on.

    Parameters
    ----------
    code
        What was asked: a concept's id, as a gate names what it misses (`fit-for-operation`).
    value
        The answer: `yes`, `no`, or a word that the question knows.
    by
        Who answered. The command line fills in whoever enters it.
    role
        In which role they answered.
    """

    kind: ClassVar[FormKind] = FormKind.ANSWER

    code: Name
    value: Text
    by: Text
    role: Text | None = None

    def rows(self, entry_id: str, subject_id: str, plan: Plan | None = None) -> Rows:
        cells = {
            "patient_id": subject_id,
            "record_id": record_name(entry_id, "answer"),
            "code": self.code,
            "value": self.value,
            "by": self.by,
            "role": self.role,
            "at": self.on,
            "note": self.comment,
        }
        return {ATTESTATIONS.name: [dict.fromkeys(ATTESTATIONS.column_names) | cells]}
