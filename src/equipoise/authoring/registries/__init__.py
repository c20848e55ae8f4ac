"""Readers of registry records: one module for each form, all giving a `Registration`."""
