"""A running trial in the formats of others: FHIR R5, CDISC, plain tables; each as much as its reader may see."""
