"""Whole, undamaged criteria in the manner of public registries, written for these tests: twelve made-up trials."""

BREAST = (
    "Women aged 18 to 75 years with histologically confirmed invasive breast cancer, stage II or III",
    "Tumor that is HER2-positive by immunohistochemistry (3+) or in situ hybridization (ratio ≥ 2.0)",
    "ECOG performance status of 0 or 1",
    "Absolute neutrophil count ≥ 1.5 x 10^9/L and platelets ≥ 100 x 10^9/L",
    "Total bilirubin ≤ 1.5 x ULN, except in patients with known Gilbert syndrome (≤ 3 x ULN)",
    "AST and ALT ≤ 2.5 x ULN (≤ 5 x ULN if liver metastases are present)",
    "Left ventricular ejection fraction of at least 55% by echocardiography within 28 days before randomization",
    "No prior chemotherapy, radiotherapy or endocrine therapy for breast cancer",
    "Negative serum pregnancy test within 7 days of starting treatment (women of childbearing potential only)",
    "Willing and able to give written informed consent",
)

HEART = (
    "Men and women 50 years of age or older",
    "Heart failure of NYHA class II to IV for at least 3 months before screening",
    "LVEF ≤ 40% measured within the past 12 months",
    "NT-proBNP ≥ 600 pg/mL (≥ 900 pg/mL in patients with atrial fibrillation)",
    "Stable doses of an ACE inhibitor, an angiotensin receptor blocker or sacubitril/valsartan for 4 weeks or longer",
    "Systolic blood pressure < 95 mmHg or symptomatic hypotension at screening",
    "eGFR < 30 mL/min/1.73 m2 by the CKD-EPI equation",
    "Serum potassium > 5.5 mmol/L at screening or at baseline",
    "Acute coronary syndrome, stroke or transient ischemic attack within 12 weeks prior to enrollment",
    "Cardiac surgery, percutaneous coronary intervention or valve repair that is planned within 6 months",
)

DIABETES = (
    "Type 2 diabetes mellitus diagnosed more than 6 months before the screening visit",
    "HbA1c between 7.0% and 10.5%, inclusive",
    "BMI ≥ 25 kg/m2 and ≤ 45 kg/m2",
    "Metformin ≥ 1500 mg/day (or the maximum tolerated dose) for at least 12 weeks",
    "Age > 18 years",
    "History of diabetic ketoacidosis or of severe hypoglycemia in the last 6 months",
    "Use of insulin for more than 14 days within the previous year, other than during pregnancy or hospital stays",
    "Fasting triglycerides > 500 mg/dL (5.65 mmol/L)",
    "Serum creatinine ≥ 1.5 mg/dL in men or ≥ 1.4 mg/dL in women",
    "Personal or family history of medullary thyroid carcinoma or multiple endocrine neoplasia type 2",
)

ASTHMA = (
    "Children between 6 and 11 years of age with a physician's diagnosis of asthma",
    "Pre-bronchodilator FEV1 of 60% to 90% of the predicted value",
    "Reversibility of at least 12% and 200 mL after inhalation of salbutamol (up to 4 puffs)",
    "Inhaled budesonide ≤ 800 µg/day, or equivalent, at a stable dose for 4 weeks",
    "Blood eosinophils ≥ 150 cells/µL at screening",
    "Two or more exacerbations treated with systemic corticosteroids in the past year",
    "Any chronic lung disease other than asthma (e.g., cystic fibrosis, bronchopulmonary dysplasia)",
    "Upper or lower respiratory tract infection within 4 weeks of visit 1",
    "Previous treatment with omalizumab within 130 days or 5 half-lives, whichever is longer",
    "Inability to use the electronic diary, as judged by the investigator",
)

KIDNEY = (
    "Adults who have received a kidney transplant from a living or deceased donor at least 12 months ago",
    "Urine protein-to-creatinine ratio > 0.5 g/g on two occasions",
    "Serum creatinine ≤ 220 µmol/L (2.5 mg/dL) without change of more than 20% over the last 3 months",
    "Treatment with tacrolimus and mycophenolate, with or without prednisone",
    "Hemoglobin ≥ 9.0 g/dL and leukocytes > 3000/µL",
    "Active infection with hepatitis B, hepatitis C or HIV",
    "Donor-specific antibodies with a mean fluorescence intensity above 5000",
    "Recurrent focal segmental glomerulosclerosis in the graft",
    "Any malignancy within 5 years, except treated basal cell carcinoma of the skin",
    "Pregnant or breastfeeding women, and women who plan to become pregnant within the next 2 years",
)

STROKE = (
    "Age ≥ 18 years and < 85 years",
    "Acute ischemic stroke with symptom onset within 4.5 hours",
    "NIHSS score of 6 or more at randomization",
    "Modified Rankin scale ≤ 1 before the stroke",
    "Occlusion of the internal carotid artery or of the M1 segment, confirmed by CT angiography",
    "Intracranial hemorrhage on the baseline scan",
    "Blood glucose < 50 mg/dL or > 400 mg/dL (2.8 and 22.2 mmol/L)",
    "INR > 1.7, or use of a direct oral anticoagulant within 48 hours",
    "Platelet count < 100,000/mm3",
    "Blood pressure > 185/110 mmHg despite treatment",
    "Life expectancy of less than 90 days because of another disease",
)

