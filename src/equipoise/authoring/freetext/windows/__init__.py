"""Spans of time in words: how long, before or after what, and which kind of state they bind."""
