"""Measures the reading of free text against an annotated corpus, with readers of its own for what is annotated."""
