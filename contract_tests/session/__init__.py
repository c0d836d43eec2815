"""One job, from the target to the results."""
