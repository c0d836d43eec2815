"""The job that tries code generators and other tools on the contract, and writes the tables of `docs/tools.md`."""
