"""A mock of the phone properties server: the contract with state, and a catalogue of named single faults."""
