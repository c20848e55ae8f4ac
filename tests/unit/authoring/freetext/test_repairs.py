from decimal import Decimal

import pytest

from equipoise.authoring.freetext.damage.detection import find_damage
from equipoise.authoring.freetext.damage.repairs import OUTSIDE, propose_repairs
from equipoise.authoring.model import AgeLimit, Item, RepairProposal, Splitting
from equipoise.criteria.truth import Kind

ADULT = AgeLimit(Decimal(18), "years", "18 Years")
OLD = AgeLimit(Decimal(75), "years", "75 Years")
OTHERS = ("Written informed consent.", "Stable disease.", "Life expectancy of more than 6 months.", "Signed form.")


def record_of(inclusion: tuple[str, ...], exclusion: tuple[str, ...] = ()) -> tuple[str, Splitting]:
    text, items = "", []
    for kind, criteria in ((Kind.INCLUSION, inclusion), (Kind.EXCLUSION, exclusion)):
        for words in criteria:
            items.append(
                Item(len(items), kind, ((len(text) + 2, len(text) + 2 + len(words)),), " ".join(words.split()))
            )
            text += f"- {words}\n"
    return text, Splitting(tuple(items), ())


def repairs_of(inclusion: str, exclusion: tuple[str, ...] = (), **given) -> tuple[RepairProposal, ...]:
    text, splitting = record_of((*OTHERS, inclusion), exclusion)
    return propose_repairs(text, splitting, find_damage(text, splitting), **given)


def test_a_bound_closes_as_the_complement_of_its_mirror():
    (proposal,) = repairs_of(
        "Well differentiated (grade 1 or grade 2, Ki-", exclusion=("Poorly differentiated (grade 3, Ki-67 >20%)",)
    )

    assert proposal.reads == "Ki-67 <= 20 %)"
    assert proposal.text == "Well differentiated (grade 1 or grade 2, Ki-67 <= 20 %)"
    assert proposal.source == "the mirrored criterion of this record"
    assert "Ki-67 > 20 %" in proposal.because


@pytest.mark.parametrize(
    ("inclusion", "exclusion", "text"),
    [
        ("Hemoglobin ≥", "Hemoglobin < 9.5 g/dL", "Hemoglobin >= 9.5 g/dL"),
        ("Hemoglobin ≥ g/dL", "Hemoglobin < 9.5 g/dL", "Hemoglobin >= 9.5 g/dL"),
        ("Serum creatinine <", "Serum creatinine ≥ 1.5 x ULN", "Serum creatinine < 1.5 x ULN"),
        ("INR ≤", "INR > 1.5", "INR <= 1.5"),
    ],
)
def test_a_lost_limit_is_the_number_of_its_mirror(inclusion, exclusion, text):
    (proposal,) = repairs_of(inclusion, exclusion=(exclusion,))

    assert proposal.text == text


@pytest.mark.parametrize(
    ("inclusion", "exclusion"),
    [
        ("Hemoglobin ≥", ("Platelets < 100 g/L",)),  # another quantity
        ("Hemoglobin ≥", ("Hemoglobin > 18 g/dL",)),  # no complement: another side
        ("Hemoglobin ≥ mmol/L", ("Hemoglobin < 9 g/dL",)),  # another unit
        ("Hemoglobin ≥", ("Hemoglobin < 9 g/dL", "Hemoglobin < 8 g/dL in men")),  # two limits
        ("Hemoglobin ≥", ()),
    ],
)
def test_a_limit_that_the_record_does_not_give_lies_outside_the_text(inclusion, exclusion):
    (proposal,) = repairs_of(inclusion, exclusion=exclusion)

    assert (proposal.text, proposal.source) == (None, OUTSIDE)
    assert "nowhere else in this record" in proposal.because


def test_a_criterion_of_the_same_list_is_no_mirror():
    text, splitting = record_of((*OTHERS, "Hemoglobin ≥", "Hemoglobin > 9 g/dL in women"))

    (proposal,) = propose_repairs(text, splitting, find_damage(text, splitting))

    assert proposal.text is None


@pytest.mark.parametrize(
    ("damaged", "limits", "text"),
    [
        ("Age ≥ years", (ADULT, None), "Age >= 18 years"),
        ("Age ? 18 years", (ADULT, None), "Age >= 18 years"),
        ("Age between 18 and years", (ADULT, OLD), "Age >= 18 years and <= 75 years"),
        ("Patients aged years and older with asthma", (ADULT, None), "Patients age >= 18 years with asthma"),
    ],
)
def test_a_lost_age_comes_from_the_field_of_the_registry(damaged, limits, text):
    (proposal,) = repairs_of(damaged, minimum_age=limits[0], maximum_age=limits[1])

    assert proposal.text == text
    assert proposal.source == "the structured age of this record"


