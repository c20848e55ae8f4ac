import numpy as np
import pytest

from equipoise.analysis.survival.inputs import check_followed
from equipoise.analysis.survival.kaplan_meier import fit_kaplan_meier
from equipoise.analysis.survival.logrank import logrank, logrank_batch
from equipoise.analysis.survival.maxcombo import maxcombo
from equipoise.errors import EquipoiseError

ONES = [1, 1, 1]


@pytest.mark.parametrize(
    ("days", "event", "arm", "said"),
    [
        ([1, 2, -1], ONES, [0, 1, 0], "days: holds a number outside 0 to 16777215 (-1 to 2)"),
        ([1, 2, 2**24], ONES, [0, 1, 0], "days: holds a number outside 0 to 16777215 (1 to 16777216)"),
        ([1, 2, 2.5], ONES, [0, 1, 0], "days: holds something that is not a whole number"),
        ([1, 2, np.nan], ONES, [0, 1, 0], "days: holds something that is not a whole number"),
        ([1, 2, np.inf], ONES, [0, 1, 0], "days: holds something that is not a whole number"),
        (["1", "2", "3"], ONES, [0, 1, 0], "days: not numbers (<U1)"),
        ([1, 2, 3], [1, 2, 0], [0, 1, 0], "event: holds a number outside 0 to 1 (0 to 2)"),
        ([1, 2, 3], [1, 1], [0, 1, 0], "event: shape (2,), but days has shape (3,)"),
        ([1, 2, 3], ONES, [0, 1, 2], "arm: holds a number outside 0 to 1 (0 to 2)"),
        ([1, 2, 3], ONES, [0, 1], "arm: shape (2,), but days has shape (3,)"),
    ],
)
def test_what_is_no_survival_data_is_refused_with_its_place(days, event, arm, said):
    with pytest.raises(EquipoiseError) as raised:
        logrank(days, event, arm)
    assert said in str(raised.value)


def test_all_faults_are_told_together():
    with pytest.raises(EquipoiseError) as raised:
        check_followed([1, 2, -3], [1, 0], [0, 5, 0], [0, 0, 0.5])
    assert [fault.where for fault in raised.value.faults] == ["days", "arm", "stratum", "event"]


def test_whole_numbers_may_come_as_floats_and_events_as_truth_values():
    data = check_followed([1.0, 2.0], [True, False], np.array([0, 1], np.int8))
    assert (data.days.dtype, data.days.tolist()) == (np.int64, [1, 2])
    assert (data.event.dtype, data.event.tolist()) == (np.bool_, [True, False])
    assert data.stratum is None


def test_a_comparison_of_one_arm_is_refused():
    with pytest.raises(EquipoiseError, match=r"arms: 1\n  Give two arms or more"):
        logrank([1], [1], [0], arms=1)


def test_a_batch_that_is_no_table_is_refused():
    with pytest.raises(EquipoiseError, match=r"days: has shape \(2,\)"):
        logrank_batch([1, 2], [1, 1], [0, 1])


def test_a_mask_with_a_row_too_few_is_refused():
    with pytest.raises(EquipoiseError, match=r"valid: has shape \(1, 2\)"):
        logrank_batch(*[np.zeros((2, 2), int)] * 3, valid=np.ones((1, 2), bool))


def test_a_table_is_no_data_set():
    table = np.ones((2, 3), int)
    for method in (logrank, maxcombo, lambda days, event, _: fit_kaplan_meier(days, event)):
        with pytest.raises(EquipoiseError, match=r"days: has shape \(2, 3\)\n  Give one number for each subject"):
            method(table, table, table)
