"""The catalogue of named faults, with a module for each family."""

import importlib

from mock_server.faults.catalogue import CATALOGUE, family

# Importing a family registers its faults; the order is that of `--list-faults`.
FAMILIES = (
    "defaults",
    "shape",
    "put",
    "settings",
    "values",
    "bundle",
    "enums",
    "named",
    "loose",
    "crashes",
    "auth",
    "protocol",
    "refusals",
)
for _family in FAMILIES:
    importlib.import_module(f"{__name__}.{_family}")

__all__ = ["CATALOGUE", "FAMILIES", "family"]
