"""General vocabulary of the marks of damage: units, words for time, comparing words, names of measured quantities.

Words only, as pieces of regular expressions; what they tell is decided in the modules beside this one. A quantity is
listed when a criterion that merely names it ("Haemoglobin") says nothing, because only its value can be asked for.
"""

import re


def set_of_words(words: str) -> frozenset[str]:
    """The words of a text, parted by white space."""
    return frozenset(words.split())


TIME = r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mos|years?|yrs?)"
TIMES = r"(?:minutes|hours|hrs|days|weeks|wks|months|years|yrs)"

_PER = (
    r"(?:d[lL]|m[lL]|[lL]|[uµμ][lL]|mm\^?[3³]?|cu(?:bic|\.)? ?mm|cumm|min(?:ute)?|m\^?[2²]|kg|h(?:r|our)?|d(?:ay)?"
    r"|mol|g|wk|week)"
)
_MASS = (
    r"(?:mg|[Gg]ms?|g|kg|ng|pg|[uµμm]cg|[uµμ]g|mmol|[uµμnp]mol|mol|mEq|[mu]?IU|[uµμ]IU|[mu]?UI|U|mL|ml|[uµμ]L|cells"
    r"|copies|ms|msec|mm|cm)"
)
# A unit with a stroke can be nothing else; a bare one needs what stands around it.
RATIO_UNIT = rf"(?:{_MASS}\s?/\s?{_PER}(?:\s?/\s?(?:1[.,]73\s?)?m\^?[2²])?|/\s?{_PER})(?![\w])"
BARE_UNIT = r"(?:mmHg|mm Hg|bpm|mg|ng|[uµμ]g|mcg|mmol|[uµμ]mol|kg|ml|mL|cm|mm|msec|ms|IU|lbs?|pack[- ]years)(?![\w/])"
UNIT = rf"(?:{RATIO_UNIT}|{BARE_UNIT}|%)"

NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|eighteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred|thousand|half|once|twice|single|both|zero|dozen)"
)

COMPARING = (
    r"(?:(?:greater|less|more|higher|lower|fewer|older|younger|longer|shorter|larger|smaller) than"
    r"(?: or equal(?: to)?)?"
    r"|at least|at most|(?:greater|less) or equal to|equal to or (?:greater|less|more|higher|lower) than"
    r"|a (?:minimum|maximum) of|exceeding|exceeds)"
)

_COUNTED = r"(?:platelets?|neutrophils?|lymphocytes?|leu[ck]ocytes?|eosinophils?|granulocytes?|CD4\+?|T[- ]cells?)"
_ANALYTE = (
    r"(?:ha?emoglobin|hgb|hb|ha?ematocrit|anc|wbc|white blood cells?|white cells?|plts?|bilirubin|albumin"
    r"|creatinine(?: clearance)?|crcl|e?gfr|(?:estimated )?glomerular filtration rate|alt|ast|sgpt|sgot"
    r"|al[ak]+nine (?:amino)?transferase|aspartate (?:amino)?transferase|alkaline phosphatase|alp|ggt|inr"
    r"|international normali[sz]ed ratio|aptt|ptt|prothrombin time|(?:fasting )?(?:plasma |blood )?glucose|hba1c"
    r"|glycated ha?emoglobin|ldl(?:-c| cholesterol)?|hdl(?:-c| cholesterol)?|triglycerides?|cholesterol|crp"
    r"|c-reactive protein|esr|ferritin|tsh|psa|testosterone|troponin|(?:nt-pro)?bnp|nt-probnp|lipase|amylase|lactate"
    r"|calcium|potassium|sodium|magnesium|phosph(?:ate|orus)|uric acid|ldh|hga1c|ccr|gfr|afp|alpha[- ]?fetoprotein|hcg"
    r"|cea|vitamin d|25-hydroxyvitamin d|viral load|hiv-1 rna|hbv dna|hcv rna|transferrin saturation)"
)
_MEASURE = (
    r"(?:bmi|body mass index|body ?weight|birth ?weight|gestational age|age|(?:systolic |diastolic )?(?:blood pressure"
    r"|bp)|sbp|dbp|heart rate|respiratory rate|lvef|(?:left ventricular )?ejection fraction|qtc[fb]?|qtc interval|fev1"
    r"|fvc|dlco|spo2|(?:oxygen |oxyhemoglobin )?saturation|arterial pressure|life expectancy|ki-?67)"
)
_SCORE = (
    r"(?:ecog|karnofsky|kps|lansky|mmse|moca|madrs|ham-?d|hdrs|edss|nihss|mrs|das28|pasi|cdai|meld|krenning|apgar"
    r"|gleason|deauville|child-pugh|asa|glasgow coma scale|gcs|vas|nrs)"
)
_TAIL = (
    r"(?: (?:performance status|performance|count|level|value|score|concentration|status|index|class|ps|levels"
    r"|values|scores"
    r"|counts))*"
)
QUANTITY = rf"(?:{_ANALYTE}|{_MEASURE}|{_SCORE}|{_COUNTED} counts?|{_COUNTED}){_TAIL}"
_MODIFIER = (
    r"(?:serum|total|direct|absolute|plasma|blood|fasting|baseline|peripheral|corrected|calculated|estimated"
    r"|measured|resting"
    r"|screening|mean|maternal|patient|subject|participant|minimum|maximum|predicted|random|whole|predose|trough"
    r"|peak|an?|the)"
)
QUANTITY_PHRASE = rf"(?:{_MODIFIER} )*{QUANTITY}(?: \([^()]{{1,30}}\))?"

NUMBERED = re.compile(rf"(?:[\d½¼¾%)\]]|\b{NUMBER_WORD}|\b[IVX]+)$", re.IGNORECASE)


def words_before(text: str, place: int) -> str:
    """The last few characters before a place, without the blanks at their end; copies no long text."""
    return text[max(0, place - 16) : place].rstrip()