def test_an_age_that_contradicts_the_field_is_not_repaired():
    (proposal,) = repairs_of("Age between 21 and years", minimum_age=ADULT, maximum_age=OLD)

    assert proposal.text is None


def test_the_age_of_the_registry_closes_no_other_hole():
    (proposal,) = repairs_of("Disease for at least years", minimum_age=ADULT)

    assert proposal.text is None


def test_an_intact_sentence_of_a_second_version_closes_a_hole():
    sibling = record_of((*OTHERS, "Uptake on PET (Krenning Score of 2 or more on all or a majority of lesions)"))

    (proposal,) = repairs_of("Uptake on PET (Krenning Score on all or a majority of lesions", sibling=sibling)

    assert proposal.text == "Uptake on PET (Krenning Score of 2 or more on all or a majority of lesions)"
    assert proposal.source == "the second version of this record"


def test_a_second_version_with_the_same_damage_closes_nothing():
    damaged = "Uptake on PET (Krenning Score on all or a majority of lesions"

    (proposal,) = repairs_of(damaged, sibling=record_of((*OTHERS, damaged)))

    assert (proposal.text, proposal.source) == (None, OUTSIDE)
    assert proposal.reads.startswith("Krenning Score [")


def test_flattened_powers_are_raised_where_both_printings_agree():
    (proposal,) = repairs_of("WBC >2x109/L (2000/mm3); platelets >75x109/L - (75x103/mm3).")

    assert proposal.text == "WBC >2 x 10^9/L (2000/mm3); platelets >75 x 10^9/L (75 x 10^3/mm3)."
    assert "arithmetic" in proposal.source


def test_flattened_powers_are_left_where_the_printings_disagree():
    (proposal,) = repairs_of("WBC >2x109/L (3000/mm3)")

    assert proposal.text is None
    assert "do not agree" in proposal.because


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("Age &amp;ge; 18 years", "Age ≥ 18 years"),
        ("Age â‰¥ 18 years", "Age ≥ 18 years"),
        ("Platelets &gt; 100,000/mm3", "Platelets > 100,000/mm3"),
    ],
)
def test_what_can_be_decoded_is_decoded_exactly(damaged, text):
    (proposal,) = repairs_of(damaged)

    assert (proposal.text, proposal.source) == (text, "decoding")


def test_torn_pieces_are_joined_and_the_title_has_no_proposal_of_its_own():
    exclusion = (
        "Pregnancy or lactation.",
        "calculated by the Cockroft Gault method <50 mL/min (only as - confirmatory exam).",
        "Known brain metastases.",
        "Uncontrolled diabetes.",
        "Heart failure.",
        "Poor renal function",
    )
    text, splitting = record_of(OTHERS, exclusion)

    (proposal,) = propose_repairs(text, splitting, find_damage(text, splitting))

    assert proposal.item == 5
    assert proposal.text == (
        "Poor renal function: creatinine clearance calculated by the Cockroft Gault method <50 mL/min "
        "(only as confirmatory exam)."
    )
    assert "whether more stood before it cannot be known" in proposal.because


def test_a_head_that_nothing_in_the_record_tells_lies_outside_the_text():
    text, splitting = record_of(OTHERS, ("Asthma.", "Stroke.", "Cancer.", "Diabetes.", "of the liver or of the lung."))

    (proposal,) = propose_repairs(text, splitting, find_damage(text, splitting))

    assert (proposal.text, proposal.source) == (None, OUTSIDE)


def test_a_lone_open_bracket_may_close_at_the_end():
    (proposal,) = repairs_of("Stable lung disease (asthma or cystic fibrosis.")

    assert (proposal.text, proposal.source) == ("Stable lung disease (asthma or cystic fibrosis).", "grammar")


def test_an_undamaged_record_has_no_proposals():
    assert repairs_of("Age older than 18 years.", minimum_age=ADULT) == ()


def test_an_open_bracket_closes_before_the_bar_that_parts_columns():
    """The drug's other name stands in the bracket; its wash-out and the drugs behind it do not."""
    (proposal,) = repairs_of("No use of these: Alphadrine (betalol | 1 month Gammapram (deltine) | 2 months")
    assert proposal.text == "No use of these: Alphadrine (betalol) | 1 month Gammapram (deltine) | 2 months"


def test_a_bracket_before_other_brackets_has_no_certain_end():
    (proposal,) = repairs_of("No use of Alphadrine (betalol for 1 month, Gammapram (deltine) for 2 months")
    assert proposal.text is None
