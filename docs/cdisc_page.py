"""The page of the CDISC export: what is written, where each variable comes from, and what is not there."""

from collections.abc import Iterator

from equipoise.analysis.cdisc.catalogue import Catalogue, Declared, read_catalogue
from equipoise.analysis.cdisc.dataset import VERSION

INTRODUCTION = f"""\
A running trial at a cut as datasets after CDISC: one file `<dataset>.json` for each (Dataset-JSON {VERSION}) and one
`define.xml` (Define-XML 2.1.0) that tells datasets, variables, code lists and derivations. `equipoise.analysis.cdisc`
makes them from the facts of an analysis, the protocol and what the analysis came to; nothing is derived a second time.
The form supports the standards named below; it has not been through the checks of an authority.

## What holds throughout

- **Traceable.** Each row of a subject has `SRCEVNT`, the numbers of the events of the trial's log from which it was
  made: of a finding the event in which it was read, of a response all readings up to then, with the amendments. It is
  no variable of the standard, and `define.xml` marks it as such. The design of the trial (TA, TE, TI, TV, TS) is the
  protocol's and has none; nor has RELREC.
- **Study days.** The day of reference (`RFSTDTC`) is the day of randomisation. It is day 1, the day before is -1, and
  there is no day 0. Times to an event (`ADTTE.AVAL`) therefore begin with 1, while the analyses of the program begin
  with 0.
- **Words as entered.** A term of the CDISC terminology stands only where it is sure. Everything else is as entered:
  units (none is converted), places, names of tests without a known code.
- **Numbers as entered.** Decimals are strings of digits (`decimal` of Dataset-JSON): 3.70 stays 3.70.
- **Nothing after the cut** is told.
- **Visits** (SV) are screening, each step that was given, each assessment of tumours, and every other activity of the
  plan that took place or whose window closed without it (`SVOCCUR` N); what no plan asked for is told in `SVUPDES`. A
  milestone or a failure of screening that a signed correction took back has no row.
- **Readers are never mixed.** Links of lesions (`TULNKID`, `TRLNKID`) begin with INV for the site, IND for the masked
  reader who is analysed (`--ACPTFL` is Y), IND2, IND3 and so on for further ones, INV2 and so on for what a site
  entered as masked. RELREC ties TU to TR by the lesion, and TR to the overall response of RS by reader and assessment.

## While the arms are pooled

The trial is not blinded at the sites: a dose, an operation, and the days of blood tests tell the arm. Until unmasking
there is therefore no arm in DM and ADSL, no set that depends on treatment, and nothing of the course of a subject that
is dated on the day of randomisation or later: EX, PR, AE, RS, ADRS and ADAE have no row, and SE, SV, LB, TU, TR and
ADLB only what came before. Disposition and times to an event stay, without the words of why. `define.xml` says so of
each dataset. The planned arms of TA, TE and TV are the protocol's and stay.

## What is not there

- What MedDRA codes: adverse events carry the term of CTCAE or as entered. AEDECOD and AEBODSYS are there and empty, the
  other variables of MedDRA are not there; a dictionary that is licensed is not shipped.
- RACE and COUNTRY are not collected; EX has no form and no route of a dose, LB no category and no specimen. A limit of
  normal is the one that the laboratory gave with its result, and LBNRIND says nothing without it.
- IETEST holds a criterion in all its words, also where they are more than the 200 letters of SDTMIG.
- RS has no responses after an operation: they are read against a new baseline, for progression alone. TR has no row for
  the sum of diameters.
- SE has screening and the courses of which a step was given; follow-up has no element there, and screening only when
  the day of consent is told.
- TS has what the protocol states, and not every parameter that an authority asks for. Consent, criteria that were met
  or not, and visits are rows beside the facts (`Further`), which the export of a trial takes from its log.
- ADRS has the best response, not the response of each visit. Endpoints with a yes or no have no dataset.
- One `define.xml` tells tabulation and analysis together; a submission has one for each. There is no style sheet, no
  annotated form, no reviewer's guide. No version of the terminology is named. Code lists hold only the terms that are
  written, with their codes where a copy of the terminology had them.
- SRCEVNT stands in its dataset and not in a supplemental one (SUPP--), which a submission would ask for.

## How it is checked

Tests of the repository ask a made-up trial row by row, keys, dates, links, code lists, and that each file reads back
equal.

- **Dataset-JSON** by the published specification of version 1.1, attribute by attribute, and by `odmlib`, which reads
  each dataset. CDISC's own schema is not kept here; it was run with `jsonschema` on every dataset of the tests, with
  arms and without, and took them all (file `dataset.schema.json` of version 1.1, SHA-256 `5cc5e1f8…e8615e31`). Whoever
  has the file runs it with `EQUIPOISE_DATASET_JSON_SCHEMA=<file> pytest tests/unit/analysis/cdisc`.
- **Define-XML** against CDISC's own schema of version 2.1, which comes with `odmlib`, in every run.
- **Variables** by SDTMIG 3.4 and ADaMIG 1.3: their order, and that none is missing that is required or expected, but
  for those of MedDRA; **code lists** by a published copy of CDISC's terminology, code by code.
- **Rules of the guides across datasets** (subjects, numbers, study days, arms, elements, criteria, visits, deaths,
  lesions, baselines, times) are asked of made-up trials, of every worked timeline and of the demo's trial, in words of
  ours with their sections.
- The programs of conformance to SDTM and ADaM (CDISC CORE, Pinnacle 21) were not run.
"""


def render_page() -> str:
    """The whole page, without the notice."""
    return "\n".join(_lines(read_catalogue()))


def _lines(catalogue: Catalogue) -> Iterator[str]:
    yield "# Datasets after CDISC\n"
    yield INTRODUCTION
    yield "## Datasets\n"
    yield "| dataset | holds | standard | one row for | keys |"
    yield "|---|---|---|---|---|"
    for one in catalogue.datasets.values():
        standard = " ".join(catalogue.standards[one.model])
        row = one.structure.removeprefix("One record per ")
        yield f"| [{one.name}](#{one.name.lower()}) | {one.label} | {standard} | {row} | {', '.join(_keys(one))} |"
    for one in catalogue.datasets.values():
        yield f"\n## {one.name}\n"
        yield f"{one.label}. {one.structure}.\n"
        yield "| variable | label | type | origin | how, terms |"
        yield "|---|---|---|---|---|"
        for column in one.columns:
            told = [f"[{column.method}](#derivations)"] if column.method else []
            told += [f"[{catalogue.codelists[column.codelist].name}](#code-lists)"] if column.codelist else []
            kind = "numeric date" if column.is_numeric_date else column.data_type.value
            yield f"| `{column.name}` | {column.label} | {kind} | {column.origin.value} | {', '.join(told)} |"
    yield "\n## Derivations\n"
    yield "| name | text |"
    yield "|---|---|"
    yield from (f"| {name} | {text} |" for name, text in sorted(catalogue.methods.items()))
    yield "\n## Code lists\n"
    yield "| list | NCI code | terms |"
    yield "|---|---|---|"
    for _, codelist in sorted(catalogue.codelists.items()):
        terms = (f"{value} ({codelist.codes[value]})" if value in codelist.codes else value for value in codelist.terms)
        yield f"| {codelist.name} | {codelist.code or 'ours'} | {', '.join(terms)} |"
    yield ""


def _keys(one: Declared) -> list[str]:
    keyed = [(column.key_sequence, column.name) for column in one.columns if column.key_sequence is not None]
    return [name for _, name in sorted(keyed)]
