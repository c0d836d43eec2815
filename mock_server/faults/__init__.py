"""The catalogue of named faults, with a module for each family."""

import importlib

from mock_server.faults.catalogue import CATALOGUE, family

# The import of a family registers its faults. `--list-faults` has the same order.
FAMILIES = ("defaults", "shape", "put", "values", "bundle", "enums", "loose", "crashes", "auth", "protocol", "refusals")
for _family in FAMILIES:
    importlib.import_module(f"{__name__}.{_family}")

__all__ = ["CATALOGUE", "FAMILIES", "family"]
