"""Word lists by which the noun phrase of a comparison is told from the words around it."""

ARTICLES = frozenset(
    "a an the any this that these those his her their its each every all both either such your known documented confirmed "
    "current currently adequate abnormal suspected or and with a minimum least".split()
)
"""Left off at the ends of a phrase."""

FILLERS = frozenset(
    "constituting comprising covering involving occupying affecting is are was were be been being am of must should shall will would may can equal equals : , = ; a an the known "
    "that which value values reading readings defined as i.e. i.e e.g ie eg namely meaning remains remain stays measured measuring "
    "calculated showing shows show demonstrated demonstrating reaching reached ranging ranges range within between from "
    "currently approximately about around ~ any only - – — ( [ result results documented do does did not there than".split()
)
"""Stand between the phrase and its comparison."""

STOPS = frozenset(
    "and or but with without who whose whom if when where while unless except because since than for from in on at by to "
    "into onto upon within during via using per as after before until against between among including include includes "
    "included excluding have has had having is are was were be been being must should shall will would may might can "
    "could cannot not no nor never do does did this that these those there which what it they he she we you i "
    "show shows showing shown demonstrate demonstrates demonstrated require requires requiring required receive receives "
    "received receiving take takes taking taken use uses undergo undergoing undergone present presents presenting "
    "consume consumes consuming drink drinks drinking smoke smokes smoked experience experienced experiencing achieve achieved "
    "maintain maintained reach reached defined patients patient subjects subject participants participant "
    "women men woman man adults adult males females male female children child infants infant volunteers individuals persons "
    "people candidates donors mothers newborns neonates boys girls boy girl person participants' patients' either "
    "neither both whether then also e.g i.e eg ie only plus versus vs over under above below more less greater higher lower any such their his her "
    "exceeding exceed exceeds following prior due because containing contains contain known whichever and/or all each every "
    "eligible enrolled documented confirmed evidenced indicated meet meets meeting met fulfil fulfilling lasting lasts last "
    "need needs needing see suffer suffering suffers diagnosed treated administered anyone those live living weeks".split()
)
"""End a noun phrase that is read from its end."""

PEOPLE = frozenset(
    "patients patient subjects subject participants participant women men woman man adults adult males females male female "
    "children child infants infant volunteers individuals individual persons person people candidates donors donor mothers mother "
    "newborns neonates neonate boys girls boy girl recipients recipient parents population adolescents teenagers those anyone fetus".split()
)

ADULTS = frozenset("adult outpatients inpatients outpatient inpatient students caregivers residents".split())
"""People, by other words."""

NOT_MEASURED = frozenset(
    "history evidence presence use usage criteria criterion following study visit screening baseline inclusion exclusion "
    "enrollment enrolment consent treatment therapy patients subjects participants than not least most once day days week weeks "
    "month months year years hours hour minutes other others e.g i.e i.e. ie eg etc ability note see who with if finding "
    "diagnosis diagnosed presentation daily any each every none case cases one two three four five six group groups e y".split()
)
"""Cannot be what is measured."""

CONTEXTS = frozenset(
    "screening baseline visit enrollment enrolment entry inclusion randomization randomisation admission presentation rest "
    "women men males females male female patients subjects participants adults children infants diagnosis day week month "
    "ultrasound ultrasonography echo echocardiography echocardiogram ecg ekg mri ct tomography scan angiography formula equation "
    "method room air examination exam assessment evaluation time study treatment therapy medication standing sitting supine "
    "occasions occasion fundoscopy dialysis mdrd ckd-epi cockcroft-gault cockcroft gault test testing laboratory labs room-air "
    "blood serum plasma urine morning hospital imaging surgery operation oct dexa doppler spirometry eye knee side "
    "eyes arm leg least".split()
)
"""Words of a phrase that only says when, where, how or in whom something is measured."""

MODIFIER_PREPOSITIONS = frozenset(
    "at in on by during from using via per to for after before within according following while without as with".split()
)

CHANGES = frozenset(
    "decrease increase reduction change changes difference improvement rise drop fall loss decline gain elevation delay deficit".split()
)
"""Nouns that are measured together with what they are a change of: "decrease in LVEF"."""

DIMENSIONS = frozenset(
    "diameter size length height width weight thickness depth dimension dimensions area volume circumference score bmi duration "
    "extent severity amplitude diameters distance".split()
)

AGE_WORDS = frozenset("age aged ages age-group older old younger aging elderly".split())

