"""Outcomes of atoms that read results: value by pick, and share over lesions.

Rows flow: facts -> placed (which selection, where in the window) -> shown (only those that can decide or
explain) -> tested (truth of each row for each atom) -> one outcome a patient and atom.
"""

from fractions import Fraction
from typing import Any

import ibis

from equipoise.criteria.compiled.codes import decided_code, rows_basis, unknown_code
from equipoise.criteria.compiled.engine import Engine
from equipoise.criteria.compiled.facts import Facts
from equipoise.criteria.compiled.plan import (
    MODES,
    Plan,
    answers_table,
    limits_table,
    selections_table,
    tests_table,
)
from equipoise.criteria.compiled.texts import gathered, piece
from equipoise.criteria.nodes import Operator, Share
from equipoise.criteria.truth import Cause

CERTAIN, PERHAPS, UNSUITABLE, OLD = 1, 2, 3, 4
_EPOCH_DAY = "0001-01-01"


def place_results(engine: Engine, plan: Plan, facts: Facts) -> Any:
    """
    Results by selection with their place, kept as table `shown`.

    Columns besides those of the facts: sel_no, place, is_latest, has_certain (something certainly in the
    window), has_any (something at all in it), is_alone (nothing else in it), newest_day.
    """
    selections = engine.small("selections", selections_table(plan))
    independent = selections.filter(selections.depends_on.isnull())
    placed = _placed(plan, facts.results.join(independent, "concept_no"))
    dependent = selections.filter(selections.depends_on.notnull())
    if any(each.not_older_than for each in plan.selections):
        days = placed.filter(placed.place == CERTAIN)
        days = days.group_by("patient_key", "sel_no").agg(other_day=_day(days.time_lower).max())
        days = days.select(other_key=days.patient_key, other_sel=days.sel_no, other_day=days.other_day)
        rows = facts.results.join(dependent, "concept_no")
        rows = rows.left_join(days, [rows.depends_on == days.other_sel, rows.patient_key == days.other_key])
        narrowed = ibis.ifelse(
            rows.other_day.notnull() & (rows.other_day > rows.first_day.fill_null(ibis.date(_EPOCH_DAY))),
            rows.other_day,
            rows.first_day,
        )
        rows = rows.mutate(first_day=narrowed).drop("other_key", "other_sel", "other_day")
        placed = ibis.union(placed, _placed(plan, rows).select(*placed.columns))
    return engine.keep("shown", _shown(placed))


def _day(day: Any) -> Any:
    return day.fill_null(ibis.date(_EPOCH_DAY))


def _placed(plan: Plan, row: Any) -> Any:
    """Rows that may lie at or before `as_of`, each with its place."""
    as_of = ibis.date(plan.moment.as_of.isoformat())
    row = row.filter((row.time_lower <= as_of).fill_null(True))
    is_old = (row.time_upper < row.first_day).fill_null(False)
    starts_inside = row.first_day.isnull() | (row.time_lower >= row.first_day).fill_null(False)
    ends_inside = (row.time_upper <= as_of).fill_null(False)
    suitable = _is_suitable(plan, row)
    place = ibis.cases(
        (~suitable & is_old, 0),
        (~suitable, UNSUITABLE),
        (is_old, OLD),
        (starts_inside & ends_inside, CERTAIN),
        else_=PERHAPS,
    )
    row = row.mutate(place=place.cast("int8"))
    return row.filter(row.place > 0).drop(
        "first_day", "wants_fasting", "depends_on", "site", "site_right", "method", "is_fasting", "suggests"
    )


def _is_suitable(plan: Plan, row: Any) -> Any:
    suitable = ~row.suggests & (~row.wants_fasting | row.is_fasting.fill_null(False))
    suitable &= row.site_right.isnull() | (row.site == row.site_right).fill_null(False)
    for selection, number in plan.selections.items():
        if selection.methods:
            suitable &= (row.sel_no != number) | row.method.isin(list(selection.methods)).fill_null(False)
    return suitable


