from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from equipoise.authoring.model import AgeLimit, Registration, SegmentKind, StatedArm, StatedOutcome, StatedSite
from equipoise.authoring.registries.reading import read_record

Read = Callable[..., Registration]
Check = Callable[[Registration], None]

WEBSITE = """\
NCT ID: NCT01234567
Brief Title: Slow walking against fast walking in gout
Official Title: A Randomised Study of Slow and Fast Walking in People With Gout
Recruitment Status: Active, not recruiting
First Posted: March 4, 2021
Study Start (Actual): 2021-04
Last Update Posted: 03/04/2022
Study Type
Interventional
Phase
Phase 2
Enrollment (Estimated)
120
Sponsor
Walking Institute
Conditions
Gout
Hyperuricaemia
Keywords
walking; uric acid
Eligibility
Sexes Eligible for Study: All
Ages Eligible for Study
18 Years to 80 Years (Adult, Older Adult)
Accepts Healthy Volunteers: No
Key Inclusion Criteria
* Gout for at least 2 years
* Age
  at enrolment known
Key Exclusion Criteria
* Took part in NCT07654321
Primary Outcome Measures
1. Uric acid in serum [Time Frame: 12 weeks]
2. Pain
Time Frame: day 1 to day 30
Secondary Outcome Measures
- Steps a day
Locations
Walking Institute, Leeds (Recruiting)
Arms and Interventions
Experimental: Slow walking
One hour a day.
Active Comparator: Fast walking
Behavioral: Walking
"""


def region_texts(registration: Registration) -> list[str]:
    return [registration.text[start:end] for start, end in registration.eligibility]


def role_of(registration: Registration, words: str) -> tuple[SegmentKind, str]:
    at = registration.text.index(words)
    return next((each.kind, each.role) for each in registration.outside if each.start <= at < each.end)


def test_the_run_together_reference_record_is_read(reference_records: Path, check_cover: Check) -> None:
    path = reference_records / "nct05610826-original.txt"
    registration = read_record(path)
    check_cover(registration)
    assert registration.text == path.read_text(encoding="utf-8")
    (region,) = region_texts(registration)
    assert region.startswith("Inclusion Criteria: Metastatic Pancreatic")
    assert region.endswith("to accept this treatment. Poor renal function")
    assert registration.title.startswith("Preoperative PRRT Versus Surgical Cytoreduction")
    assert registration.conditions == ("Pancreatic Neuroendocrine Tumor", "Pancreas Cancer")
    assert registration.keywords == ("pancreatic cancer", "pancreas cancer")
    assert registration.study_type == "interventional"
    assert registration.design["primary-purpose"] == "treatment"
    assert (registration.sex, registration.minimum_age, registration.healthy_volunteers) == ("", None, None)


def test_the_status_glued_to_the_site_of_the_reference_record_is_parted(reference_records: Path) -> None:
    registration = read_record(reference_records / "nct05610826-original.txt")
    assert registration.sites == (StatedSite("The University of Chicago Comprehensive Cancer Center", "recruiting"),)
    (status,) = registration.statuses
    assert (status.status, status.day) == ("recruiting", "")
    assert "of the site" in status.source


def test_the_two_by_two_table_of_arms_is_read_by_columns(reference_records: Path) -> None:
    control, treated = read_record(reference_records / "nct05610826-original.txt").arms
    assert control.label == "Arm 1- Control Arm - Standard Of Care - no peptide receptor radionuclide therapy"
    assert control.type == "Other"
    assert control.description.startswith("Arm 1 is the control arm")
    assert treated.label.startswith("Arm 2 (peptide receptor")
    assert treated.type == "Experimental"
    assert treated.description.startswith("Arm 2 will undergo four cycles")


def test_the_bulleted_reference_record_is_read(reference_records: Path, check_cover: Check) -> None:
    registration = read_record(reference_records / "nct05610826-amended.txt")
    check_cover(registration)
    (region,) = region_texts(registration)
    assert region.startswith("Inclusion Criteria:\n- Metastatic")
    assert region.endswith("this\ntreatment.")
    assert registration.sex == "all"
    assert registration.minimum_age == AgeLimit(Decimal(18), "years", "18 Years")
    assert registration.maximum_age is None
    assert registration.healthy_volunteers is False
    assert registration.statuses == ()


def test_a_number_that_only_the_file_name_gives_is_no_identifier_of_the_record(reference_records: Path) -> None:
    registration = read_record(reference_records / "nct05610826-amended.txt")
    assert registration.id == "nct05610826"
    assert registration.identifiers == ()
    assert any("taken from the name of the file" in note for note in registration.not_understood)


