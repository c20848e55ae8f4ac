"""Cox regression of right-censored survival times in whole days: fits, intervals, checks, and two arms in batches."""
