"""From the facts of subjects to the results that a protocol promised: endpoints, sets, methods, each with a reason."""
