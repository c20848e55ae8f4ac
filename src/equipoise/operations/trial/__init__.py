"""What a person asks of a running trial at a door, one function for each thing: the acts of `office` put together.

The office says what may be done and writes one event for each act. Here stands what a door would otherwise repeat:
judging before an act, showing the statement before it is signed, and what may be told to whom.
"""
