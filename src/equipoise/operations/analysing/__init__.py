"""`equipoise analyse`: a cut of a running trial, the facts up to it, the planned analyses, and where results go."""
