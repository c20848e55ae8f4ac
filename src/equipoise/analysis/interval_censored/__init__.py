"""An event known only to lie between two visits: Turnbull's estimate, and score tests of groups."""
