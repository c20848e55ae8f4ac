"""The published dose modifications of 177Lu-dotatate, written once more as plain if and else.

Sources: AJR Am J Roentgenol 2022;220:619, table 1 (when to stop); the REACT toxicity tool (github.com/dryano1401/
therapy-labs), which carries limits, withholding and restart of the United States label; the manufacturer's pages for
professionals (lymphopenia; no further dose after hypersensitivity of grade 3 or 4). The label's own table was not read.
Written from these and not from the tables of a protocol, with nothing of the program in it: numbers in, one word out.

Where they leave a choice the one that treats less was taken. A delay of exactly 16 weeks stops ("16 wk or more" against
"> 16 weeks"), counted from the last dose. A toxicity that is over stops too when the dose comes that late. A second
occurrence stops whatever the last dose was ("recurrent ... after restarting at a reduced dose"). Leukocytes are a row
of the tool alone, lymphocytes of none: neither is asked for.
"""

from dataclasses import dataclass

GIVE, REDUCE, HOLD, STOP = "give", "reduce", "hold", "stop"
SIXTEEN_WEEKS = 16 * 7


@dataclass(frozen=True)
class Past:
    """Of one toxicity: since the last dose (before today), in an earlier interval; and days since the last dose."""

    was_seen: bool
    was_earlier: bool
    days: int | None


def is_thrombocytopenia(platelets):
    """Grade 2 to 4: below 75. [10*9/L]"""
    return platelets < 75


def is_anaemia(haemoglobin):
    """Grade 3 or 4: below 8.0. [g/dL]"""
    return haemoglobin < 8


def is_neutropenia(neutrophils):
    """Grade 3 or 4: below 1.0. [10*9/L]"""
    return neutrophils < 1


def is_renal(clearance, baseline_clearance, creatinine, baseline_creatinine):
    """Clearance below 40, or lower by 40 % or more, or creatinine higher by 40 % or more. [mL/min; any unit]"""
    if clearance < 40:
        return True
    if 10 * clearance <= 6 * baseline_clearance:
        return True
    return 10 * creatinine >= 14 * baseline_creatinine


def is_hepatic(bilirubin, bilirubin_upper, albumin, inr):
    """Bilirubin above three times the upper limit, or albumin below 30 g/L with impaired clotting (INR above 1.5)."""
    if bilirubin > 3 * bilirubin_upper:
        return True
    return albumin < 30 and inr > 1.5


def is_severe(grade):
    """Any other toxicity, and hypersensitivity: grade 3 or 4."""
    return grade >= 3


def answer_to_ordinary(is_present, past):
    """Withheld until it is gone, then 3.7 GBq; stopped at a recurrence, and after 16 weeks."""
    if not is_present and not past.was_seen:
        return GIVE
    if past.was_earlier:
        return STOP
    if past.days is not None and past.days >= SIXTEEN_WEEKS:
        return STOP
    if is_present:
        return HOLD
    return REDUCE


def answer_to_hypersensitivity(is_present, past):
    """Never given again."""
    if is_present:
        return STOP
    if past.was_seen:
        return STOP
    if past.was_earlier:
        return STOP
    return GIVE


def strictest(answers):
    """What remains of several answers."""
    if STOP in answers:
        return STOP
    if HOLD in answers:
        return HOLD
    if REDUCE in answers:
        return REDUCE
    return GIVE
