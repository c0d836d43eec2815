"""The index of the search: a record for each part of a page that has an id."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

HEADINGS = {"h1", "h2", "h3", "h4"}
PARTS = HEADINGS | {"article", "section", "tr"}
"""The elements that begin a record, if they have an id."""
SILENT = {"script", "form", "dialog", "legend", "label"}
"""The elements whose text is no content."""
ASIDE = {"type", "risk", "muted"}
"""The classes of what stands in a heading and is not a part of the title."""
INLINE = {"a", "code", "em", "small", "span", "strong", "wbr"}
"""The elements that do not end a word."""
Record = dict[str, str]


def records(pages: Mapping[str, str], titles: Mapping[str, str]) -> list[Record]:
    """Return the records of all pages.

    Args:
        pages: The HTML of each page.
        titles: The title of each page.
    """
    return [
        {"page": titles[name], **record, "url": f"{name}.html{record['url']}"}
        for name, markup in pages.items()
        for record in _Parts(titles[name], markup).found
    ]


class _Parts(HTMLParser):
    """The parts of one page."""

    def __init__(self, title: str, markup: str) -> None:
        super().__init__()
        self._is_content = False
        self._silent = 0
        self._heading = ""
        self._is_aside = False
        self._records: list[Record] = [{"url": "", "title": title, "text": ""}]
        self.feed(markup)

    @property
    def found(self) -> list[Record]:
        """The records, without the parts that have no text of their own."""
        shortened = [{key: " ".join(value.split()) for key, value in record.items()} for record in self._records]
        return [record for record in shortened if record["title"]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "main":
            self._is_content = True
        id_ = dict(attrs).get("id")
        if self._is_content and tag in PARTS and id_:
            self._records.append({"url": f"#{id_}", "title": "", "text": ""})
        self._silent += tag in SILENT
        self._end_word(tag)
        if tag == "span":
            self._is_aside = bool(ASIDE & {*(dict(attrs).get("class") or "").split()})
        if tag in HEADINGS | {"th"} and not self._records[-1]["title"]:
            self._heading = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "main":
            self._is_content = False
        self._silent -= tag in SILENT
        self._end_word(tag)
        if tag == self._heading:
            self._heading = ""
        if tag == "span":
            self._is_aside = False

    def handle_data(self, data: str) -> None:
        if self._is_content and not self._silent:
            self._records[-1]["title" if self._heading and not self._is_aside else "text"] += data

    def _end_word(self, tag: str) -> None:
        if tag not in INLINE:
            self.handle_data(" ")
