"""The manual of rules, as tests; `manual.py` reads it."""