def _shown(row: Any) -> Any:
    """Only rows that decide or explain: those in the window, else unsuitable ones, else the last old ones."""
    certain = row.place == CERTAIN
    summary = row.group_by("patient_key", "sel_no").agg(
        newest=row.earliest.max(where=certain),
        newest_day=_day(row.time_lower).max(where=certain),
        has_certain=certain.max(),
        n_inside=(row.place <= PERHAPS).sum(),
        has_unsuitable=(row.place == UNSUITABLE).max(),
        last_old=row.time_upper.max(where=row.place == OLD),
    )
    joined = row.join(summary, ["patient_key", "sel_no"])
    joined = joined.mutate(has_any=joined.n_inside > 0, is_alone=joined.n_inside == 1)
    in_window = joined.place <= PERHAPS
    is_shown = ibis.cases(
        (joined.has_any, in_window),
        (joined.has_unsuitable, joined.place == UNSUITABLE),
        else_=joined.time_upper == joined.last_old,
    )
    is_latest = in_window & (~joined.has_certain | (joined.latest >= joined.newest))
    joined = joined.mutate(is_latest=is_latest.fill_null(False))
    return joined.filter(is_shown).drop("earliest", "latest", "newest", "last_old", "has_unsuitable", "n_inside")


def judge_results(engine: Engine, plan: Plan, facts: Facts, shown: Any) -> list[Any]:
    """Outcomes of every value and share atom that has rows to show, as tables of
    patient_key, atom_no, code, evidence."""
    table = tests_table(plan)
    if table.num_rows == 0:
        return []
    tests = engine.small("tests", table)
    limits = engine.small("limits", limits_table(plan, facts.units))
    answers = engine.small("asked_answers", answers_table(plan))
    modes = set(table["mode"].to_pylist())
    rows = shown.join(tests, "sel_no")
    empty = rows.filter(~rows.has_any)
    outcomes = [engine.keep("outcomes_nothing", _nothing(empty))]
    if MODES["latest"] in modes:
        latest = rows.filter(rows.is_latest & (rows["mode"] == MODES["latest"]))
        outcomes.append(
            engine.keep("outcomes_single", _single(_tested(latest.filter(latest.is_alone), limits, answers)))
        )
        several = _tested(latest.filter(~latest.is_alone), limits, answers)
        outcomes.append(engine.keep("outcomes_latest", _latest(several)))
    if modes & {MODES["any"], MODES["every"]}:
        several = rows.filter(rows.has_any & rows["mode"].isin([MODES["any"], MODES["every"]]))
        outcomes.append(engine.keep("outcomes_several", _several(_tested(several, limits, answers))))
    if MODES["share"] in modes:
        lesions = rows.filter(rows.has_any & (rows["mode"] == MODES["share"]))
        in_study = lesions.newest_day.isnull() | (lesions.time_upper >= lesions.newest_day).fill_null(True)
        tested = engine.keep("tested_lesions", _tested(lesions.filter(in_study), limits, answers))
        outcomes.append(engine.keep("outcomes_share", _share(engine, plan, tested)))
    return outcomes


def _nothing(rows: Any) -> Any:
    groups = rows.group_by("patient_key", "atom_no").agg(
        is_unsuitable=(rows.place == UNSUITABLE).max(), evidence=gathered(rows.evidence)
    )
    cause = ibis.ifelse(groups.is_unsuitable, Cause.UNSUITABLE_METHOD.bit, Cause.TOO_OLD.bit)
    return _outcome(groups, unknown_code(cause, has_data=False))


def _outcome(groups: Any, code: Any, evidence: Any = None) -> Any:
    texts = groups.evidence if evidence is None else evidence
    return groups.select("patient_key", "atom_no", code=code.cast("int32"), evidence=texts)


def _tested(rows: Any, limits: Any, answers: Any) -> Any:
    """Each row with `truth` (null: unknown) and `cause` (a bit, 0 when decided)."""
    rows = rows.left_join(limits, ["atom_no", "unit_no", "sex_no"])
    rows = rows.drop("atom_no_right", "unit_no_right", "sex_no_right")
    rows = rows.left_join(answers, ["atom_no", "answer"]).drop("atom_no_right", "answer_right")
    own = ibis.cases((rows.relative == 1, rows.range_high), (rows.relative == 2, rows.range_low))
    product = (own.cast("decimal(38, 6)") * rows.multiple).cast("decimal(30, 12)")
    rows = rows.mutate(
        bar=product.fill_null(rows["limit"]),
        is_exact=product.notnull() | rows.is_exact.fill_null(True),
        bar_cause=ibis.ifelse(product.notnull(), 0, rows.limit_cause.fill_null(0)),
    )
    number_cause = ibis.cases(
        (rows.value_lower.isnull() & rows.value_upper.isnull(), Cause.UNMAPPED_CODE.bit),
        (rows.bar_cause != 0, rows.bar_cause),
        else_=Cause.OVERLAP.bit,
    )
    number_truth = ibis.ifelse(number_cause == Cause.OVERLAP.bit, _compare(rows), ibis.null("boolean"))
    truth = ibis.cases(
        (rows.kind == 0, number_truth),
        (rows.kind == 1, ibis.ifelse(rows.answer.isnull(), ibis.null("boolean"), rows.is_asked.fill_null(False))),
        else_=_date_truth(rows),
    )
    no_date = rows.value_date_lower.isnull() & rows.value_date_upper.isnull()
    cause = ibis.cases(
        (rows.kind == 0, number_cause),
        (rows.kind == 1, Cause.UNMAPPED_CODE.bit),
        (no_date, Cause.UNMAPPED_CODE.bit),
        else_=Cause.PARTIAL_DATE.bit,
    )
    rows = rows.mutate(truth=truth)
    return rows.mutate(cause=ibis.ifelse(rows.truth.isnull(), cause, 0).cast("int32"))


