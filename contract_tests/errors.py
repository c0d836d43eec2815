"""Why a run cannot begin, or ends before its end."""

import argparse
from typing import NoReturn

USAGE = 4
"""Exit code: an option is wrong; pytest has the same."""


class UsageError(Exception):
    """An option is wrong; the message names it and the remedy."""


class StoppedError(Exception):
    """Nothing further can be judged; the message says why."""


class Parser(argparse.ArgumentParser):
    """Tells a wrong option in one line."""

    def error(self, message: str) -> NoReturn:
        """End the command."""
        self.exit(USAGE, f"{self.prog}: {message}\n")
