"""The released versions of the contract, and what changed from one to the next."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contract_tests.contract.document import Contract
from contract_tests.contract.json_values import Json
from scripts.contract_diff.change import Change
from scripts.contract_diff.compare import changes
from scripts.contract_diff.versions import NoContractError, read_file_or_revision

UNRELEASED = "unreleased"


@dataclass(frozen=True)
class Release:
    """A version of the contract.

    Attributes:
        name: Its git tag, or `unreleased`.
        document: The contract; None if the tag has none that can be read.
        before: The name of the version before; "" for the first one.
        changes: What differs from the version before, the breaking changes first.
    """

    name: str
    document: Mapping[str, Json] | None
    before: str = ""
    changes: Sequence[Change] = ()

    @property
    def is_compared(self) -> bool:
        """Whether there is a version before, and both can be read."""
        return bool(self.before)


def releases(contract: Contract) -> list[Release]:
    """Return the tagged versions in the git repository of the contract and the contract itself, newest first.

    The contract itself is left out where it is the newest tagged version.
    """
    known = [*(_tagged(contract, tag) for tag in _tags(contract)), Release(UNRELEASED, contract.document)]
    compared = [known[0], *(_compared(*pair) for pair in pairwise(known))]
    if len(compared) > 1 and compared[-1].is_compared and not compared[-1].changes:
        compared.pop()
    return compared[::-1]


def _compared(old: Release, new: Release) -> Release:
    if old.document is None or new.document is None:
        return new
    found = changes(old.document, new.document)
    return Release(new.name, new.document, old.name, [change for change in found if not _is_the_version(change)])


def _is_the_version(change: Change) -> bool:
    return change.place == "info" and change.what.startswith("version: ")


def _tagged(contract: Contract, tag: str) -> Release:
    try:
        return Release(tag, read_file_or_revision(f"refs/tags/{tag}", contract.path))
    except NoContractError:
        return Release(tag, None)


def _tags(contract: Contract) -> Iterator[str]:
    """Yield the tags of versions, the oldest first; none where there is no git repository."""
    command = ["git", "tag", "--list", "v[0-9]*", "--sort=version:refname"]
    try:
        listed = subprocess.run(command, cwd=contract.path.parent, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return
    yield from listed.stdout.split()
