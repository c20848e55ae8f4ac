import zipfile

import pytest
from authoring.corpus import Annotation, Relation, read_corpus, read_section

from equipoise.criteria.truth import Kind

TEXT = "Severe hepatic or renal impairment.\r\nAge at least 18 years \r\n\r\nNo pregnancy\r\n"
ANNOTATIONS = (
    "R1\tHas_value Arg1:T3 Arg2:T2\t\n"
    "*\tOR T1 T4\n"
    "T1\tCondition 0 14;24 34\tSevere hepatic impairment\n"
    "T2\tValue 41 58\tat least 18 years\n"
    "T3\tPerson 37 40\tAge\n"
    "T4\tCondition 18 34\trenal impairment\n"
)


@pytest.fixture
def section():
    return read_section("NCT00000000", Kind.INCLUSION, TEXT, ANNOTATIONS)


def test_a_discontinuous_annotation_keeps_all_its_spans(section):
    assert section.annotations["T1"] == Annotation("T1", "Condition", ((0, 14), (24, 34)), "Severe hepatic impairment")
    assert (section.annotations["T1"].start, section.annotations["T1"].end) == (0, 34)


def test_spans_count_the_carriage_returns_of_the_file(section):
    value = section.annotations["T2"]
    assert section.text[value.start : value.end] == value.text


def test_relations_and_groups_name_their_annotations(section):
    assert section.relations == (Relation("Has_value", "T3", "T2"),)
    assert section.groups == (("T1", "T4"),)


def test_lines_are_trimmed_and_empty_ones_left_out(section):
    assert [(line.start, line.text) for line in section.lines] == [
        (0, "Severe hepatic or renal impairment."),
        (37, "Age at least 18 years"),
        (63, "No pregnancy"),
    ]


def test_an_annotation_belongs_to_the_line_in_which_it_begins():
    section = read_section("NCT00000000", Kind.EXCLUSION, "one\ntwo three\n", "T1\tCondition 4 7;8 13\ttwo three\n")
    line = section.line_of(section.annotations["T1"])
    assert line is not None
    assert line.text == "two three"


def test_a_relation_to_nothing_is_dropped():
    section = read_section("NCT00000000", Kind.INCLUSION, "Age", "R1\tHas_value Arg1:T1 Arg2:T9\nT1\tPerson 0 3\tAge\n")
    assert section.relations == ()


def test_what_is_not_brat_is_refused_with_its_line():
    with pytest.raises(ValueError, match=r"NCT00000000 inclusion: line 1 of the annotations is not brat: 'T1 Person'"):
        read_section("NCT00000000", Kind.INCLUSION, "Age", "T1 Person")


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_folder_and_a_zip_file_give_the_same_sections(tmp_path, form):
    names = {
        "NCT00000002_inc.txt": "Adults",
        "NCT00000002_inc.ann": "",
        "NCT00000001_exc.txt": "Smoker",
        "about.txt": "",
    }
    source = tmp_path / "corpus.zip"
    if form == "zip":
        with zipfile.ZipFile(source, "w") as archive:
            for name, text in names.items():
                archive.writestr(f"chia/{name}", text)
    else:
        source = tmp_path
        for name, text in names.items():
            (tmp_path / name).write_bytes(text.encode())
    read = [(section.trial, section.kind, section.text) for section in read_corpus(source)]
    assert read == [("NCT00000001", Kind.EXCLUSION, "Smoker"), ("NCT00000002", Kind.INCLUSION, "Adults")]


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no files named NCT"):
        read_corpus(tmp_path)
