"""The database of one trial: a log of events that is only added to, and tables that are made from it.

Implements the ports that `operations.office.ports` declares, on SQLite and on PostgreSQL. What an event means, which
tables there are and who may see what is decided in `operations`.
"""
