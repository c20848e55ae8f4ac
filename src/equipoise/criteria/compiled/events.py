"""Outcomes of atoms that look for events, and of counts; and which patients are covered by an encounter."""

from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa

from equipoise.criteria.compiled.codes import decided_code, rows_basis, unknown_code
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.facts import Facts
from equipoise.criteria.compiled.plan import Plan
from equipoise.criteria.compiled.results import CERTAIN, PERHAPS
from equipoise.criteria.compiled.texts import SEPARATOR, code_json, event_text, gathered, piece
from equipoise.criteria.evidence import absence_row, row_json
from equipoise.criteria.intervals import Interval, compare, last_day_before
from equipoise.criteria.nodes import Count, Exists, Operator
from equipoise.criteria.rulebook import COVERAGE_DAYS
from equipoise.criteria.truth import Basis, Cause, Truth
from equipoise.terminology.concepts import Concept, ConceptKind, DecidedBy

NO, MAYBE, YES = 0, 1, 2
_ENCOUNTER_PREFIX = '{"table":"encounters"'
_FIRST_DAY, _LAST_DAY = "0001-01-01", "9999-12-31"


def coverage(engine: Engine, plan: Plan, facts: Facts) -> Any:
    """patient_key and the evidence text of the last encounter in the year before `as_of`."""
    as_of = plan.moment.as_of
    rows = facts.encounters
    covering = rows.filter(
        (rows.status == "present")
        & (_begins(rows, as_of) == YES)
        & (_ends(rows, as_of - timedelta(days=COVERAGE_DAYS)) == YES)
    )
    last = covering.group_by("patient_key").agg(last_start=covering.start_upper.max())
    rows = covering.join(last, "patient_key").filter(lambda row: row.start_upper == row.last_start)
    order = [
        rows.record_id.desc(),
        rows.system.fill_null("").desc(),
        rows.code.fill_null("").desc(),
    ]
    ranked = rows.mutate(
        rank=ibis.row_number().over(group_by=rows.patient_key, order_by=order),
        encounter_text=piece(event_text("encounters", rows, code_json(rows.system, rows.code))),
    )
    return engine.keep("covered", ranked.filter(ranked["rank"] == 0).select("patient_key", "encounter_text"))


def _begins(row: Any, day: date) -> Any:
    return _begins_by(row, ibis.date(day.isoformat()))


def _begins_by(row: Any, limit: Any) -> Any:
    return ibis.cases(
        ((row.start_upper <= limit).fill_null(False), YES),
        ((row.start_lower <= limit).fill_null(True), MAYBE),
        else_=NO,
    )


def _ends(row: Any, day: date | None) -> Any:
    return ibis.literal(YES) if day is None else _ends_from(row, ibis.date(day.isoformat()))


def _ends_from(row: Any, limit: Any) -> Any:
    return ibis.cases(
        ((row.end_lower >= limit).fill_null(True), YES),
        ((row.end_upper >= limit).fill_null(True), MAYBE),
        else_=NO,
    )


def _meets(plan: Plan, atom: Count, row: Any) -> Any:
    begins, ends = _begins(row, plan.moment.as_of), _ends(row, plan.first_day(atom.within))
    return ibis.least(begins, ends)


def judge_events(engine: Engine, plan: Plan, facts: Facts, covered: Any, shown: Any) -> list[Any]:
    """Outcomes of existence and count atoms for patients who have rows of the concept."""
    outcomes = []
    if plan.atoms_of(Exists):
        asked = engine.small("asked_events", _exists_table(plan))
        rows = engine.keep("sorted_events", _sorted(plan, facts.events.join(asked, "concept_no")))
        outcomes.append(engine.keep("outcomes_exists", _exists(rows)))
    for number, atom in plan.atoms_of(Count):
        assert isinstance(atom, Count)
        if plan.concept(atom.concept).kind is ConceptKind.EVENT:
            events = facts.events.filter(facts.events.concept_no == plan.concepts[atom.concept])
            counted = _counted_events(plan, atom, events)
        else:
            counted = _counted_results(plan, atom, shown)
        outcomes.append(_count(engine, plan, number, atom, counted, covered))
    return outcomes


