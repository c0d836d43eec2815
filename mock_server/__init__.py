"""A mock server for the contract. It keeps state, and it can have one named fault."""
