"""One criterion of a record becomes a rule: what is certain is computed, the rest is asked of a person."""
