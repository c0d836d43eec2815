"""Options that only a whole run has, checked before anything is sent."""

from __future__ import annotations

import math
from pathlib import Path

from contract_tests.client.request_budget import MIN_RATE
from contract_tests.errors import UsageError
from contract_tests.observe.snapshot import Snapshot
from contract_tests.target.options import Options
from contract_tests.target.target import Target

MAX_TIMEOUT = 60
"""Seconds: what takes longer is no answer for a user of a telephone either."""


def check_numbers(options: Options) -> None:
    """Check the ranges of the numbers.

    Raises:
        UsageError: One is outside.
    """
    if options.fuzz_examples < 0:
        raise UsageError(f"--fuzz-examples {options.fuzz_examples}: expected 0 or more")
    if options.max_requests < 0:
        raise UsageError(f"--max-requests {options.max_requests}: expected 0 or more")
    if not 0 < options.timeout <= MAX_TIMEOUT:
        raise UsageError(f"--timeout {options.timeout:g}: expected seconds, more than 0 and at most {MAX_TIMEOUT}")
    rate = options.rate_limit
    if rate and not MIN_RATE <= rate < math.inf:
        raise UsageError(f"--rate-limit {rate:g}: expected requests a second, such as 5 or 0.5")


def refuse_unfinished(target: Target, folder: Path) -> None:
    """Refuse to write to an extension that an earlier run left changed: its settings are not the original ones.

    Raises:
        UsageError: It was left changed.
    """
    file = folder / Snapshot.of(target, {}).name
    if target.may_write and file.exists():
        raise UsageError(
            f"extension {target.extension_id} was left changed by a run that broke off: restore it first with "
            f"`make restore REPORT_DIR={folder}`, or remove {file} if you did that yourself"
        )
