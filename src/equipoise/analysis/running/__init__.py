"""The planned analyses carried out: from facts, plan and sets to results, with what was not done and why. Pure."""
