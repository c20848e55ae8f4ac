import numpy as np
import pytest

from equipoise.analysis.survival.batch import count_event_times, split_into_blocks
from equipoise.analysis.survival.logrank import logrank_batch
from equipoise.errors import EquipoiseError


def _rows(*trials):
    return np.array(trials, dtype=np.int64)


def test_days_with_an_event_are_counted_by_arm_and_the_censored_of_a_day_are_at_risk_on_it():
    """By hand. Day 3: five at risk, two in arm 1 (one of them censored that day), two events. Day 7: one left."""
    times = count_event_times(
        days=_rows([3, 3, 3, 7, 5]), event=_rows([1, 1, 0, 1, 0]).astype(bool), arm=_rows([0, 1, 1, 0, 0])
    )
    assert times.day.tolist() == [3, 7]
    assert times.at_risk.tolist() == [5, 1]
    assert times.at_risk_1.tolist() == [2, 0]
    assert times.events.tolist() == [2, 1]
    assert times.events_1.tolist() == [1, 0]


def test_strata_and_trials_are_counted_apart():
    times = count_event_times(
        days=_rows([2, 2, 4], [2, 9, 9]),
        event=_rows([1, 1, 1], [1, 0, 1]).astype(bool),
        arm=_rows([0, 1, 1], [1, 1, 0]),
        stratum=_rows([5, 0, 5], [1, 1, 1]),
    )
    assert times.trial.tolist() == [0, 0, 0, 1, 1]
    assert times.stratum.tolist() == [0, 5, 5, 1, 1]
    assert times.day.tolist() == [2, 2, 4, 2, 9]
    assert times.at_risk.tolist() == [1, 2, 1, 3, 2]
    assert times.curve_first.tolist() == [0, 1, 3]
    assert times.first.tolist() == [0, 3, 5]
    assert times.sum_by_trial(np.array([1.0, 2, 4, 8, 16])).tolist() == [7, 24]


def test_the_last_day_and_the_last_stratum_that_fit_stay_apart_from_their_neighbours():
    """A key holds days up to 2^24 - 1 and strata up to 2^24 - 2: neither runs into the other."""
    times = count_event_times(
        days=_rows([1, 2**24 - 1, 2**24 - 1, 0], [3, 1, 2**23, 0]),
        event=np.ones((2, 4), bool),
        arm=_rows([0, 0, 1, 1], [1, 0, 1, 0]),
        stratum=_rows([0, 0, 2**24 - 2, 2**24 - 2], [1, 1, 1, 2]),
    )
    assert times.trial.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert times.stratum.tolist() == [0, 0, 2**24 - 2, 2**24 - 2, 1, 1, 1, 2]
    assert times.day.tolist() == [1, 2**24 - 1, 0, 2**24 - 1, 1, 3, 2**23, 0]
    assert times.at_risk.tolist() == [2, 1, 2, 1, 3, 2, 1, 1]


def test_a_trial_without_an_event_has_no_days_and_sums_to_0():
    times = count_event_times(
        days=_rows([1, 2], [1, 2], [3, 4]), event=_rows([0, 0], [1, 0], [0, 0]).astype(bool), arm=_rows(*[[0, 1]] * 3)
    )
    assert times.trial.tolist() == [1]
    assert times.sum_by_trial(np.array([5.0])).tolist() == [0, 5, 0]


def test_a_batch_without_trials_or_without_subjects_has_no_days():
    for shape in ((0, 4), (3, 0)):
        nothing = np.zeros(shape, np.int64)
        times = count_event_times(nothing, nothing.astype(bool), nothing)
        assert (times.trials, times.day.size) == (shape[0], 0)
        assert not logrank_batch(nothing, nothing, nothing).is_estimable.any()


def test_places_without_a_subject_are_not_at_risk():
    valid = np.array([[True, False, True, True]])
    times = count_event_times(
        days=_rows([1, 9, 1, 2]), event=_rows([1, 1, 0, 1]).astype(bool), arm=_rows([0, 1, 1, 1]), valid=valid
    )
    assert times.day.tolist() == [1, 2]
    assert times.at_risk.tolist() == [3, 1]
    assert times.events.sum() == 2


def test_the_arrays_given_are_left_as_they_were():
    days, event, arm = _rows([5, 1, 3]), _rows([1, 0, 1]).astype(bool), _rows([0, 1, 0])
    count_event_times(days, event, arm, valid=np.array([[True, True, False]]))
    assert (days.tolist(), event.tolist(), arm.tolist()) == ([[5, 1, 3]], [[True, False, True]], [[0, 1, 0]])


def test_blocks_cover_every_trial_once_and_never_split_one():
    for trials, subjects in ((10_000, 400), (3, 5_000_000), (20_000, 0), (0, 60), (100_000, 1)):
        covered = [row for block in split_into_blocks(trials, subjects) for row in range(trials)[block]]
        assert covered == list(range(trials))


def test_block_by_block_is_the_same_as_all_at_once():
    """2,000 trials of 100 fall into several blocks; any one of them alone gives the same bits."""
    rng = np.random.default_rng(2)
    days, arm = rng.integers(0, 300, (2_000, 100)), rng.integers(0, 2, (2_000, 100))
    event, stratum = rng.random((2_000, 100)) < 0.6, rng.integers(0, 4, (2_000, 100))
    assert len(list(split_into_blocks(2_000, 100))) > 1
    together = logrank_batch(days, event, arm, stratum)
    for row in (0, 1, 999, 1_000, 1_001, 1_999):
        alone = logrank_batch(*(each[row : row + 1] for each in (days, event, arm, stratum)))
        assert (alone.z[0], alone.variance[0]) == (together.z[row], together.variance[row])


def test_a_batch_too_large_for_its_counts_is_refused():
    with pytest.raises(EquipoiseError, match="9000 trials with 9000 subjects, more than 8192 or 2097151"):
        count_event_times(*[np.zeros((9_000, 1), np.int64)] * 3)


@pytest.mark.parametrize("valid", [np.ones((1, 2), bool), np.ones((1, 3), int)])
def test_a_mask_of_another_shape_or_kind_is_refused(valid):
    with pytest.raises(EquipoiseError, match=r"valid: .* of shape"):
        count_event_times(_rows([1, 2, 3]), _rows([1, 1, 1]).astype(bool), _rows([0, 1, 0]), valid=valid)
