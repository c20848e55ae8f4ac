"""Sources: abstract of Ma et al., Eur J Cancer 2010;46:3175-3183; the comparison table of ECOG-ACRIN (as printed by the
Myeloma Comorbidity Index and in tools of 2024)."""

import pytest

from equipoise.assessments.derived.performance import Crosswalk, compute_ecog, compute_karnofsky_range

CTEP = {100: 0, 90: 0, 80: 1, 70: 1, 60: 2, 50: 2, 40: 3, 30: 3, 20: 4, 10: 4, 0: 5}
MA_2010 = {100: 0, 90: 1, 80: 1, 70: 2, 60: 2, 50: 3, 40: 3, 30: 4, 20: 4, 10: 4, 0: 5}
TABLES = ((Crosswalk.CTEP, CTEP), (Crosswalk.MA_2010, MA_2010))


@pytest.mark.parametrize(
    ("crosswalk", "karnofsky", "ecog"),
    [(crosswalk, karnofsky, ecog) for crosswalk, table in TABLES for karnofsky, ecog in table.items()],
)
def test_ecog_of_every_karnofsky_status(crosswalk, karnofsky, ecog):
    assert compute_ecog(karnofsky=karnofsky, crosswalk=crosswalk) == ecog


@pytest.mark.parametrize(
    ("crosswalk", "ecog", "lowest", "highest"),
    [
        (crosswalk, ecog, min(of_ecog), max(of_ecog))
        for crosswalk, table in TABLES
        for ecog in range(6)
        for of_ecog in [[karnofsky for karnofsky, each in table.items() if each == ecog]]
    ],
)
def test_karnofsky_range_of_every_ecog_status(crosswalk, ecog, lowest, highest):
    found = compute_karnofsky_range(ecog=ecog, crosswalk=crosswalk)
    assert (found.lowest, found.highest) == (lowest, highest)


def test_the_tables_differ_where_the_page_says_so():
    differ = [karnofsky for karnofsky in CTEP if CTEP[karnofsky] != MA_2010[karnofsky]]
    assert differ == [90, 70, 50, 30]
