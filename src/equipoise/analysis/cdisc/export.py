"""All datasets of a trial at a cut: tabulation (SDTM) and analysis (ADaM)."""

from equipoise.analysis.cdisc import adam, course, design, subjects, tumours, visits
from equipoise.analysis.cdisc.catalogue import make_dataset
from equipoise.analysis.cdisc.dataset import Dataset
from equipoise.analysis.cdisc.inputs import Results, Source

_MAKERS = {
    "TA": design.make_ta,
    "TE": design.make_te,
    "TI": design.make_ti,
    "TV": design.make_tv,
    "TS": design.make_ts,
    "DM": subjects.make_dm,
    "DS": subjects.make_ds,
    "IE": subjects.make_ie,
    "SV": visits.make_sv,
    "SE": subjects.make_se,
    "EX": course.make_ex,
    "PR": course.make_pr,
    "LB": course.make_lb,
    "AE": course.make_ae,
    "TU": tumours.make_tu,
    "TR": tumours.make_tr,
    "RS": tumours.make_rs,
    "RELREC": tumours.make_relrec,
}


def make_tabulation(source: Source) -> tuple[Dataset, ...]:
    """
    The datasets of SDTM, those without a row too.

    While the arms are pooled they hold nothing of a subject's course: see `inputs`.

    Raises
    ------
    EquipoiseError
        Two rows of a dataset have the same keys: the facts name something twice.
    """
    return tuple(make_dataset(name, make(source)) for name, make in _MAKERS.items())


def make_analysis(source: Source, tabulation: tuple[Dataset, ...], results: Results) -> tuple[Dataset, ...]:
    """The datasets of ADaM, from those of tabulation and from what the analysis made of the same facts."""
    by_name = {one.name: one for one in tabulation}
    return (
        make_dataset("ADSL", adam.make_adsl(source, by_name["DM"], results)),
        make_dataset("ADTTE", adam.make_adtte(source, results)),
        make_dataset("ADRS", adam.make_adrs(source, results)),
        make_dataset("ADAE", adam.make_adae(source, by_name["AE"])),
        make_dataset("ADLB", adam.make_adlb(source, by_name["LB"])),
    )