def _exists_table(plan: Plan) -> pa.Table:
    """One row for each existence atom: first day of its window, or the last day before which it must begin."""
    year = plan.moment.as_of - timedelta(days=COVERAGE_DAYS)
    rows = []
    for number, atom in plan.atoms_of(Exists):
        assert isinstance(atom, Exists)
        first = plan.first_day(atom.within)
        before = atom.before
        rows.append(
            {
                "atom_no": number,
                "concept_no": plan.concepts[atom.concept],
                "first_day": first,
                "before_last": last_day_before(before, plan.moment.anchor(before.anchor)) if before else None,
                "absent_first": max(first or year, year),
                "asked_site": atom.site.lower() if atom.site else None,
                "orders_count": atom.orders_count,
            }
        )
    types = {
        "atom_no": pa.int32(),
        "concept_no": pa.int32(),
        "first_day": pa.date32(),
        "before_last": pa.date32(),
        "absent_first": pa.date32(),
        "asked_site": pa.string(),
        "orders_count": pa.bool_(),
    }
    return pa.Table.from_pylist(rows, pa.schema(list(types.items())))


def _sorted(plan: Plan, row: Any) -> Any:
    """Rows by what they say of each atom: present, open (with a cause), denied, absent in the window."""
    as_of = plan.moment.as_of
    begins, ends = _begins(row, as_of), _ends_from(row, row.first_day)
    meets = ibis.ifelse(
        row.before_last.notnull(),
        _begins_by(row, row.before_last),
        ibis.least(begins, ibis.ifelse(row.first_day.isnull(), YES, ends)),
    )
    counts = (row.event_status == "present") | ((row.event_status == "ordered") & row.orders_count)
    at_site = ibis.cases(
        (row.asked_site.isnull(), YES), (row.site.isnull(), MAYBE), (row.site == row.asked_site, YES), else_=NO
    )
    in_window = (row.start_lower >= row.absent_first) & (row.start_upper <= ibis.date(as_of.isoformat()))
    row = row.mutate(
        is_met=(row.event_status != "absent") & (meets != NO) & (at_site != NO),
        is_denied=(row.event_status == "absent") & (begins != NO),
        needs_person=~counts | (at_site == MAYBE),
        is_perhaps=meets == MAYBE,
        in_window=in_window.fill_null(False),
    )
    open_cause = ibis.cases(
        (row.is_met & row.needs_person, Cause.NEEDS_PERSON.bit),
        (row.is_met & row.is_perhaps, Cause.PARTIAL_DATE.bit),
        else_=0,
    )
    return row.select(
        "patient_key",
        "atom_no",
        "start_lower",
        "start_upper",
        "is_attested",
        "is_denied",
        evidence=row.evidence,
        is_present=row.is_met & ~row.needs_person & ~row.is_perhaps,
        open_cause=open_cause.cast("int32"),
        is_absent=row.is_denied & row.in_window,
    )


def _exists(row: Any) -> Any:
    is_open = row.open_cause != 0
    either = row.is_present | row.is_denied
    groups = row.group_by("patient_key", "atom_no").agg(
        has_present=row.is_present.max(),
        has_open=is_open.max(),
        causes=row.open_cause.bit_or(),
        has_absent=row.is_absent.max(),
        last_present=row.start_lower.fill_null(ibis.date(_FIRST_DAY)).max(where=row.is_present),
        last_denied=row.start_upper.fill_null(ibis.date(_LAST_DAY)).max(where=row.is_denied),
        present_attested=(~(row.is_present & ~row.is_attested)).min(),
        absent_attested=(~(row.is_absent & ~row.is_attested)).min(),
        present=gathered(row.evidence, row.is_present),
        both=gathered(row.evidence, either),
        open_rows=gathered(row.evidence, is_open),
        absent=gathered(row.evidence, row.is_absent),
    )
    groups = groups.filter(groups.has_present | groups.has_open | groups.has_absent)
    is_conflict = groups.has_present & (groups.last_denied >= groups.last_present).fill_null(False)
    code = ibis.cases(
        (is_conflict, unknown_code(Cause.CONFLICT.bit, has_data=True)),
        (groups.has_present, decided_code(True, rows_basis(groups.present_attested))),
        (groups.has_open, unknown_code(groups.causes, has_data=True)),
        else_=decided_code(False, rows_basis(groups.absent_attested)),
    )
    texts = ibis.cases(
        (is_conflict, groups.both),
        (groups.has_present, groups.present),
        (groups.has_open, groups.open_rows),
        else_=groups.absent,
    )
    return groups.select("patient_key", "atom_no", code=code.cast("int32"), evidence=texts)


def is_assumable(plan: Plan, concept: Concept) -> bool:
    """Whether no record of the concept means no, in a covered patient."""
    return concept.id in plan.rulebook.assumed_absent and set(concept.tables) <= plan.supplied


