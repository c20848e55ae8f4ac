"""Time to an event, one kind of event: curves, the log-rank family, restricted means, landmarks. Time is whole days."""