def _compare(row: Any) -> Any:
    """True, false or null (values on both sides); see `criteria.intervals.compare`."""
    below, above = _below(row, row.is_point_ok), _above(row, row.is_point_ok)
    ordered = ibis.cases((below, ~row.is_upward), (above, row.is_upward))
    is_point = (row.value_lower == row.bar) & (row.value_upper == row.bar) & row.is_exact
    strictly_off = _below(row, ibis.literal(False)) | _above(row, ibis.literal(True))
    equal = ibis.cases((is_point.fill_null(False), True), (strictly_off, False))
    return ibis.ifelse(row.is_equal, equal, ordered)


def _below(row: Any, is_point_ok: Any) -> Any:
    touches = (row.value_upper == row.bar) & (~row.is_exact | is_point_ok | ~row.is_upper_closed)
    return ((row.value_upper < row.bar) | touches).fill_null(False)


def _above(row: Any, is_point_ok: Any) -> Any:
    touches = (row.value_lower == row.bar) & row.is_exact & ~(is_point_ok & row.is_lower_closed)
    return ((row.value_lower > row.bar) | touches).fill_null(False)


def _date_truth(row: Any) -> Any:
    first = row.date_first.fill_null(ibis.date(_EPOCH_DAY))
    return ibis.cases(
        ((row.value_date_lower >= first).fill_null(False), True),
        ((row.value_date_upper < first).fill_null(False), False),
    )


def _summary(rows: Any) -> dict[str, Any]:
    return {
        "has_true": rows.truth.fill_null(False).max(),
        "has_false": (~rows.truth).fill_null(False).max(),
        "causes": rows.cause.bit_or(),
        "has_certain": rows.has_certain.max(),
        "any_attested": rows.is_attested.max(),
        "first": _day(rows.time_lower).min(),
        "last": rows.time_upper.fill_null(ibis.date("9999-12-31")).max(),
    }


def _single(rows: Any) -> Any:
    """The latest of one result alone needs no grouping; most patients have no more in a window."""
    code = ibis.cases(
        (~rows.has_certain, unknown_code(Cause.PARTIAL_DATE.bit, has_data=True)),
        (rows.truth.isnull(), unknown_code(rows.cause, has_data=True)),
        else_=decided_code(rows.truth, rows_basis(rows.is_attested)),
    )
    return _outcome(rows, code, piece(rows.evidence))


def _latest(rows: Any) -> Any:
    groups = rows.group_by("patient_key", "atom_no").agg(**_summary(rows), evidence=gathered(rows.evidence))
    mixed = ibis.ifelse(groups.first == groups.last, Cause.CONFLICT.bit, Cause.PARTIAL_DATE.bit)
    basis = rows_basis(groups.any_attested)
    code = ibis.cases(
        (~groups.has_certain, unknown_code(Cause.PARTIAL_DATE.bit, has_data=True)),
        (groups.has_true & groups.has_false, unknown_code(mixed, has_data=True)),
        (groups.causes != 0, unknown_code(groups.causes, has_data=True)),
        else_=decided_code(groups.has_true, basis),
    )
    return _outcome(groups, code)


