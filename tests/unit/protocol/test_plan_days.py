"""On which days after its anchor an activity is due: by hand."""

from equipoise.protocol.plan import ActivityKind, PlannedActivity, Repeat, Timing
from equipoise.protocol.trial import Mark


def days(target: int, repeats: Repeat | None) -> list[int]:
    timing = Timing(after="randomisation", target=target, mark=Mark.PARAMETER)
    one = PlannedActivity(
        id="scan", label="Scan", kind=ActivityKind.IMAGING, epoch="e", arms=["a"], timing=[timing], repeats=repeats
    )
    return list(one.days_after(timing))


def test_without_repeats_it_is_due_once() -> None:
    assert days(-7, None) == [-7]


def test_a_repeat_goes_on_from_the_target_and_the_last_day_is_in_it() -> None:
    assert days(84, Repeat(every=84, until=252)) == [84, 168, 252]
    assert days(84, Repeat(every=84, until=251)) == [84, 168]


def test_a_repeat_that_ended_before_the_target_leaves_the_target() -> None:
    assert days(84, Repeat(every=7, until=80)) == [84]
