"""The checks: small functions of the history of a run, a module for each theme."""

import importlib

from contract_tests.checks.catalogue import CATALOGUE, Check

# Importing a theme registers its checks; the order is that of the report.
THEMES = ("answers", "changes", "refusals", "access", "protocol", "open_questions")
for _theme in THEMES:
    importlib.import_module(f"{__name__}.{_theme}")

__all__ = ["CATALOGUE", "THEMES", "Check"]
