"""A reference implementation of the contract, with state and named faults."""
