"""Who gets which arm: specification, keyed stream, methods, decisions, and how a stranger recomputes them."""
