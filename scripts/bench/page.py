"""docs/bench.md: each job writes its own part, between two comments."""

from __future__ import annotations

import re
from pathlib import Path


def write_part(file: Path, job: str, lines: list[str]) -> None:
    """Replace the part of a job; append it if the page has none."""
    begin, end = f"<!-- {job} wrote this part -->", f"<!-- end of {job} -->"
    text = "\n".join([begin, *lines, end])
    page = file.read_text(encoding="utf-8") if file.exists() else ""
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page = found.sub(lambda _: text, page) if found.search(page) else f"{page.rstrip()}\n\n{text}\n".lstrip()
    file.write_text(page, encoding="utf-8")
