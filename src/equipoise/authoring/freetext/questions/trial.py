"""Phrases about the trial: what lies ahead, other trials, reproduction, the trial's own papers, vague words, remarks.

Data for `questions`, in general language. A pattern reads folded text.
"""

from equipoise.authoring.freetext.mentions import AskedKind
from equipoise.authoring.freetext.questions.shapes import STUDY, Reach, asked_rule

_OTHER_STUDY = (
    r"(?:(?:another|other|any|different|investigational|interventional|experimental|concurrent|clinical|drug|device|"
    r"therapeutic|research|intervention|pharmaceutical|vaccine|previous|competing|additional)(?: or| and|,)? )"
)


FUTURE = (
    asked_rule(
        AskedKind.FUTURE,
        "it lies ahead and is known only by asking",
        "plan intend intent wish desir expect anticipat consider",
        r"\b(?:plan(?:s|ning)? (?:to|on|for|of)|planned (?:use|participation|absence|pregnancy|travel|donation|"
        r"conception|move|administration|receipt|initiation|enrol\w+)|intend(?:s|ing|ed)? to|intention(?:s|ed)?|"
        r"intent (?:to|of)|(?:wish|desir)(?:es|ing|e)? (?:to|for|pregnancy)|considering|expect(?:s|ed|ing)? to|"
        r"anticipat(?:es?|ed|ing) (?:use|need|participation|inability|requirement|to|administration|initiation|"
        r"absence|change|treatment))\b",
    ),
    asked_rule(
        AskedKind.FUTURE,
        "it concerns the time of the study and cannot be seen at its start",
        "during throughout duration course until while",
        rf"\b(?:during|throughout|for the (?:entire )?duration of|over the course of|in the course of|for the length "
        rf"of|until (?:the )?(?:end|completion) of|at any time during|while (?:on|in|participating in)|for the "
        rf"whole)\b (?:the |this |their |his |her |our )?(?:[\w-]+ ){{0,3}}?(?:{STUDY}|treatment period|follow-?up|"
        rf"participation|intervention)\b",
    ),
    asked_rule(
        AskedKind.FUTURE,
        "conduct in the study is promised, not recorded",
        "refrain abstain must will avoid",
        r"\b(?:refrain\w*|abstain\w*|abstention|must (?:not )?(?:use|avoid|take|agree|refrain|abstain|remain|return|"
        r"attend)|will (?:not )?(?:use|comply|undergo|receive|take|require|need|be "
        r"(?:able|available|using|asked|required|treated|followed|performed|receiving)))\b",
    ),
)

OTHER_TRIAL = (
    asked_rule(
        AskedKind.OTHER_TRIAL,
        "taking part in other studies is not in the records",
        "participat enrol enroll involv includ subject stud trial protocol",
        rf"\b(?:participa\w+|enrol\w*|involv\w+|included|entered|inclusion|taking part|took part|randomi[sz]ed|"
        rf"subjects?)\b (?:[\w'/(),-]+ ){{0,5}}?{_OTHER_STUDY}{{1,6}}(?:[\w'/-]+ ){{0,4}}?(?:stud(?:y|ies)|trials?|"
        rf"protocols?|program(?:me)?s?)\b|\b(?:another|other|concurrent|simultaneous|competing|investigational|"
        rf"interventional) (?:[\w'/-]+ ){{0,4}}?(?:trials?|stud(?:y|ies)|protocols?)\b|"
        rf"\b(?:previous\w*|prior|already|current\w*) (?:[\w'/-]+ ){{0,2}}?(?:participat\w+|enrol\w+|randomi[sz]\w+|"
        rf"inclu\w+|treated)\b [^.;,]{{0,20}}\b(?:this|the|present|current|an?|any) (?:[\w-]+ ){{0,3}}?{STUDY}\b",
    ),
    asked_rule(
        AskedKind.OTHER_TRIAL,
        "the use of investigational products elsewhere is not in the records",
        "investigational experimental unapproved unlicensed non-registered investigative nonregistered",
        r"\b(?:investigational|investigative|experimental|unapproved|unlicen[sc]ed|non-?registered)(?: or [a-z-]+)? "
        r"(?:[\w-]+ )?(?:drugs?|agents?|products?|devices?|medications?|medicines?|medicinal products?|vaccines?|"
        r"therap(?:y|ies)|treatments?|compounds?|interventions?|procedures?)\b(?! (?:hyper|component|ingredient))",
    ),
)

_REPRODUCTION = "depends on pregnancy, breast-feeding or contraception, which have to be asked or tested"
# Pregnancy that stands alone is a condition like others, with codes and a test; breast-feeding and contraception are
# known by asking.
PREGNANCY = (
    asked_rule(
        AskedKind.PREGNANCY_AND_CONTRACEPTION,
        _REPRODUCTION,
        "lactat breast breastfe nursing breast-fe",
        r"(?:\bpregnan\w+[^.;()]{0,25})?\b(?:lactat(?:ing|ion)|breast[- ]?fe(?:d|eds?|eding)\b|"
        r"nursing\b(?! homes?| care| facilit| staff| service))(?:[^.;()]{0,15}\bpregnan\w+)?",
    ),
    asked_rule(
        AskedKind.PREGNANCY_AND_CONTRACEPTION,
        _REPRODUCTION,
        "contracep child childbearing child-bearing birth conceive conception fertile reproductive abstinen steril "
        "barrier condom wocbp impregnat father postmenopausal post-menopausal tubal vasectom",
        r"\b(?:contracept\w+|anti-?conception\w*|child-? ?bearing|(?:of )?(?:reproductive|fertile|fertility) "
        r"(?:potential|age)|birth[- ]control|barrier (?:method|contracep)\w*|condoms?|wocbp|impregnat\w+|"
        r"father(?:ing)? (?:a )?child\w*|(?:sexual |true |complete )abstinence|(?:become|becoming|get|getting) "
        r"pregnant|(?:to )?conceive|tubal ligation|vasectom\w+|vasectomi[sz]ed|(?:surgically|surgical) steril\w+|"
        r"sterili[sz]ation)\b",
    ),
)

