"""The documentation site: its pages, made from the contract and the suite, and a server for them and an API."""
