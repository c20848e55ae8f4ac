"""The phrases by which a criterion asks what only a person can decide, kind by kind, with the reason in words.

Data for `questions`: each rule has a pattern for folded text, the words of which one must be present for it to be
tried, and how far the question reaches. General language, no lines of any trial.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from equipoise.authoring.freetext.mentions import AskedKind


class Reach(Enum):
    """How far a question reaches beyond the words that give it away."""

    WORDS = auto()  # those words alone: "clinically significant"
    CLAUSE = auto()  # its clause, from "who is able" to the next "and", comma or full stop
    REST = auto()  # from those words to the end of the sentence or bracket: "(Note: ...)"
    SENTENCE = auto()  # the whole sentence: "any condition that in the opinion of the investigator ..."


@dataclass(frozen=True)
class AskedRule:
    """`triggers`: the stems, one of which must begin a word of the text."""

    kind: AskedKind
    because: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    reach: Reach


def _rule(kind: AskedKind, because: str, triggers: str, pattern: str, reach: Reach = Reach.CLAUSE) -> AskedRule:
    return AskedRule(kind, because, tuple(triggers.split()), re.compile(pattern), reach)


_STUDY = r"(?:study|studies|trial|trials|protocol|protocols|research)"
_DOER = (
    r"(?:(?:principal |treating |study |attending |responsible |local |site |sub-?){0,3}"
    r"(?:investigators?|physicians?|clinicians?|doctors?|surgeons?|providers?|pi|sponsor|psychiatrists?|oncologists?|"
    r"medical monitor|anesthesiologists?|anaesthesiologists?))"
)
_UNFIT = (
    r"(?:unsuitable|unfit|inappropriate|ineligible|"
    r"not (?:be )?(?:a )?(?:suitable|appropriate|good candidate|fit))"
)
_HARM = (
    r"(?:interfer|confound|compromis|preclud|jeopardi[sz]|impair|affect|influenc|hinder|complicat|obscur|prevent|"
    r"prohibit|"
    r"impact|bias|limit|impede|endanger|hamper|disturb|disrupt|mak(?=e|ing)|pos(?=e|ing)|put(?=s|ting)? |plac(?=e|ing)|"
    r"interrupt|alter|restrict)\w*"
)
_HARMED = (
    rf"(?:{_STUDY}|participat\w+|complian\w+|adherence|results?|evaluations?|assessments?|interpretation|"
    r"safety|efficacy|endpoints?|outcome measures?|follow-?up|unacceptable|undue|at (?:\w+ )?risk|consent|"
    r"completion|conduct|"
    r"data|procedures?|unsuitable|inappropriate|ability)"
)
_ACT = (
    r"(?:understand|comprehend|read|write|speak|communicate|comply|complete|follow|co-?operate|participate|"
    r"provide|give|sign|"
    r"swallow|take|tolerate|undergo|perform|attend|return|adhere|operate|use|walk|ingest|consent|report|record|"
    r"answer|travel|"
    r"make|come|remain|stay|lie|sit|stand|stop|discontinue|withhold|maintain|receive|respond|meet|visit|have|"
    r"obtain|"
    r"commit|fill|keep|carry|do |wear|self|eat|drink|learn|assess|refrain|abstain|continue|accept|handle|"
    r"administer|inject|"
    r"[a-z]+ )"
)
_OTHER_STUDY = (
    r"(?:(?:another|other|any|different|investigational|interventional|experimental|concurrent|clinical|drug|"
    r"device|therapeutic|"
    r"research|intervention|pharmaceutical|vaccine|previous|competing|additional)(?: or| and|,)? )"
)

CONSENT = (
    _rule(
        AskedKind.CONSENT,
        "whether consent was given is not in the records",
        "consent assent icf",
        r"(?P<skip>\b(?:prior to|before|(?:time|date|day|days|weeks|months) of|from(?! signing)|since|after|until|at)"
        r" (?:(?:the|signing|signed|written|informed|obtaining|giving|providing|study|of|their) ){0,6}consent\w*)|"
        r"\b(?:consent|assent|icf)\w*",
    ),
)

JUDGEMENT = (
    _rule(
        AskedKind.JUDGEMENT,
        "the text leaves it to the judgement of a physician",
        "opinion judg discretion belief view",
        r"\b(?:in|at|per|by|upon|to|on|as|according to|based on)\b (?:the )?(?:[\w'/()-]+ ){0,6}?"
        r"(?:opinion|judge?ment|discretion|belief|view of the)\b(?: of (?:the |an? )?(?:[\w'/-]+ ){0,3}?"
        rf"{_DOER})?|\b{_DOER}'?s?'? (?:opinion|judge?ment|discretion)|\bopinion of\b|\bdiscretion\b|"
        rf"\b(?:judged|judge?ment) (?:by|of) (?:the )?{_DOER}|\bjudged (?:to be|as|clinically|un\w+)",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.JUDGEMENT,
        "a physician has to find it so",
        "deem consider determin believ feel felt decid assess evaluat think judg",
        rf"\b{_DOER} (?:has |have |must |will )?(?:deem|consider|determin|believ|feel|decid|think|judg)\w*|"
        r"\b(?:deem(?:ed|s)?|felt|thought|considered|determined|judged|assessed|evaluated|decided|believed|consider)\b"
        rf" (?:(?:to be|as|is|are|clinically|medically|be|not|or|potentially|an?|the) ?){0, 8}"
        rf"(?:(?:by|per) (?:the |an? |their )?(?:[\w-]+ ){{0,3}}?{_DOER}|{_UNFIT}|appropriate|suitable|unsafe|"
        rf"unreliable|"
        r"necessary|significant|clinically significant|relevant|unlikely|likely|safe|reliable|eligible|able|unable)",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.JUDGEMENT,
        "whether it would disturb the study or endanger the patient has to be judged",
        "interfer confound compromis preclud jeopard impair affect influenc hinder complicat obscur prevent prohibit "
        "impact bias limit imped endanger hamper mak pos put plac disturb disrupt interrupt alter restrict",
        rf"\b(?:may|might|could|would|can|will|likely to|which|that|to|potential\w*|significantly|adversely|possibly|"
        rf"expected to|and|or|unduly) {_HARM} [^.;:]{{0,90}}?\b{_HARMED}\b",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.JUDGEMENT,
        "whether the patient is fit for the study has to be judged",
        "unsuitable unfit inappropriate ineligible not medically",
        rf"\b(?:medically |clinically )?{_UNFIT}\b(?: (?:for|to|as)\b[^.;,]{{0,50}})?",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.JUDGEMENT,
        "what is clinically significant has to be judged",
        "clinically medically",
        r"\b(?:clinically|medically)[ -](?:significant|relevant|important|meaningful|unstable|acceptable|appropriate)"
        r"(?:ly)?\b",
        Reach.WORDS,
    ),
)

ABILITY = (
    _rule(
        AskedKind.ABILITY,
        "whether a person is able to do it has to be asked",
        "able unable ability inability capable incapable capab incapab cannot can impossib difficulty competen",
        rf"\b(?:(?:physically|mentally|legally|cognitively|not) )*(?:(?:un)?able to|(?:in|dis)?ability to|"
        rf"(?:in)?capab(?:le|ility) (?:to|of)|cannot|can ?not|impossible to|impossibility (?:of|to)) "
        rf"(?:[a-z]+ly )?{_ACT}",
    ),
    _rule(
        AskedKind.ABILITY,
        "understanding has to be seen in conversation",
        "understand comprehen",
        r"\b(?:fully )?(?:understand(?:s|ing)?|comprehen(?:d|ds|ding|sion))\b",
    ),
    _rule(
        AskedKind.ABILITY,
        "what language a person speaks and reads has to be asked",
        "language english speak fluen literate illiterate literacy illiteracy read",
        r"\b(?:non-?)?(?:(?:english|spanish|french|german|dutch|chinese|danish|arabic|japanese|italian|mandarin|hebrew|"
        r"portuguese|swedish|native)[ -](?:speak\w*|language|fluency|literate)|language barriers?|"
        r"(?:fluent|speak\w*|read\w*|literate|literacy|converse|communicate|write|"
        r"understand)\b[^.;]{0,30}\b(?:english|spanish|"
        r"french|german|dutch|chinese|danish|arabic|japanese|italian|mandarin|hebrew|portuguese|swedish|language)|"
        r"illitera\w+|"
        r"(?:poor|insufficient|sufficient|adequate|good) (?:knowledge|command|mastery|understanding) of|"
        r"languages? (?:difficult|problem)\w*)",
    ),
    _rule(
        AskedKind.ABILITY,
        "decision-making capacity and legal protection have to be asked",
        "capacity guardian guardianship legal legally curatorship competen incompetent tutelage custody protection",
        r"\b(?:(?:lack of|without|diminished|limited|mental|legal|decision(?:al|-making)?) )+(?:in)?capacity\b|"
        r"\b(?:under )?(?:legal )?(?:guardianship|curatorship|tutelage)\b|\blegal(?:ly)? (?:incapacit\w+|incompeten\w+|"
        r"protect\w+|measure\w*|detain\w*)|\bmeasure of legal protection\b",
    ),
)

WILLINGNESS = (
    _rule(
        AskedKind.WILLINGNESS,
        "whether a person is willing has to be asked",
        "willing unwilling",
        r"\b(?:un|not )?willing(?:ness|ly)?\b(?: (?:and|or|and/or) (?:un)?able| (?:and|or) (?:in)?ability)?(?: to\b)?",
    ),
    _rule(
        AskedKind.WILLINGNESS,
        "agreement and refusal have to be asked",
        "agree accept refus declin object prepared commit wish reluctan",
        r"\b(?:must )?agree(?:s|d|ing|ment)?\b(?! with)(?: (?:to|not|that)\b)?|\b(?:refus(?:es?|ed|ing|als?)|"
        r"declin(?:es?|ed|ing)"
        r"(?! in\b| of\b| function))\b|"
        r"\bprepared to\b|\b(?:un)?accept(?:s|ed|ing|ance)? (?:to|and sign|the|random\w+)\b|\bcommit(?:s|ted|"
        r"ment)? to\b|"
        r"\bobject(?:s|ion|ions)? to\b|\breluctan\w+|\b(?:do|does|did)(?: not|n't) (?:wish|want) to\b",
    ),
)

COMPLIANCE = (
    _rule(
        AskedKind.COMPLIANCE,
        "how well a person will follow the study's rules has to be judged",
        "comply compli noncompli non-compli adher nonadher co cooperat uncooperat noncooperat unreliab reliab",
        r"\b(?:likely|unlikely|history of|poor|lack of|potential|suspected|risk of|expected|known|limited|insufficient|"
        r"medication|treatment|good|non)?[ -]?(?:non-?)?(?:comply|complian\w+|complying|adheren\w+|adhere)\b|"
        r"\b(?:un|non-?)co-?operati\w+|\bco-?operat(?:e|ion|ive)\b(?! oncology| group)|\bunreliab\w+",
    ),
    _rule(
        AskedKind.COMPLIANCE,
        "whether a person will complete the study has to be judged",
        "likely unlikely lost loss available availab follow",
        r"\b(?:un)?likely to (?:complete|be lost|return|follow|co-?operate|remain|move|drop|need|require|withdraw|"
        r"survive|die)\b|"
        r"\b(?:lost|loss) to follow-?up\b|\b(?:un)?availab(?:le|ility) (?:for|to|during|of)\b|"
        r"\b(?:follow-?up|visits?|appointments?)\b[^.;]{0,30}\b(?:impossible|not possible|difficult|unavailable|"
        r"not available)|"
        r"\b(?:not|cannot) be (?:followed|available|contacted|reached)",
    ),
)

FUTURE = (
    _rule(
        AskedKind.FUTURE,
        "it lies ahead and is known only by asking",
        "plan intend intent wish desir expect anticipat consider",
        r"\b(?:plan(?:s|ning)? (?:to|on|for|of)|planned (?:use|participation|absence|pregnancy|travel|donation|"
        r"conception|"
        r"move|administration|receipt|initiation|enrol\w+)|intend(?:s|ing|ed)? to|intention(?:s|ed)?|intent (?:to|of)|"
        r"(?:wish|desir)(?:es|ing|e)? (?:to|for|pregnancy)|considering|expect(?:s|ed|ing)? to|anticipat(?:es?|ed|ing) "
        r"(?:use|need|participation|inability|requirement|to|administration|initiation|absence|change|treatment))\b",
    ),
    _rule(
        AskedKind.FUTURE,
        "it concerns the time of the study and cannot be seen at its start",
        "during throughout duration course until while",
        r"\b(?:during|throughout|for the (?:entire )?duration of|over the course of|in the course of|"
        r"for the length of|until "
        r"(?:the )?(?:end|completion) of|at any time during|while (?:on|in|participating in)|"
        r"for the whole)\b (?:the |this |their |"
        r"his |her |our )?(?:[\w-]+ ){0,3}?"
        rf"(?:{_STUDY}|treatment period|follow-?up|participation|intervention)\b",
    ),
    _rule(
        AskedKind.FUTURE,
        "conduct in the study is promised, not recorded",
        "refrain abstain must will avoid",
        r"\b(?:refrain\w*|abstain\w*|abstention|must (?:not )?(?:use|avoid|take|agree|refrain|abstain|remain|"
        r"return|attend)|"
        r"will (?:not )?(?:use|comply|undergo|receive|take|require|need|be (?:able|available|using|asked|required|"
        r"treated|"
        r"followed|performed|receiving)))\b",
    ),
)

OTHER_TRIAL = (
    _rule(
        AskedKind.OTHER_TRIAL,
        "taking part in other studies is not in the records",
        "participat enrol enroll involv includ subject stud trial protocol",
        rf"\b(?:participa\w+|enrol\w*|involv\w+|included|entered|inclusion|taking part|took part|randomi[sz]ed|"
        rf"subjects?)\b "
        rf"(?:[\w'/(),-]+ ){{0,5}}?{_OTHER_STUDY}{{1,6}}(?:[\w'/-]+ ){{0,4}}?(?:stud(?:y|ies)|trials?|protocols?|"
        rf"program(?:me)?s?)\b|"
        rf"\b(?:another|other|concurrent|simultaneous|competing|investigational|interventional) (?:[\w'/-]+ ){{0,4}}?"
        rf"(?:trials?|stud(?:y|ies)|protocols?)\b|"
        rf"\b(?:previous\w*|prior|already|current\w*) (?:[\w'/-]+ ){{0,2}}?(?:participat\w+|enrol\w+|randomi[sz]\w+|"
        rf"inclu\w+|treated)\b [^.;,]{{0,20}}\b(?:this|the|present|current|an?|any) (?:[\w-]+ ){{0,3}}?{_STUDY}\b",
    ),
    _rule(
        AskedKind.OTHER_TRIAL,
        "the use of investigational products elsewhere is not in the records",
        "investigational experimental unapproved unlicensed non-registered investigative nonregistered",
        r"\b(?:investigational|investigative|experimental|unapproved|unlicen[sc]ed|non-?registered)"
        r"(?: or [a-z-]+)? (?:[\w-]+ )?(?:drugs?|agents?|products?|devices?|medications?|medicines?|"
        r"medicinal products?|"
        r"vaccines?|therap(?:y|ies)|treatments?|compounds?|interventions?|procedures?)\b(?! (?:hyper|component|"
        r"ingredient))",
    ),
)

_REPRODUCTION = "depends on pregnancy, breast-feeding or contraception, which have to be asked or tested"
# Pregnancy that stands alone is a condition like others, with codes and a test; breast-feeding and contraception are
# known by asking.
PREGNANCY = (
    _rule(
        AskedKind.PREGNANCY_AND_CONTRACEPTION,
        _REPRODUCTION,
        "lactat breast breastfe nursing breast-fe",
        r"(?:\bpregnan\w+[^.;()]{0,25})?\b(?:lactat(?:ing|ion)|breast[- ]?fe(?:d|eds?|eding)\b|"
        r"nursing\b(?! homes?| care| facilit| staff| service))(?:[^.;()]{0,15}\bpregnan\w+)?",
    ),
    _rule(
        AskedKind.PREGNANCY_AND_CONTRACEPTION,
        _REPRODUCTION,
        "contracep child childbearing child-bearing birth conceive conception fertile reproductive abstinen steril "
        "barrier condom wocbp impregnat father postmenopausal post-menopausal tubal vasectom",
        r"\b(?:contracept\w+|anti-?conception\w*|child-? ?bearing|(?:of )?(?:reproductive|fertile|"
        r"fertility) (?:potential|age)|"
        r"birth[- ]control|barrier (?:method|contracep)\w*|condoms?|wocbp|impregnat\w+|father(?:ing)? (?:a )?child\w*|"
        r"(?:sexual |true |complete )abstinence|(?:become|becoming|get|getting) pregnant|(?:to )?conceive|"
        r"tubal ligation|vasectom\w+|vasectomi[sz]ed|(?:surgically|surgical) steril\w+|sterili[sz]ation)\b",
    ),
)

CONTEXT = (
    _rule(
        AskedKind.CONTEXT,
        "what it refers to is known only from the trial's own papers",
        "protocol section appendix table see",
        r"\b(?:protocol[- ](?:defined|specified|required|mandated)|(?:per|in|see) (?:the |this )?(?:study )?protocol\b|"
        r"as (?:defined|specified|described|outlined|detailed) in (?:the )?(?:section|protocol|appendix|table)|"
        r"see (?:section|appendix|below|table)|(?:section|appendix) [0-9a-z.]+)",
        Reach.WORDS,
    ),
    _rule(
        AskedKind.CONTEXT,
        "which drugs and procedures are meant, only the trial can say",
        "study investigational trial protocol",
        r"\b(?:allerg\w+|hyper-?sensitiv\w+|sensitiv\w+|contra-?indicat\w+|intoleran\w+|reactions?)\b[^.;]{0,60}?\b"
        r"(?:study|trial|protocol|investigational)[ -](?:drugs?|medications?|medicines?|agents?|products?|treatments?|"
        r"therap(?:y|ies)|vaccines?|compounds?|medicinal products?|devices?|imp)\b",
    ),
    _rule(
        AskedKind.CONTEXT,
        "what the study's treatment and procedures are, only the trial can say",
        "study trial research",
        r"\b(?:study|trial|research)[- ](?:procedures?|requirements?|visits?|participation|schedule|activities|"
        r"assessments?|"
        r"instructions?|personnel|staff|team|site|sites|restrictions?|diary|devices?|population|population|"
        r"related|center|centre)\b",
        Reach.WORDS,
    ),
    _rule(
        AskedKind.CONTEXT,
        "who belongs to the study's staff, only the site can say",
        "employe staff sponsor relative investigator family member",
        r"\b(?:employ(?:ee|ees|ed|er)\b[^.;]{0,40}(?:sponsor|investigat|study|site|center|company|department)|"
        r"(?:study|site|"
        r"research) (?:personnel|staff)|relatives? of|sub-?investigators?)\b",
        Reach.SENTENCE,
    ),
)

VAGUE = (
    _rule(
        AskedKind.VAGUE,
        "no limit is given by which it could be measured",
        "adequat inadequat appropriate acceptable reasonable sufficient satisfactory",
        r"\b(?:in)?adequate(?:ly)? (?:organ|bone|marrow|hematolog\w+|haematolog\w+|renal|hepatic|liver|kidney|"
        r"cardiac|pulmonary|"
        r"lung|contracepti\w+|birth|recover\w+|function|general|nutrition\w*|trial|venous|washout|method|control|"
        r"health)(?=[^0-9]*$)",
        Reach.WORDS,
    ),
    _rule(
        AskedKind.VAGUE,
        "which conditions are meant is left open",
        "any other",
        r"\bany (?:other )?(?:[\w/-]+ ){0,5}?(?:conditions?|reasons?|circumstances?|situations?|problems?|"
        r"factors?|abnormalit\w+)"
        r"\b(?= (?:that|which|who|in|or|deemed|considered|judged|likely|for)\b)|\bother (?:reasons?|"
        r"circumstances?|factors?)\b",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.VAGUE,
        "good health has no measure",
        "health healthy",
        r"\b(?:in )?good (?:general |physical |overall |mental )?health\b|\b(?:generally|otherwise|apparently|"
        r"overtly|medically) "
        r"healthy\b|\bgeneral(?:ly)? (?:good )?health\b",
        Reach.WORDS,
    ),
)

NO_CRITERION = (
    _rule(
        AskedKind.NO_CRITERION,
        "it adds a remark and judges nobody",
        "note nb",
        r"(?:^|(?<=[.;(*] )|(?<=[.;(*]))(?:please )?(?:note|n\.?b\.?)\b ?[:,-]? ?(?=[a-z])",
        Reach.REST,
    ),
    _rule(
        AskedKind.NO_CRITERION,
        "it explains a word and judges nobody",
        "refers defined considered regarded",
        r"\b(?:is|are) (?:not )?(?:considered|defined|regarded|counted) (?:as|to be|an?)\b|\brefers? to\b",
        Reach.SENTENCE,
    ),
    _rule(
        AskedKind.NO_CRITERION,
        "it limits nothing and judges nobody",
        "no none not na nil inclusion exclusion eligibility criteria",
        r"^\W*(?:none|n/?a|nil|not applicable|not specified|inclusion(?:/exclusion)? criteria|exclusion criteria|"
        r"see above)\W*$|\bno (?:upper |lower |age |specific |other )+(?:limits?|restrictions?|criteria)\b|"
        r"\bother (?:protocol[- ]defined )?(?:inclusion|exclusion|eligibility)[\w/ ]* criteria\b|"
        r"\b(?:all|any) (?:other )?(?:inclusion|exclusion|eligibility)[\w/ ]*criteri\w+|^\W*no exclusion",
        Reach.SENTENCE,
    ),
)

ALL_RULES = (
    *CONSENT,
    *JUDGEMENT,
    *ABILITY,
    *WILLINGNESS,
    *COMPLIANCE,
    *FUTURE,
    *CONTEXT,
    *OTHER_TRIAL,
    *PREGNANCY,
    *VAGUE,
    *NO_CRITERION,
)
