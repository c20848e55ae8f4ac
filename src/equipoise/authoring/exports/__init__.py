"""A protocol out again, as USDM 4 and as FHIR R5, with the names of what those standards cannot hold."""
