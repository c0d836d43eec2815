"""The catalogue of named faults, with a module for each family."""

import importlib
from collections import ChainMap

from mock_server.faults.catalogue import CATALOGUE, UNDER_LOAD, family

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
for _family in (*FAMILIES, "load"):
    importlib.import_module(f"{__name__}.{_family}")

# Its own mapping last: that one comes first where the names are listed.
ALL = ChainMap(UNDER_LOAD, CATALOGUE)

__all__ = ["ALL", "CATALOGUE", "FAMILIES", "UNDER_LOAD", "family"]
