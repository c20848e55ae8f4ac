"""The few marks that decide alone where run-together text is cut."""

from equipoise.authoring.freetext.splitting.run_together import cut_run_together


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in cut_run_together(text, 0, len(text))]


def test_a_capital_before_a_waiting_hyphen_begins_an_entry():
    assert pieces("Tumour of the liver Well- or moderately differentiated") == [
        "Tumour of the liver",
        "Well- or moderately differentiated",
    ]


def test_a_radionuclide_is_not_cut_from_what_it_marks():
    text = "No uptake on 68Ga DOTATATE PET"
    assert pieces(text) == [text]
