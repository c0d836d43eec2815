"""What a report says of the run itself: versions and options."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Protocol

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json

PACKAGE = "phone-properties-contract"
NOT_SHOWN = {"header", "confirm", "report_dir", "state_dir"}
"""Options that say nothing of the verdicts; the value of a header is a secret."""


class HasOptions(Protocol):
    """What was chosen for a run."""

    def chosen(self) -> Mapping[str, Json]:
        """The options that differ from their defaults, by name."""

    @property
    def seed(self) -> int:
        """Of the random requests."""


def about(options: HasOptions) -> Json:
    """The versions, the seed and the options of a run."""
    return {
        "suite": _version(),
        "contract": str(CONTRACT.document["info"]["version"]),
        "python": platform.python_version(),
        "seed": options.seed,
        "options": {name: value for name, value in options.chosen().items() if name not in NOT_SHOWN},
    }


def _version() -> str:
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:  # the folder alone, without an installation
        return "not installed"
