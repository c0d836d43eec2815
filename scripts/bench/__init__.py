"""What the suite finds, what it costs and how it grows, beside plain schemathesis and a bare client."""
