"""What is tested: the options, the servers and extensions, the credentials."""