def cause_of_no_record(plan: Plan, concept: Concept) -> Cause:
    if concept.id in plan.rulebook.assumed_absent and not set(concept.tables) <= plan.supplied:
        return Cause.TABLE_NOT_SUPPLIED
    return Cause.NEEDS_PERSON if concept.decided_by is DecidedBy.PERSON else Cause.NEVER_MEASURED


def absence_texts(concept: Concept) -> tuple[str, str]:
    """Evidence that tables were searched in vain, before and after the encounter that covers, in order."""
    tables = sorted(row_json(absence_row(table, concept.id)) for table in concept.tables)
    before = "".join(SEPARATOR + text for text in tables if text < _ENCOUNTER_PREFIX)
    after = "".join(SEPARATOR + text for text in tables if text >= _ENCOUNTER_PREFIX)
    return before, after


def _counted_events(plan: Plan, atom: Count, row: Any) -> Any:
    meets = _meets(plan, atom, row)
    rows = row.filter((row.event_status != "absent") & (meets != NO))
    is_present = rows.event_status == "present"
    is_certain = is_present & (_meets(plan, atom, rows) == YES)
    cause = ibis.cases((is_certain, 0), (is_present, Cause.PARTIAL_DATE.bit), else_=Cause.NEEDS_PERSON.bit).cast(
        "int32"
    )
    return rows.select("patient_key", "record_id", "is_attested", "evidence", is_certain=is_certain, cause=cause)


def _counted_results(plan: Plan, atom: Count, shown: Any) -> Any:
    number = plan.selections[plan.selection_of(atom)]
    rows = shown.filter((shown.sel_no == number) & (shown.place <= PERHAPS))
    is_certain = rows.place == CERTAIN
    cause = ibis.ifelse(is_certain, 0, Cause.PARTIAL_DATE.bit).cast("int32")
    return rows.select("patient_key", "record_id", "is_attested", "evidence", is_certain=is_certain, cause=cause)


def _count(engine: Engine, plan: Plan, number: int, atom: Count, rows: Any, covered: Any) -> Any:
    groups = rows.group_by("patient_key").agg(
        least=rows.record_id.nunique(where=rows.is_certain),
        most=rows.record_id.nunique(),
        causes=rows.cause.bit_or(),
        any_attested=(rows.is_certain & rows.is_attested).max(),
        certain=gathered(rows.evidence, rows.is_certain),
        all_rows=gathered(rows.evidence),
    )
    groups = groups.left_join(covered, "patient_key").drop("patient_key_right")
    concept = plan.concept(atom.concept)
    can_assume = groups.encounter_text.notnull() & ibis.literal(is_assumable(plan, concept))
    open_ended = _number_truth(atom, groups.least, None)
    bounded = ibis.ifelse(can_assume, _number_truth(atom, groups.least, groups.most), ibis.null("boolean"))
    why = cause_of_no_record(plan, concept).bit
    causes = groups.causes | ibis.ifelse(can_assume, 0, why)
    code = ibis.cases(
        (open_ended.notnull(), decided_code(open_ended, rows_basis(groups.any_attested))),
        (bounded.notnull(), decided_code(bounded, int(Basis.ASSUMED))),
        else_=unknown_code(causes, has_data=True),
    )
    before, after = absence_texts(concept)
    assumed = groups.all_rows + before + groups.encounter_text.fill_null("") + after
    texts = ibis.cases(
        (open_ended.notnull(), groups.certain),
        (bounded.notnull(), assumed),
        else_=groups.all_rows,
    )
    return engine.keep(
        f"outcomes_count_{number}",
        groups.select(
            "patient_key",
            atom_no=ibis.literal(number).cast("int32"),
            code=code.cast("int32"),
            evidence=texts,
        ),
    )


def _number_truth(atom: Count, least: Any, most: Any | None) -> Any:
    """Whether the number of records meets the limit; null while more records could change it."""
    n = atom.number
    never = ibis.literal(False)
    top = {"<=": never, "<": never} if most is None else {"<=": most <= n, "<": most < n}
    tests = {
        Operator.LT: (top["<"], least >= n),
        Operator.LE: (top["<="], least > n),
        Operator.GT: (least > n, top["<="]),
        Operator.GE: (least >= n, top["<"]),
        Operator.EQ: (never if most is None else (least == n) & (most == n), (least > n) | top["<"]),
    }
    is_true, is_false = tests[atom.operator]
    return ibis.cases((is_true, True), (is_false, False))


def default_count(atom: Count) -> tuple[Truth, Truth]:
    """Truth of a count with no records: open-ended, and when absence is assumed."""
    return (
        compare(Interval(0, None), atom.operator, atom.number),
        compare(Interval(0, 0), atom.operator, atom.number),
    )
