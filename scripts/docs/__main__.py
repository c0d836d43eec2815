"""Build the documentation site into the given folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import urlsplit

from scripts.docs.site import build
from scripts.node_packages import NotRunError


def main(arguments: list[str] | None = None) -> int:
    """Run the job; returns its exit code."""
    parser = argparse.ArgumentParser(prog="docs", description=__doc__)
    parser.add_argument("output", type=Path, help="the folder; everything else in it is deleted")
    parser.add_argument("--site-url", type=_url, default="", help="where the site is published")
    options = parser.parse_args(arguments)
    try:
        build(options.output, site_url=options.site_url)
    except NotRunError as error:
        print(f"docs: {error}", file=sys.stderr)
        return 2
    print(f"{options.output}/index.html")
    return 0


def _url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment):
        raise argparse.ArgumentTypeError(f"{text!r}: give a URL, such as https://docs.example.com/phone/")
    return text


if __name__ == "__main__":
    sys.exit(main())