CONTEXT = (
    asked_rule(
        AskedKind.CONTEXT,
        "what it refers to is known only from the trial's own papers",
        "protocol section appendix table see",
        r"\b(?:protocol[- ](?:defined|specified|required|mandated)|(?:per|in|see) "
        r"(?:the |this )?(?:study )?protocol\b|as (?:defined|specified|described|outlined|detailed) in "
        r"(?:the )?(?:section|protocol|appendix|table)|see (?:section|appendix|below|table)|(?:section|appendix) "
        r"[0-9a-z.]+)",
        Reach.WORDS,
    ),
    asked_rule(
        AskedKind.CONTEXT,
        "which drugs and procedures are meant, only the trial can say",
        "study investigational trial protocol",
        r"\b(?:allerg\w+|hyper-?sensitiv\w+|sensitiv\w+|contra-?indicat\w+|intoleran\w+|"
        r"reactions?)\b[^.;]{0,60}?\b(?:study|trial|protocol|investigational)[ -](?:drugs?|medications?|medicines?|"
        r"agents?|products?|treatments?|therap(?:y|ies)|vaccines?|compounds?|medicinal products?|devices?|imp)\b",
    ),
    asked_rule(
        AskedKind.CONTEXT,
        "what the study's treatment and procedures are, only the trial can say",
        "study trial research",
        r"\b(?:study|trial|research)[- ](?:procedures?|requirements?|visits?|participation|schedule|activities|"
        r"assessments?|instructions?|personnel|staff|team|site|sites|restrictions?|diary|devices?|population|"
        r"population|related|center|centre)\b",
        Reach.WORDS,
    ),
    asked_rule(
        AskedKind.CONTEXT,
        "who belongs to the study's staff, only the site can say",
        "employe staff sponsor relative investigator family member",
        r"\b(?:employ(?:ee|ees|ed|er)\b[^.;]{0,40}(?:sponsor|investigat|study|site|center|company|department)|"
        r"(?:study|site|research) (?:personnel|staff)|relatives? of|sub-?investigators?)\b",
        Reach.SENTENCE,
    ),
)

VAGUE = (
    asked_rule(
        AskedKind.VAGUE,
        "no limit is given by which it could be measured",
        "adequat inadequat appropriate acceptable reasonable sufficient satisfactory",
        r"\b(?:in)?adequate(?:ly)? (?:organ|bone|marrow|hematolog\w+|haematolog\w+|renal|hepatic|liver|kidney|"
        r"cardiac|pulmonary|lung|contracepti\w+|birth|recover\w+|function|general|nutrition\w*|trial|venous|washout|"
        r"method|control|health)(?![^0-9]{0,120}[0-9])",
        Reach.WORDS,
    ),
    asked_rule(
        AskedKind.VAGUE,
        "which conditions are meant is left open",
        "any other",
        r"\bany (?:other )?(?:[\w/-]+ ){0,5}?(?:conditions?|reasons?|circumstances?|situations?|problems?|factors?|"
        r"abnormalit\w+)\b(?= (?:that|which|who|in|or|deemed|considered|judged|likely|for)\b)|\bother "
        r"(?:reasons?|circumstances?|factors?)\b",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.VAGUE,
        "good health has no measure",
        "health healthy",
        r"\b(?:in )?good (?:general |physical |overall |mental )?health\b|"
        r"\b(?:generally|otherwise|apparently|overtly|medically) healthy\b|\bgeneral(?:ly)? (?:good )?health\b",
        Reach.WORDS,
    ),
)

NO_CRITERION = (
    asked_rule(
        AskedKind.NO_CRITERION,
        "it adds a remark and judges nobody",
        "note nb",
        r"(?:^|(?<=[.;(*] )|(?<=[.;(*]))(?:please )?(?:note|n\.?b\.?)\b ?[:,-]? ?(?=[a-z])",
        Reach.REST,
    ),
    asked_rule(
        AskedKind.NO_CRITERION,
        "it explains a word and judges nobody",
        "refers defined considered regarded",
        r"\b(?:is|are) (?:not )?(?:considered|defined|regarded|counted) (?:as|to be|an?)\b|\brefers? to\b",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.NO_CRITERION,
        "it limits nothing and judges nobody",
        "no none not na nil inclusion exclusion eligibility criteria",
        r"^\W*(?:none|n/?a|nil|not applicable|not specified|inclusion(?:/exclusion)? criteria|exclusion criteria|see "
        r"above)\W*$|\bno (?:upper |lower |age |specific |other )+(?:limits?|restrictions?|criteria)\b|\bother "
        r"(?:protocol[- ]defined )?(?:inclusion|exclusion|eligibility)[\w/ ]{0,40} criteria\b|\b(?:all|any) "
        r"(?:other )?(?:inclusion|exclusion|eligibility)[\w/ ]{0,40}criteri\w+|^\W*no exclusion",
        Reach.SENTENCE,
    ),
)
