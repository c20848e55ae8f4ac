"""From a registration to a draft: criteria with their rules, the protocol file, what a person must look at."""
