"""A running trial as datasets after CDISC: Dataset-JSON 1.1 with Define-XML 2.1."""