LYMPHOMA = (
    "Relapsed or refractory diffuse large B-cell lymphoma after two or more lines of systemic therapy",
    "At least one measurable lesion (longest diameter > 1.5 cm) on CT or PET-CT",
    "Creatinine clearance ≥ 40 mL/min, calculated by the Cockcroft-Gault formula",
    "ANC > 1000/mm3; platelets > 75,000/mm3 (> 50,000/mm3 with bone marrow involvement); hemoglobin ≥ 8 g/dL",
    "Prior allogeneic stem cell transplantation within 6 months, or any active graft-versus-host disease",
    "Known involvement of the central nervous system, unless treated and stable for at least 3 months",
    "Peripheral neuropathy of grade 2 or higher (NCI CTCAE, version 5.0)",
    "Live vaccine within 30 days before cycle 1, day 1",
    "Corrected QT interval (Fridericia) > 470 ms",
    "Prednisone > 20 mg per day, or its equivalent, at the time of enrollment",
)

DEPRESSION = (
    "Outpatients, 18-65 years old, with a major depressive episode according to DSM-5",
    "MADRS total score ≥ 25 at screening and at baseline, with a change of no more than 20% between the two",
    "Duration of the current episode of at least 8 weeks and less than 24 months",
    "Inadequate response to one to three antidepressants given at an adequate dose for 6 weeks or more",
    "Lifetime diagnosis of schizophrenia, bipolar I disorder or any other psychotic disorder",
    "Substance use disorder (other than nicotine or caffeine) within the last 12 months",
    "Significant risk of suicide, i.e. a score ≥ 5 on item 10 of the MADRS",
    "Electroconvulsive therapy or transcranial magnetic stimulation during the current episode",
    "Seizures, except febrile seizures in childhood",
    "Thyroid-stimulating hormone outside the normal range (free T4 must be normal if it is abnormal)",
)

ARTHRITIS = (
    "Rheumatoid arthritis for at least 6 months, as defined by the 2010 ACR/EULAR criteria",
    "At least 6 tender joints (of 68) and at least 6 swollen joints (of 66)",
    "C-reactive protein ≥ 5 mg/L or ESR ≥ 28 mm/h",
    "Methotrexate 15-25 mg weekly for 12 weeks or longer, with folic acid ≥ 5 mg per week",
    "Prior exposure to any JAK inhibitor",
    "Latent tuberculosis that is not treated; a positive QuantiFERON test must be followed by a chest x-ray",
    "History of herpes zoster that was disseminated, or of more than one episode",
    "Lymphocyte count < 0.75 x 10^9/L",
    "ALT or AST > 1.5 times the upper limit of normal",
    "Intra-articular or parenteral corticosteroids within 4 weeks before the baseline visit",
)

PRETERM = (
    "Preterm infants with a gestational age of 23 weeks and 0 days to 28 weeks and 6 days",
    "Birth weight of 500 g to 1250 g",
    "Endotracheal intubation and surfactant within 2 hours of birth",
    "FiO2 > 0.30 to keep the oxygen saturation between 90% and 95%",
    "Major congenital anomaly (including chromosomal disorders)",
    "Apgar score of 3 or less at 5 minutes",
    "Umbilical cord pH below 7.0",
    "Mother with chorioamnionitis, placental abruption or HIV infection",
    "Parents younger than 18 years, or unable to understand the study",
    "Hydrops fetalis or a known inborn error of metabolism",
)

HEPATITIS = (
    "Chronic hepatitis B with HBsAg positive for more than 6 months",
    "HBV DNA ≥ 2000 IU/mL if HBeAg-negative, or ≥ 20,000 IU/mL if HBeAg-positive",
    "ALT > 2 x ULN and ≤ 10 x ULN at two visits that are at least 14 days apart",
    "Total bilirubin < 34 µmol/L, albumin ≥ 35 g/L and INR ≤ 1.5",
    "Liver stiffness < 12.5 kPa by transient elastography, or a biopsy without cirrhosis (METAVIR F0-F3)",
    "Coinfection with hepatitis C virus, hepatitis D virus or HIV",
    "Alpha-fetoprotein > 50 ng/mL, or evidence of hepatocellular carcinoma on ultrasound",
    "Interferon therapy in the 6 months prior to screening",
    "Alcohol intake of more than 30 g per day in men or 20 g per day in women",
    "Ferritin < 15 µg/L or iron deficiency that is being treated",
)

SURGERY = (
    "Patients (ASA physical status I-III) scheduled for elective total knee arthroplasty under spinal anesthesia",
    "Body weight > 50 kg and height ≥ 150 cm",
    "Chronic use of opioids, defined as more than 30 mg of oral morphine equivalents per day for over 3 months",
    "Allergy to local anesthetics, paracetamol or any study drug",
    "Pre-existing neuropathy or motor deficit of the leg to be operated on",
    "Infection at the site of injection",
    "Pain intensity ≥ 4 on a numeric rating scale (0 = no pain, 10 = worst pain imaginable)",
    "Hemoglobin A1c above 8.5% in patients with diabetes",
    "Clotting disorder, or platelet count ≤ 80 x 10^9/L",
    "First-degree relatives of the investigators and employees of the sponsor",
    "Non-smokers, or smokers of less than 5 cigarettes per day",
)

RECORDS = (
    BREAST,
    HEART,
    DIABETES,
    ASTHMA,
    KIDNEY,
    STROKE,
    LYMPHOMA,
    DEPRESSION,
    ARTHRITIS,
    PRETERM,
    HEPATITIS,
    SURGERY,
)
CRITERIA = tuple(criterion for record in RECORDS for criterion in record)
