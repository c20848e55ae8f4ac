"""What the tests of drafting share: a small record laid out by hand, and its draft."""

from collections.abc import Callable

import pytest

from equipoise.authoring.compiling.criterion import Setup, shipped_setup
from equipoise.authoring.drafting.criteria import draft_criteria
from equipoise.authoring.drafting.draft import Draft, DraftCriterion
from equipoise.authoring.model import Outcome, RecordForm, Registration, RuleDraft, Segment, SegmentKind
from equipoise.criteria.truth import Kind


@pytest.fixture(scope="session")
def setup() -> Setup:
    return shipped_setup()


@pytest.fixture
def make_registration() -> Callable[..., Registration]:
    """A page with words above its criteria, and one bullet for each criterion."""

    def make(head: str = "A trial", inclusion=("Diabetes",), exclusion=("Lymphoma",), **stated) -> Registration:
        above = f"{head}\n"
        criteria = "".join(
            f"{title} Criteria:\n" + "".join(f"* {words}\n" for words in entries)
            for title, entries in (("Inclusion", inclusion), ("Exclusion", exclusion))
        )
        text = above + criteria
        outside = (Segment(0, len(above), SegmentKind.BOILERPLATE, None, "text"),)
        eligibility = ((len(above), len(text)),)
        digest = "0" * 64
        stated = {"id": "nct00000001", "title": "A trial"} | stated
        return Registration(RecordForm.TEXT_PAGE, "trial.txt", digest, text, outside, eligibility, **stated)

    return make


@pytest.fixture
def make_draft(make_registration, setup) -> Callable[..., Draft]:
    """The draft of such a page."""

    def make(*args, **stated) -> Draft:
        return draft_criteria(make_registration(*args, **stated), setup)

    return make


@pytest.fixture
def make_criterion() -> Callable[..., DraftCriterion]:
    """A criterion of given concepts and rule; where it stands in the record does not matter."""

    def make(name: str, rule=None, concepts=None, kind=Kind.INCLUSION, **more) -> DraftCriterion:
        rule_draft = RuleDraft(Outcome.COMPILED, rule or {"record": "diabetes"}, concepts or {})
        given = {"marks": (), "repair": None, "draft": rule_draft} | more
        return DraftCriterion(name, kind, f"words of {name}", ((0, 1),), (0,), **given)

    return make
