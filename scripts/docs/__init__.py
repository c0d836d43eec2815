"""The documentation site: pages made from the contract and the suite, and the server that shows them with an API."""
