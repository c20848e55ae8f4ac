"""The Krenning score over lesions: counted exactly, and open only where a missing score could decide."""

from fractions import Fraction

import pytest

from equipoise.assessments.answer import Why
from equipoise.assessments.recist.krenning import count_uptake, judge_uptake
from equipoise.errors import EquipoiseError

HALF = Fraction(1, 2)


def scores(*values):
    return {f"L{number}": value for number, value in enumerate(values)}


def is_majority(*values, threshold=2):
    return judge_uptake(scores(*values), threshold=threshold, is_modified=True, more_than=HALF)


def test_lesions_at_the_threshold_count():
    answer = count_uptake(scores(0, 1, 2, 3, 4), threshold=2, is_modified=False)
    assert (answer.value.above, answer.value.below, answer.value.unscored) == (3, 2, 0)
    assert answer.value.share == Fraction(3, 5)
    assert "planar" in answer.source


def test_scores_read_on_pet_are_called_modified():
    assert "modified" in count_uptake(scores(2), threshold=2, is_modified=True).source


def test_a_majority_is_more_than_half():
    assert is_majority(2, 2, 1).value is True
    assert is_majority(2, 1).value is False
    assert is_majority(2, 2, 2, 2, threshold=3).value is False


def test_a_missing_score_matters_only_where_it_could_decide():
    assert is_majority(3, 3, None).value is True
    assert is_majority(1, 1, None).value is False
    answer = is_majority(3, 1, None)
    assert (answer.why, answer.needs) == (Why.NEVER_MEASURED, ("Krenning score of lesion L2",))
    assert count_uptake(scores(3, None), threshold=2, is_modified=True).value.share is None


def test_no_lesion_and_no_such_score_are_no_count():
    assert count_uptake({}, threshold=2, is_modified=True).why is Why.NEVER_MEASURED
    for wrong in (5, -1):
        answer = is_majority(3, wrong)
        assert (answer.why, answer.because) == (Why.IMPLAUSIBLE, "the score of lesion L1 is none of 0 to 4")


@pytest.mark.parametrize("threshold", [0, 5, -2])
def test_a_threshold_that_is_no_score_is_refused(threshold):
    with pytest.raises(EquipoiseError, match="not a whole number from 1 to 4"):
        count_uptake(scores(2), threshold=threshold, is_modified=True)


def test_the_first_and_the_last_threshold_count_and_every_score_is_evidence():
    for threshold, above in ((1, 2), (4, 1)):
        answer = count_uptake(scores(0, 1, 4, None), threshold=threshold, is_modified=True)
        assert answer.value.above == above
    assert [one.value for one in answer.inputs] == ["0", "1", "4", "not scored"]
