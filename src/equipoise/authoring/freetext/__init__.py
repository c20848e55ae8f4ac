"""Eligibility text to criteria: where one ends, what is damaged, what it says, what can be computed."""
