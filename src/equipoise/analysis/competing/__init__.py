"""One event of several can end the wait: cumulative incidence, Gray's test and the Fine-Gray model."""
