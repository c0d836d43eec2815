"""HTTP to one target, with limits on time, size and number of requests."""
