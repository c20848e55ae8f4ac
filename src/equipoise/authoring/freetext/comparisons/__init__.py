"""Numeric limits in words: what is measured, by which comparison, against how much of which unit."""
