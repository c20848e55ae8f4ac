"""What only a person or the trial itself can answer: consent, judgement, plans, other trials."""
