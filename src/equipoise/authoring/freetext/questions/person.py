"""Phrases about the person: consent, a physician's judgement, ability, willingness, compliance.

Data for `questions`, in general language. A pattern reads folded text.
"""

from equipoise.authoring.freetext.mentions import AskedKind
from equipoise.authoring.freetext.questions.shapes import STUDY, Reach, asked_rule

_DOER = (
    r"(?:(?:principal |treating |study |attending |responsible |local |site |sub-?){0,3}(?:investigators?|"
    r"physicians?|clinicians?|doctors?|surgeons?|providers?|pi|sponsor|psychiatrists?|oncologists?|medical monitor|"
    r"anesthesiologists?|anaesthesiologists?))"
)
_UNFIT = r"(?:unsuitable|unfit|inappropriate|ineligible|not (?:be )?(?:a )?(?:suitable|appropriate|good candidate|fit))"
_HARM = (
    r"(?:interfer|confound|compromis|preclud|jeopardi[sz]|impair|affect|influenc|hinder|complicat|obscur|prevent|"
    r"prohibit|impact|bias|limit|impede|endanger|hamper|disturb|disrupt|mak(?=e|ing)|pos(?=e|ing)|put(?=s|ting)? |"
    r"plac(?=e|ing)|interrupt|alter|restrict)\w*"
)
_HARMED = (
    rf"(?:{STUDY}|participat\w+|complian\w+|adherence|results?|evaluations?|assessments?|interpretation|safety|"
    rf"efficacy|endpoints?|outcome measures?|follow-?up|unacceptable|undue|at (?:\w+ )?risk|consent|completion|"
    rf"conduct|data|procedures?|unsuitable|inappropriate|ability)"
)
_ACT = (
    r"(?:understand|comprehend|read|write|speak|communicate|comply|complete|follow|co-?operate|participate|provide|"
    r"give|sign|swallow|take|tolerate|undergo|perform|attend|return|adhere|operate|use|walk|ingest|consent|report|"
    r"record|answer|travel|make|come|remain|stay|lie|sit|stand|stop|discontinue|withhold|maintain|receive|respond|"
    r"meet|visit|have|obtain|commit|fill|keep|carry|do |wear|self|eat|drink|learn|assess|refrain|abstain|continue|"
    r"accept|handle|administer|inject|[a-z]+ )"
)
CONSENT = (
    asked_rule(
        AskedKind.CONSENT,
        "whether consent was given is not in the records",
        "consent assent icf",
        r"(?P<skip>\b(?:prior to|before|(?:time|date|day|days|weeks|months) of|from(?! signing)|since|after|until|"
        r"at) (?:(?:the|signing|signed|written|informed|obtaining|giving|providing|study|of|their) ){0,6}consent\w*)|"
        r"\b(?:consent|assent|icf)\w*",
    ),
)

JUDGEMENT = (
    asked_rule(
        AskedKind.JUDGEMENT,
        "the text leaves it to the judgement of a physician",
        "opinion judg discretion belief view",
        rf"\b(?:in|at|per|by|upon|to|on|as|according to|based on)\b "
        rf"(?:the )?(?:[\w'/()-]+ ){{0,6}}?(?:opinion|judge?ment|discretion|belief|view of the)\b(?: of "
        rf"(?:the |an? )?(?:[\w'/-]+ ){{0,3}}?{_DOER})?|\b{_DOER}'?s?'? (?:opinion|judge?ment|discretion)|\bopinion "
        rf"of\b|\bdiscretion\b|\b(?:judged|judge?ment) (?:by|of) (?:the )?{_DOER}|\bjudged "
        rf"(?:to be|as|clinically|un\w+)",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.JUDGEMENT,
        "a physician has to find it so",
        "deem consider determin believ feel felt decid assess evaluat think judg",
        rf"\b{_DOER} (?:has |have |must |will )?(?:deem|consider|determin|believ|feel|decid|think|judg)\w*|"
        rf"\b(?:deem(?:ed|s)?|felt|thought|considered|determined|judged|assessed|evaluated|decided|believed|"
        rf"consider)\b (?:(?:to be|as|is|are|clinically|medically|be|not|or|potentially|an?|the) ?)"
        rf"{{0,8}}(?:(?:by|per) (?:the |an? |their )?(?:[\w-]+ ){{0,3}}?{_DOER}|{_UNFIT}|appropriate|suitable|unsafe|"
        rf"unreliable|necessary|significant|clinically significant|relevant|unlikely|likely|safe|reliable|eligible|"
        rf"able|unable)",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.JUDGEMENT,
        "whether it would disturb the study or endanger the patient has to be judged",
        "interfer confound compromis preclud jeopard impair affect influenc hinder complicat obscur prevent prohibit "
        "impact bias limit imped endanger hamper mak pos put plac disturb disrupt interrupt alter restrict",
        rf"\b(?:may|might|could|would|can|will|likely to|which|that|to|potential\w*|significantly|adversely|possibly|"
        rf"expected to|and|or|unduly) {_HARM} [^.;:]{{0,90}}?\b{_HARMED}\b",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.JUDGEMENT,
        "whether it makes the treatment impossible has to be judged",
        "mak render preclud contraindicat",
        r"\b(?:making|makes|rendering|renders|precluding|precludes) (?:[a-z]+ ){0,6}?(?:impossible|unsafe|difficult|"
        r"inadvisable|hazardous|safe)\b",
        Reach.REST,
    ),
    asked_rule(
        AskedKind.JUDGEMENT,
        "whether the patient is fit for the study has to be judged",
        "unsuitable unfit inappropriate ineligible not medically",
        rf"\b(?:medically |clinically )?{_UNFIT}\b(?: (?:for|to|as)\b[^.;,]{{0,50}})?",
        Reach.SENTENCE,
    ),
    asked_rule(
        AskedKind.JUDGEMENT,
        "what is clinically significant has to be judged",
        "clinically medically",
        r"\b(?:clinically|medically)[ -](?:significant|relevant|important|meaningful|unstable|acceptable|"
        r"appropriate)(?:ly)?\b",
        Reach.WORDS,
    ),
)

