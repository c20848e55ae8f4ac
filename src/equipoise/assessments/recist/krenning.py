"""The Krenning score over lesions: how many take up at least so much.

The score of each lesion is a reader's; this counts. On PET it is the modified score, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from equipoise.assessments.answer import Answer, Assessed, Input, NotEvaluable, Why
from equipoise.errors import EquipoiseError, Fault

SOURCE = "Krenning score (Krenning 1999, Ital J Gastroenterol Hepatol 31 Suppl 2:S219), planar indium-111 imaging"
MODIFIED = "modified Krenning score (the same levels read on PET with a gallium-68 somatostatin analogue)"
LEVELS = {
    0: "no uptake",
    1: "much lower than liver",
    2: "slightly lower than or equal to liver",
    3: "greater than liver",
    4: "greater than spleen or kidney",
}


@dataclass(frozen=True)
class UptakeCount:
    """How many lesions score at least the threshold, how many do not, and how many have no score."""

    above: int
    below: int
    unscored: int

    @property
    def share(self) -> Fraction | None:
        """The part of lesions at or above the threshold; None while one has no score."""
        return None if self.unscored else Fraction(self.above, self.above + self.below)


def count_uptake(scores: Mapping[str, int | None], *, threshold: int, is_modified: bool) -> Answer[UptakeCount]:
    """
    Count the lesions whose score is at least a threshold.

    Parameters
    ----------
    scores
        Score of each lesion, 0 to 4; None where it has none.
    threshold
        Least score that counts, 1 to 4.
    is_modified
        Whether the scores were read on PET.

    Raises
    ------
    EquipoiseError
        The threshold is none of 1 to 4.
    """
    if threshold not in (1, 2, 3, 4):
        raise EquipoiseError(
            "No such Krenning score.",
            [Fault("threshold", "not a whole number from 1 to 4", "Give one, for example 2.")],
        )
    inputs = tuple(Input(f"lesion {name}", "not scored" if one is None else str(one)) for name, one in scores.items())
    if not scores:
        return NotEvaluable(Why.NEVER_MEASURED, "no lesion has a Krenning score")
    wrong = [name for name, score in scores.items() if score is not None and score not in LEVELS]
    if wrong:
        why = f"the score of lesion {', '.join(wrong)} is none of 0 to 4"
        return NotEvaluable(Why.IMPLAUSIBLE, why, inputs, ("a score from 0 to 4",))
    known = [score for score in scores.values() if score is not None]
    above = sum(score >= threshold for score in known)
    count = UptakeCount(above, len(known) - above, len(scores) - len(known))
    return Assessed(count, inputs, MODIFIED if is_modified else SOURCE)


def judge_uptake(
    scores: Mapping[str, int | None], *, threshold: int, is_modified: bool, more_than: Fraction
) -> Answer[bool]:
    """
    Whether more than a part of the lesions, half for a majority, score at least the threshold.

    Lesions without a score leave it open only where they could decide it.
    """
    counted = count_uptake(scores, threshold=threshold, is_modified=is_modified)
    if isinstance(counted, NotEvaluable):
        return counted
    count = counted.value
    total = count.above + count.below + count.unscored
    if Fraction(count.above, total) > more_than:
        return counted.map(lambda _: True)
    if Fraction(count.above + count.unscored, total) <= more_than:
        return counted.map(lambda _: False)
    why = f"{count.unscored} of {total} lesions have no score, and they decide it"
    unscored = tuple(f"Krenning score of lesion {name}" for name, score in scores.items() if score is None)
    return NotEvaluable(Why.NEVER_MEASURED, why, counted.inputs, unscored)