def test_a_page_of_named_fields_is_read(record: Read, check_cover: Check) -> None:
    registration = record(WEBSITE)
    check_cover(registration)
    assert registration.id == "nct01234567"
    assert registration.identifiers == (("NCT01234567", "ClinicalTrials.gov"),)
    assert registration.title == "Slow walking against fast walking in gout"
    assert registration.official_title.startswith("A Randomised Study")
    assert [status.status for status in registration.statuses] == ["active-not-recruiting"]
    assert registration.dates == {"first-posted": "2021-03-04", "start": "2021-04"}
    assert registration.study_type == "interventional"
    assert registration.phase == "Phase 2"
    assert registration.design == {"enrolment-target": "120", "age-groups": "Adult, Older Adult"}
    assert registration.sponsor == "Walking Institute"
    assert registration.conditions == ("Gout", "Hyperuricaemia")
    assert registration.keywords == ("walking", "uric acid")
    assert registration.sex == "all"
    assert registration.maximum_age == AgeLimit(Decimal(80), "years", "80 Years")
    assert registration.healthy_volunteers is False
    assert registration.sites == (StatedSite("Walking Institute, Leeds", "recruiting"),)


def test_a_date_in_figures_of_uncertain_order_is_noted_and_not_read(record: Read) -> None:
    registration = record(WEBSITE)
    assert "last-update-posted" not in registration.dates
    assert any("'03/04/2022'" in note for note in registration.not_understood)


def test_outcomes_and_arms_of_a_page_are_read(record: Read) -> None:
    registration = record(WEBSITE)
    assert registration.outcomes == (
        StatedOutcome("primary", "Uric acid in serum", "12 weeks"),
        StatedOutcome("primary", "Pain", "day 1 to day 30"),
        StatedOutcome("secondary", "Steps a day"),
    )
    assert registration.arms == (
        StatedArm("Slow walking", "Experimental", "One hour a day."),
        StatedArm("Fast walking", "Active Comparator"),
    )
    assert [(each.type, each.label) for each in registration.interventions] == [("Behavioral", "Walking")]


def test_the_criteria_end_where_the_next_part_of_the_page_begins(record: Read) -> None:
    (region,) = region_texts(record(WEBSITE))
    assert region.startswith("Key Inclusion Criteria\n* Gout")
    assert region.endswith("* Took part in NCT07654321")


def test_a_related_trial_among_the_criteria_is_not_the_trial_itself(record: Read) -> None:
    assert record(WEBSITE.replace("NCT ID: NCT01234567\n", "")).identifiers == ()


def test_segments_say_what_they_are(record: Read) -> None:
    registration = record(WEBSITE)
    assert role_of(registration, "NCT ID") == (SegmentKind.HEADING, "field-name")
    assert role_of(registration, "Slow walking against") == (SegmentKind.BOILERPLATE, "title")
    assert role_of(registration, "Eligibility\n") == (SegmentKind.HEADING, "eligibility-heading")
    assert role_of(registration, "Walking Institute, Leeds") == (SegmentKind.BOILERPLATE, "sites")
    assert role_of(registration, "One hour a day") == (SegmentKind.BOILERPLATE, "arm")


def test_a_field_between_the_two_lists_parts_the_region(record: Read, check_cover: Check) -> None:
    text = "A trial\nInclusion Criteria:\n- gout\nSexes Eligible for Study\nFemale\nExclusion Criteria:\n- stroke\n"
    registration = record(text)
    check_cover(registration)
    assert region_texts(registration) == ["Inclusion Criteria:\n- gout", "Exclusion Criteria:\n- stroke"]
    assert registration.sex == "female"


def test_a_heading_among_the_criteria_that_is_also_a_field_name_does_not_end_them(record: Read) -> None:
    text = (
        "A trial\nInclusion Criteria:\nAge\n18 Years or older at consent\nDisease:\nany gout\nStatus: stable\nOther\n"
    )
    registration = record(text)
    (region,) = region_texts(registration)
    assert region.endswith("Status: stable\nOther")
    assert registration.minimum_age is None


def test_fields_below_the_criteria_are_recognised_by_their_values(record: Read) -> None:
    text = "A trial\nInclusion Criteria:\n- gout\nGender\nAll\nAge\n18 Years and older\nHealthy Volunteers\nYes\n"
    registration = record(text)
    assert region_texts(registration) == ["Inclusion Criteria:\n- gout"]
    assert registration.sex == "all"
    assert registration.healthy_volunteers is True


def test_fields_with_their_values_in_the_same_line_end_the_criteria(record: Read) -> None:
    text = "A trial\nInclusion Criteria:\n- gout\nSex: All\nMinimum Age: 18 Years\nHealthy Volunteers: No\n"
    registration = record(text)
    assert region_texts(registration) == ["Inclusion Criteria:\n- gout"]
    assert (registration.sex, registration.healthy_volunteers) == ("all", False)


def test_a_criterion_that_looks_like_a_field_stays_a_criterion(record: Read) -> None:
    text = "A trial\nInclusion Criteria:\n- Age: 18 to 65 years\n- Sponsor\nSex: Female\nLocations\n- Leeds\n"
    registration = record(text)
    assert region_texts(registration) == ["Inclusion Criteria:\n- Age: 18 to 65 years\n- Sponsor\nSex: Female"]
    assert registration.sex == ""