ABILITY = (
    asked_rule(
        AskedKind.ABILITY,
        "whether a person is able to do it has to be asked",
        "able unable ability inability capable incapable capab incapab cannot can impossib difficulty competen",
        rf"\b(?:(?:physically|mentally|legally|cognitively|not) ){{0,4}}(?:(?:un)?able to|(?:in|dis)?ability to|"
        rf"(?:in)?capab(?:le|ility) (?:to|of)|cannot|can ?not|impossible to|impossibility (?:of|to)) "
        rf"(?:[a-z]+ly )?{_ACT}",
    ),
    asked_rule(
        AskedKind.ABILITY,
        "understanding has to be seen in conversation",
        "understand comprehen",
        r"\b(?:fully )?(?:understand(?:s|ing)?|comprehen(?:d|ds|ding|sion))\b",
    ),
    asked_rule(
        AskedKind.ABILITY,
        "what language a person speaks and reads has to be asked",
        "language english speak fluen literate illiterate literacy illiteracy read",
        r"\b(?:non-?)?(?:(?:english|spanish|french|german|dutch|chinese|danish|arabic|japanese|italian|mandarin|"
        r"hebrew|portuguese|swedish|native)[ -](?:speak\w*|language|fluency|literate)|language barriers?|"
        r"(?:fluent|speak\w*|read\w*|literate|literacy|converse|communicate|write|"
        r"understand)\b[^.;]{0,30}\b(?:english|spanish|french|german|dutch|chinese|danish|arabic|japanese|italian|"
        r"mandarin|hebrew|portuguese|swedish|language)|illitera\w+|(?:poor|insufficient|sufficient|adequate|good) "
        r"(?:knowledge|command|mastery|understanding) of|languages? (?:difficult|problem)\w*)",
    ),
    asked_rule(
        AskedKind.ABILITY,
        "decision-making capacity and legal protection have to be asked",
        "capacity guardian guardianship legal legally curatorship competen incompetent tutelage custody protection",
        r"\b(?:(?:lack of|without|diminished|limited|mental|legal|decision(?:al|-making)?) )+(?:in)?capacity\b|"
        r"\b(?:under )?(?:legal )?(?:guardianship|curatorship|tutelage)\b|\blegal(?:ly)? "
        r"(?:incapacit\w+|incompeten\w+|protect\w+|measure\w*|detain\w*)|\bmeasure of legal protection\b",
    ),
)

WILLINGNESS = (
    asked_rule(
        AskedKind.WILLINGNESS,
        "whether a person is willing has to be asked",
        "willing unwilling",
        r"\b(?:un|not )?willing(?:ness|ly)?\b(?: (?:and|or|and/or) (?:un)?able| (?:and|or) (?:in)?ability)?(?: to\b)?",
    ),
    asked_rule(
        AskedKind.WILLINGNESS,
        "agreement and refusal have to be asked",
        "agree accept refus declin object prepared commit wish reluctan",
        r"\b(?:must )?agree(?:s|d|ing|ment)?\b(?! with)(?: (?:to|not|that)\b)?|"
        r"\b(?:refus(?:es?|ed|ing|als?)|declin(?:es?|ed|ing)(?! in\b| of\b| function))\b|\bprepared to\b|"
        r"\b(?:un)?accept(?:s|ed|ing|ance)? (?:to|and sign|the|random\w+)\b|\bcommit(?:s|ted|ment)? to\b|"
        r"\bobject(?:s|ion|ions)? to\b|\breluctan\w+|\b(?:do|does|did)(?: not|n't) (?:wish|want) to\b",
    ),
)

COMPLIANCE = (
    asked_rule(
        AskedKind.COMPLIANCE,
        "how well a person will follow the study's rules has to be judged",
        "comply compli noncompli non-compli adher nonadher co cooperat uncooperat noncooperat unreliab reliab",
        r"\b(?:likely|unlikely|history of|poor|lack of|potential|suspected|risk of|expected|known|limited|"
        r"insufficient|medication|treatment|good|non)?[ -]?(?:non-?)?(?:comply|complian\w+|complying|adheren\w+|"
        r"adhere)\b|\b(?:un|non-?)co-?operati\w+|\bco-?operat(?:e|ion|ive)\b(?! oncology| group)|\bunreliab\w+",
    ),
    asked_rule(
        AskedKind.COMPLIANCE,
        "whether a person will complete the study has to be judged",
        "likely unlikely lost loss available availab follow",
        r"\b(?:un)?likely to (?:complete|be lost|return|follow|co-?operate|remain|move|drop|need|require|withdraw|"
        r"survive|die)\b|\b(?:lost|loss) to follow-?up\b|\b(?:un)?availab(?:le|ility) (?:for|to|during|of)\b|"
        r"\b(?:follow-?up|visits?|appointments?)\b[^.;]{0,30}\b(?:impossible|not possible|difficult|unavailable|not "
        r"available)|\b(?:not|cannot) be (?:followed|available|contacted|reached)",
    ),
)
