"""Eligibility text to entries: under which heading each stands, and where one ends and the next begins."""
