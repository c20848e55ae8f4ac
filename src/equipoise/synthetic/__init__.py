"""Made-up patients with the truth known, as FHIR: for the demo, tests and benchmarks."""
