"""Build the documentation site into the given folder."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.docs.site import build
from scripts.node_packages import NotRunError


def main(output: str) -> int:
    """Run the job; returns its exit code."""
    try:
        build(Path(output))
    except NotRunError as error:
        print(f"docs: {error}", file=sys.stderr)
        return 2
    print(f"{output}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