PARTICIPLES_KEPT = frozenset(
    "corrected uncorrected estimated fasted unconjugated conjugated modified calculated predicted forced glycated "
    "glycosylated glycosolated elevated increased decreased reduced activated combined extended expected aged standardized standardised "
    "adjusted impaired weighted unassisted red inhaled exhaled blood-based segmented speed need bed bled anticipated projected measured "
    "untreated uncontrolled expired limited advanced proposed need averaged shed planned percentage unstimulated stimulated intended "
    "derived related spontaneous-based evoked "
    "HAS-BLED has-bled hasbled oxidized albumin-corrected self-reported self-rated office-measured based isolated "
    "simplified revised abbreviated observed indexed".split()
)
"""Words in -ed that stand inside the name of a measurement."""

MEASURES = frozenset(
    "ast alt sgot sgpt got gpt alp ggt gamma-gt asat alat bilirubin t-bilirubin bili tbil creatinine cr scr clearance crcl ccr gfr egfr bun urea hb hgb "
    "hemoglobin haemoglobin hba1c a1c hematocrit haematocrit hct wbc leukocyte leukocytes leucocyte leucocytes leukocytosis platelet platelets plt "
    "neutrophil neutrophils anc lymphocyte lymphocytes eosinophil eosinophils cells albumin glucose glycemia glycaemia sugar fpg fbg cholesterol ldl "
    "ldl-c hdl hdl-c triglyceride triglycerides lipase amylase transaminase transaminases aminotransferase aminotransferases phosphatase ldh "
    "sodium potassium calcium magnesium phosphate phosphorus bicarbonate inr pt aptt ptt fibrinogen tsh psa ferritin tsat transferrin crp "
    "esr bnp nt-probnp troponin lactate ph pao2 paco2 spo2 sao2 fio2 po2 pco2 saturation bp sbp dbp map pressure systolic diastolic pulse heart-rate "
    "rate hr lvef ef ejection qtc qtcf qtcb qt qrs pr interval bmi weight height waist circumference index score scores scale count counts level levels "
    "concentration concentrations titer titre titers ratio fraction volume fev1 fvc dlco fev1/fvc temperature age ages aged "
    "viral load rna dna cd4 cd4+ cd8 ecog karnofsky kps ps lansky performance status nyha asa class grade stage mmse moca hamd ham-d hdrs madrs "
    "panss ymrs cgi-s cgi nihss gcs mrs edss hoehn das28 das28-esr cdai basdai pasi easi vas nrs apache sofa meld child-pugh bishop apgar "
    "iief ipss qmax fsh lh amh estradiol testosterone prolactin progesterone ige igg iga c-peptide insulin pth vitamin folate b12 "
    "homocysteine uric acid proteinuria albuminuria uacr upcr hydroxyvitamin 25-hydroxyvitamin diameter thickness size length width depth "
    "area stenosis occlusion acuity bcva iop refraction sphere cylinder astigmatism anisometropia cct thickness abi aha ahi cap ki-67 gleason "
    "intake consumption expectancy survival gestation gestational ga birthweight percentile z-score t-score sds bmd mass body temperature "
    "range angle svc vc difference dilatation distance time force strength speed velocity power energy expenditure frequency number percentage percent probability risk loss "
    "reduction decrease increase change gradient resistance output crp hs-crp reticulocyte reticulocytes blasts blast band myelocytes "
    "transaminases lft lfts alkp alk-phos alkaline sgot/ast creat creatinin creatine serum plasma ck cpk ldl-cholesterol hdl-cholesterol "
    "total nonhdl tg afp cea ca-125 ca125 hcg beta-hcg ntprobnp proBNP aspartate alanine".lower().split()
)
"""Words that make a phrase a measurement."""

GENERIC = frozenset(
    "score scores value values total severity rating result grade level severity points subscore".split()
)
"""Heads that say nothing alone: "a score of 20 or more on the scale"."""

EMPTY_HEADS = frozenset("history evidence presence diagnosis documentation finding proof".split())
"""Heads before "of" that are not what is measured."""

GERUNDS_KEPT = frozenset(
    "fasting resting standing bleeding walking staging functioning swelling screening sleeping smoking sitting weighing clotting "
    "living breathing opening loading coughing feeding imaging rating ring grading training drinking binding offspring itching "
    "flushing self-rating timing wedging morning thickening heating hearing swallowing reading setting cycling running".split()
)
"""Words in -ing that stand inside the name of a measurement."""
