"""What is asked of a server that claims to keep the contract."""
