"""The reports of a run, in every format."""
