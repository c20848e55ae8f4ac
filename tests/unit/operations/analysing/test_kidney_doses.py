"""Kidney doses from the form of a site to the picture of the report, told to nobody while the arms are pooled."""

from decimal import Decimal
from typing import Any

import pytest
from tests.analysis_trial import DRUG, AnalysedOffice, with_plan

from equipoise.conduct.roles import Role
from equipoise.operations.analysing.report import make_view, render_report
from equipoise.operations.analysing.tables import make_tables
from equipoise.operations.analysing.writing import analysis_json
from equipoise.reporting.analysis_figures import draw_kidney_doses


def measured(office: AnalysedOffice) -> str:
    subject = office.in_arm(DRUG)
    for step, gy in (("drug-1", "3.25"), ("drug-2", "2.75")):
        office.go_on(7)
        office.record(subject, "dose", step=step, administered="100", unit="mg")
        office.go_on(1)
        organs = [
            {"organ": "kidney", "absorbed_dose": gy, "uncertainty_percent": "20"},
            {"organ": "marrow", "absorbed_dose": "0.11"},
        ]
        office.record(subject, "dosimetry", step=step, organs=organs)
    return subject


def with_limit(rule: dict[str, Any]) -> AnalysedOffice:
    planned = with_plan().protocol
    conduct = planned.plans["conduct"]
    gate = conduct.gates[0].model_copy(update={"id": "kidney-dose", "label": "Dose of the kidneys", "rule": rule})
    plans = {"conduct": conduct.model_copy(update={"gates": [*conduct.gates, gate]})}
    return AnalysedOffice(given=planned.model_copy(update={"plans": plans}))


@pytest.fixture
def office() -> AnalysedOffice:
    return with_plan()


def page_of(office):
    office.lock()
    return render_report(office.analysed(office.cut("final")), office.rules)


def test_the_sum_over_the_cycles_is_drawn_with_its_table_and_events(office):
    subject = measured(office)
    entries = [int(each.id) for each in office.file(subject).forms if each.form.kind.value == "dosimetry"]
    page = page_of(office)
    assert f"{subject}: 6.0 Gy give or take 1.2 Gy after 2 cycles" in page
    assert "The protocol states no limit." in page
    assert "Dose of the kidneys by subject and cycle" in page
    for cells in (("drug-1", "3.25", "3.25", "0.65", entries[0]), ("drug-2", "2.75", "6.00", "1.20", entries[1])):
        row = "".join(f'<td class="n">{cell}</td>' for cell in cells[1:4])
        assert f"<td>{cells[0]}</td>{row}<td>{cells[4]}</td>" in page


def test_whose_first_cycle_was_not_measured_is_in_the_table_with_a_sum_that_is_not_known(office):
    subject = office.in_arm(DRUG)
    for step in ("drug-1", "drug-2"):
        office.go_on(7)
        office.record(subject, "dose", step=step, administered="100", unit="mg")
    office.record(subject, "dosimetry", step="drug-2", organs=[{"organ": "kidney", "absorbed_dose": "2.75"}])
    page = page_of(office)
    assert '<td>drug-1</td><td class="n">not measured</td><td class="n">not known</td>' in page
    assert '<td>drug-2</td><td class="n">2.75</td><td class="n">not known</td>' in page
    assert "added up: of nobody is it known" in page


def test_no_picture_is_drawn_where_nobody_was_measured(office):
    office.allocated()
    assert "Absorbed dose of the kidneys" not in page_of(office)


def test_a_limit_of_a_gate_of_the_protocol_is_drawn_and_no_other():
    rule = {"dose": "kidney", "quantity": "absorbed-dose", "is": "<= 23 Gy"}
    office = with_limit(rule)
    measured(office)
    office.lock()
    done = office.analysed(office.cut("final"))
    limits = make_view(done, office.rules).dose_limits
    assert {organ: [(each.gate, each.dose_gy) for each in found] for organ, found in limits.items()} == {
        "kidney": [("kidney-dose", Decimal(23))]
    }
    page = render_report(done, office.rules)
    assert "limit of kidney-dose: 23 Gy" in page
    assert "The protocol states no limit." not in page


def test_a_limit_within_another_rule_is_found_and_one_of_the_marrow_is_not_drawn():
    rule = {"not": {"any": [{"dose": "marrow", "quantity": "absorbed-dose", "is": "> 2 Gy"}, {"record": "diabetes"}]}}
    office = with_limit(rule)
    measured(office)
    office.lock()
    view = make_view(office.analysed(office.cut("final")), office.rules)
    assert list(view.dose_limits) == ["marrow"]
    (figure,) = draw_kidney_doses(view)
    assert "limit of" not in figure.picture


def test_doses_of_organs_tell_no_arm_while_the_arms_are_pooled(office):
    measured(office)
    for role in (Role.MASKED_STATISTICIAN, Role.UNMASKED_STATISTICIAN):
        done = office.analysed(office.cut(), role)
        assert all(each.absorbed == () for each in done.facts.subjects)
        tables = {name: table.to_pylist() for name, table in make_tables(done).items()}
        told = render_report(done, office.rules) + str(analysis_json(done)) + str(tables)
        assert "3.25" not in told
        assert "kidneys" not in told
