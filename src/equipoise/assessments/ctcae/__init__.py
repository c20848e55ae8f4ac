"""Toxicity grades by the Common Terminology Criteria for Adverse Events: tables as data, one result or many."""

from equipoise.assessments.ctcae.arrays import NOT_GRADABLE, grade_array
from equipoise.assessments.ctcae.given import Given
from equipoise.assessments.ctcae.grading import grade, grade_analyte
from equipoise.assessments.ctcae.model import BaselineRange, CtcaeVersion, Grade, Table, Term
from equipoise.assessments.ctcae.tables import find_term, load_table, term_named, terms_of

__all__ = [
    "NOT_GRADABLE",
    "BaselineRange",
    "CtcaeVersion",
    "Given",
    "Grade",
    "Table",
    "Term",
    "find_term",
    "grade",
    "grade_analyte",
    "grade_array",
    "load_table",
    "term_named",
    "terms_of",
]
