"""Patients made by hand, at and beside every limit of the reference trial."""
