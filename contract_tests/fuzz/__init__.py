"""The fuzz layer: schemathesis with our semantic checks, and a state machine of Hypothesis."""
