"""Compare the suite with plain schemathesis and with a bare client: faults found, requests, time, growth."""