def _several(rows: Any) -> Any:
    """Any and every: a row certainly in the window that decides, or all of them."""
    deciding = rows["mode"] == MODES["any"]
    hit = (rows.truth == deciding).fill_null(False) & (rows.place == CERTAIN)
    doubtful = (rows.truth == deciding).fill_null(True)
    rows = rows.mutate(hit=hit, doubtful=doubtful)
    groups = rows.group_by("patient_key", "atom_no", "mode").agg(
        has_hit=rows.hit.max(),
        has_doubt=rows.doubtful.max(),
        has_certain=rows.has_certain.max(),
        late_doubt=(rows.doubtful & (rows.place == PERHAPS)).max(),
        causes=rows.cause.bit_or(),
        any_attested=rows.is_attested.max(),
        hits_attested=(~(rows.hit & ~rows.is_attested)).min(),
        hits=gathered(rows.evidence, rows.hit),
        doubts=gathered(rows.evidence, rows.doubtful),
        all_rows=gathered(rows.evidence),
    )
    partial = ibis.ifelse(~groups.has_certain | groups.late_doubt, Cause.PARTIAL_DATE.bit, 0)
    is_any = groups["mode"] == MODES["any"]
    is_settled = groups.has_certain & ~groups.has_doubt
    code = ibis.cases(
        (groups.has_hit, decided_code(is_any, rows_basis(groups.hits_attested))),
        (is_settled, decided_code(~is_any, rows_basis(groups.any_attested))),
        else_=unknown_code(groups.causes | partial, has_data=True),
    )
    evidence = ibis.cases(
        (groups.has_hit, groups.hits),
        (is_settled | ~groups.has_certain, groups.all_rows),
        else_=groups.doubts,
    )
    return _outcome(groups, code, evidence)


def _share(engine: Engine, plan: Plan, rows: Any) -> Any:
    lesions = rows.group_by("patient_key", "atom_no", "lesion_key").agg(**_summary(rows))
    is_true = lesions.has_true & ~lesions.has_false & (lesions.causes == 0)
    is_false = lesions.has_false & ~lesions.has_true & (lesions.causes == 0)
    conflict = ibis.ifelse(lesions.has_true & lesions.has_false, Cause.CONFLICT.bit, 0)
    lesions = lesions.mutate(is_true=is_true, is_open=~is_true & ~is_false, causes=lesions.causes | conflict)
    lesions = engine.keep("lesions", lesions)
    groups = lesions.group_by("patient_key", "atom_no").agg(
        n=lesions.count(),
        n_true=lesions.is_true.cast("int32").sum(),
        n_open=lesions.is_open.cast("int32").sum(),
        causes=lesions.causes.bit_or(where=lesions.is_open),
        has_certain=lesions.has_certain.max(),
        any_attested=lesions.any_attested.max(),
        first=lesions.first.min(),
        last=lesions["last"].max(),
    )
    groups = groups.join(_share_texts(rows, lesions), ["patient_key", "atom_no"])
    truth = _share_truth(plan, groups)
    exact_day = groups.has_certain & (groups.first == groups["last"])
    code = ibis.cases(
        (~exact_day, unknown_code(Cause.PARTIAL_DATE.bit, has_data=True)),
        (truth.isnull(), unknown_code(groups.causes.fill_null(0), has_data=True)),
        else_=decided_code(truth, rows_basis(groups.any_attested)),
    )
    evidence = ibis.ifelse(exact_day & truth.isnull(), groups.open_texts, groups.texts)
    return _outcome(groups, code, evidence)


def _share_texts(rows: Any, lesions: Any) -> Any:
    marks = lesions.select("patient_key", "atom_no", "lesion_key", "is_open")
    marked = rows.join(marks, ["patient_key", "atom_no", "lesion_key"])
    return marked.group_by("patient_key", "atom_no").agg(
        texts=gathered(marked.evidence), open_texts=gathered(marked.evidence, marked.is_open)
    )


def _share_truth(plan: Plan, groups: Any) -> Any:
    """The share against its limit at both ends of what is open; null where the ends disagree."""
    branches = []
    for number, atom in plan.atoms_of(Share):
        assert isinstance(atom, Share)
        percent = Fraction(atom.percent)
        scale = 100 * percent.denominator
        least, most = scale * groups.n_true, scale * (groups.n_true + groups.n_open)
        bar = groups.n * percent.numerator
        tests = {
            Operator.LT: (most < bar, least >= bar),
            Operator.LE: (most <= bar, least > bar),
            Operator.GT: (least > bar, most <= bar),
            Operator.GE: (least >= bar, most < bar),
            Operator.EQ: ((least == bar) & (most == bar), (most < bar) | (least > bar)),
        }
        is_true, is_false = tests[atom.operator]
        branches.append((groups.atom_no == number, ibis.cases((is_true, True), (is_false, False))))
    return ibis.cases(*branches)
