"""Commands as the user can run them: by make, installed, as a module, or by pytest."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contract_tests.target.options import MAKE_MARK, Options, flag

MAKE_TARGETS = {"run": "conformance", "recording": "check-recording"}
"""The targets of the Makefile whose names are not those of the commands."""
CALLED_AS = "PHONE_CONTRACT_CALLED_AS"
"""Tells a process of a load run what stands before the command."""
INSTALLED, MODULE, PYTEST = "phone-contract", "python -m contract_tests", "pytest contract_tests"
_NOT_REPEATED = {"only", "baseline", "report_dir", "state_dir", "header"}
"""Options that a rerun line leaves out; the value of a header is a secret, as the token is."""


@dataclass(frozen=True)
class CommandLine:
    """How this user calls the suite.

    Attributes:
        program: What stands before the command; `make` where the Makefile called.
    """

    program: str = MODULE

    @classmethod
    def of(cls, called_as: str, environment: Mapping[str, str]) -> CommandLine:
        """By the first word of the command line, and by what the Makefile puts into the environment."""
        if MAKE_MARK in environment:
            return cls("make")
        if CALLED_AS in environment:
            return cls(environment[CALLED_AS])
        return cls(INSTALLED if Path(called_as).name.startswith(INSTALLED) else MODULE)

    def text(self, command: str, options: Mapping[str, object]) -> str:
        """A command that can be pasted; values that a shell would read are quoted."""
        given = {name: str(value) for name, value in options.items()}
        if self.program == "make":
            words = [f"{name.upper()}={shlex.quote(value)}" for name, value in given.items()]
            return " ".join(["make", MAKE_TARGETS.get(command, command), *words])
        is_test = self.program == PYTEST and command == "run"
        program = self.program if is_test else f"{MODULE if self.program == PYTEST else self.program} {command}"
        return " ".join([program, *(f"--{flag(name)} {shlex.quote(value)}" for name, value in given.items())])

    def restore(self, base_url: str, extension_id: str, state_dir: str = "") -> str:
        """The command that restores the original values of an extension."""
        where = {"base_url": base_url, "extension_id": extension_id}
        return self.text("restore", where | ({"state_dir": state_dir} if state_dir else {}))

    def rerun(self, options: Options) -> str:
        """The command that judges one requirement again; `{}` stands for its id."""
        given = {name: value for name, value in options.chosen().items() if name not in _NOT_REPEATED}
        return f"{self.text('run', given | {'fuzz_examples': options.fuzz_examples})} {self._only()}"

    def _only(self) -> str:
        return "ONLY={}" if self.program == "make" else "--only {}"
