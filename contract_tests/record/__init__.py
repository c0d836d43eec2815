"""What was sent and what came back."""
