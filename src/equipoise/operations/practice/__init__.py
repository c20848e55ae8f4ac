"""Practice: made-up people who live through the real acts of a trial office, for the demo and for measurements."""