@pytest.mark.parametrize(
    "heading",
    [
        "INCLUSION CRITERIA",
        "Inclusion Criteria (Cohort A):",
        "1. Inclusion criteria",
        "## Inclusion Criteria",
        "**Inclusion Criteria:**",
        "E.3 Principal inclusion criteria",
        "Key inclusion & exclusion criteria",
        "Main Inclusion Criteria -",
        "Criteria for Inclusion:",
        "Inclusion:",
        "Inclusion criteria for Part A:",
        "Inclusion/Exclusion Criteria",
        "Inclusion Criteria • walks",
    ],
)
def test_an_inclusion_heading_is_known_in_many_forms(record: Read, heading: str) -> None:
    assert region_texts(record(f"A trial\n{heading}\n- gout\nSponsor\nNobody\n")) == [f"{heading}\n- gout"]


def test_a_sentence_about_inclusion_criteria_is_no_heading(record: Read) -> None:
    text = "A trial\nBrief Summary\nInclusion criteria were met by many people.\nInclusion Criteria:\n- gout\n"
    assert region_texts(record(text)) == ["Inclusion Criteria:\n- gout"]


def test_inclusions_without_a_heading_of_their_own_belong_to_the_criteria(record: Read) -> None:
    text = "A trial\nEligibility Criteria\n- gout\n- walks alone\nExclusion Criteria:\n- stroke\n"
    assert region_texts(record(text)) == ["- gout\n- walks alone\nExclusion Criteria:\n- stroke"]


def test_a_page_with_an_eligibility_heading_alone_gives_what_stands_under_it(record: Read, check_cover: Check) -> None:
    text = "A trial\nEligibility\nGender: Female\nCriteria\nDISEASE CHARACTERISTICS:\nproven gout\nSponsor\nNobody\n"
    registration = record(text)
    check_cover(registration)
    assert region_texts(registration) == ["DISEASE CHARACTERISTICS:\nproven gout"]
    assert registration.sex == "female"


def test_a_page_run_together_into_one_line_is_cut_at_its_headings(record: Read, check_cover: Check) -> None:
    text = (
        "A trial of walking Inclusion Criteria: gout walks alone Exclusion Criteria: stroke "
        "Sexes Eligible for Study: Male Sites / Locations - Walking InstituteNot yet recruiting"
    )
    registration = record(text)
    check_cover(registration)
    assert registration.title == "A trial of walking"
    assert region_texts(registration) == ["Inclusion Criteria: gout walks alone Exclusion Criteria: stroke"]
    assert registration.sex == "male"
    assert registration.sites == (StatedSite("Walking Institute", "not-yet-recruiting"),)


def test_windows_line_ends_stay_as_they_are(record: Read, check_cover: Check) -> None:
    registration = record(WEBSITE.replace("\n", "\r\n"))
    check_cover(registration)
    assert registration.text.count("\r\n") == WEBSITE.count("\n")
    assert registration.phase == "Phase 2"


@pytest.mark.parametrize(
    ("line", "name", "status"),
    [
        ("- St Mary's HospitalRecruiting", "St Mary's Hospital", "recruiting"),
        ("- St Mary's HospitalNot yet recruiting", "St Mary's Hospital", "not-yet-recruiting"),
        ("- St Mary's Hospital - Active, not recruiting", "St Mary's Hospital", "active-not-recruiting"),
        ("- St Mary's Hospital", "St Mary's Hospital", ""),
        ("- Recruiting Centre of Leeds", "Recruiting Centre of Leeds", ""),
    ],
)
def test_a_site_keeps_its_name_and_its_status(record: Read, line: str, name: str, status: str) -> None:
    registration = record(f"A trial\nInclusion Criteria:\n- gout\nSites / Locations\n{line}\n")
    assert registration.sites == (StatedSite(name, status),)


def test_a_table_of_arms_with_a_missing_cell_is_noted_and_not_guessed(record: Read) -> None:
    table = "Arm 1\nArm 2\nOther\nExperimental\nWalking\nRunning\nonly one description\n"
    registration = record(f"A trial\nInclusion Criteria:\n- gout\nArms of the Study\n{table}")
    assert registration.arms == ()
    assert any("does not have the same rows" in note for note in registration.not_understood)


def test_contradictory_ages_are_both_kept_and_noted(record: Read) -> None:
    registration = record("A trial\nMinimum Age: 70 Years\nMaximum Age: 18 Years\nInclusion Criteria:\n- gout\n")
    assert registration.minimum_age == AgeLimit(Decimal(70), "years", "70 Years")
    assert registration.maximum_age == AgeLimit(Decimal(18), "years", "18 Years")
    assert any("contradict each other" in note for note in registration.not_understood)


def test_an_unknown_status_is_noted(record: Read) -> None:
    registration = record("A trial\nOverall Status: Unknown status\nInclusion Criteria:\n- gout\n")
    assert registration.statuses == ()
    assert any("'Unknown status'" in note for note in registration.not_understood)


def test_lines_that_name_no_fact_are_noted(record: Read) -> None:
    registration = record("A trial\nCookies help us.\nInclusion Criteria:\n- gout\n")
    assert registration.title == "A trial"
    assert any("'Cookies help us.'" in note for note in registration.not_understood)
