"""Filler: the bulk of a real record that no criterion asks for, so that sizes and reading times are honest.

About one kilobyte a resource: 28 of them bring a patient to 30 to 60 KB, the size of a bulk export with a year
or two of vital signs and chemistry. None of the codes belongs to a concept of the protocol.
"""

from equipoise.synthetic.chart import ICD10CM, LOINC, RXNORM, SNOMED, UCUM, Chart, coding

_META = (
    '"meta":{"versionId":"3","lastUpdated":"2024-01-01T00:00:00Z","source":"urn:example:feed:lab-7",'
    '"profile":["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},'
)
_CATEGORY = (
    '"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category",'
    '"code":"laboratory","display":"Laboratory"}],"text":"Laboratory"}],'
)
_TAIL = (
    ',"performer":[{"reference":"Organization/central-laboratory","display":"Central laboratory"}],'
    '"interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",'
    '"code":"N","display":"Normal"}],"text":"Normal"}]'
)


def _test(code: str, short: str, name: str, low: int, high: int, unit: str) -> tuple[str, int, int, str, str]:
    """Everything of a test that is the same for all patients: JSON up to the subject, values, unit, JSON to the end."""
    ucum = f',"unit":"{unit}","system":"{UCUM}","code":"{unit}"}}'
    head = (
        f'",{_META}"status":"final",{_CATEGORY}"code":{{"coding":[{{"system":"{LOINC}","code":"{code}",'
        f'"display":"{name}"}},{{"system":"https://lab.example/tests","code":"{short}","display":"{name}"}}],'
        f'"text":"{name}"}},'
    )
    tail = (
        f'{_TAIL},"referenceRange":[{{"low":{{"value":{low}{ucum},"high":{{"value":{high}{ucum},'
        f'"text":"{low} to {high}"}}]}}\n'
    )
    return head, low, high - low + 1, ucum, tail


_TESTS = (
    _test("2951-2", "NA", "Sodium [Moles/volume] in Serum or Plasma", 132, 146, "mmol/L"),
    _test("2075-0", "CL", "Chloride [Moles/volume] in Serum or Plasma", 96, 108, "mmol/L"),
    _test("8867-4", "HR", "Heart rate", 52, 110, "/min"),
    _test("9279-1", "RR", "Respiratory rate", 10, 24, "/min"),
    _test("59408-5", "O2", "Oxygen saturation in Arterial blood by Pulse oximetry", 91, 100, "%"),
    _test("8480-6", "SBP", "Systolic blood pressure", 98, 176, "mm[Hg]"),
    _test("8462-4", "DBP", "Diastolic blood pressure", 52, 104, "mm[Hg]"),
    _test("2532-0", "LDH", "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma", 110, 400, "U/L"),
    _test("787-2", "MCV", "MCV [Entitic volume] by Automated count", 78, 102, "fL"),
)
_DRUGS = tuple(coding((RXNORM, code), text=name) for code, name in (("7646", "omeprazole"), ("17767", "amlodipine")))
_PROBLEMS = (
    coding((ICD10CM, "I10"), (SNOMED, "59621000"), text="Essential hypertension"),
    coding((ICD10CM, "E78.5"), text="Hyperlipidaemia"),
    coding((ICD10CM, "K21.9"), text="Gastro-oesophageal reflux"),
)
_SCAN = coding((SNOMED, "77477000"), text="Computed tomography")


def write_filler(chart: Chart, amount: int) -> None:
    """Write one resource of each kind, so that every table is supplied, and `amount` further observations."""
    chart.condition(chart.pick(_PROBLEMS), onset=f'"onsetDateTime":"{chart.iso(chart.between(200, 4000))}"')
    chart.order(chart.pick(_DRUGS), chart.iso(chart.between(10, 900)))
    chart.administration(chart.pick(_DRUGS), chart.iso(chart.between(10, 900)))
    chart.procedure(_SCAN, chart.iso(chart.between(10, 900)))
    draw, append = chart.rng.random, chart.lines["Observation"].append
    head = f'{{"resourceType":"Observation","id":"{chart.pid}-'
    subject = f'"subject":{{"reference":"Patient/{chart.pid}"}},"encounter":{{"reference":"Encounter/{chart.pid}-1"}},'
    first = chart.number + 1
    chart.number += amount
    for number in range(first, first + amount):
        code, low, width, unit, tail = _TESTS[int(draw() * len(_TESTS))]
        day = chart.iso(int(draw() * 900))
        append(
            f'{head}{number}{code}{subject}"effectiveDateTime":"{day}T08:10:00Z","issued":"{day}T10:02:41Z",'
            f'"valueQuantity":{{"value":{low + int(draw() * width)}{unit}{tail}'
        )
