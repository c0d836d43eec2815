"""The pages of the site, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        title: Its name in the navigation.
        section: The part of the navigation that it is in.
        summary: What a reader finds there, in one sentence.
    """

    title: str
    section: str
    summary: str


PAGES: Mapping[str, Page] = {
    "index": Page("Overview", "", "The resource, its two operations, and where to read on."),
    "quickstart": Page("Quick start", "Guides", "Get a token, read all settings, and change one."),
    "authentication": Page("Authentication and tokens", "Guides", "How to get a token, send it, and renew it."),
    "errors": Page("Errors and limits", "Guides", "Every status code, what to do about it, and the request budget."),
    "values": Page("Null, 0 and absent", "Guides", "What a request changes, and what null and 0 mean."),
    "bundle": Page("Bundle", "Guides", "Read and change the internal numbers that belong together."),
    "recordings": Page("Recording formats", "Guides", "The format of recorded calls, and the size of the files."),
    "reference": Page("Reference", "API", "Both operations, and every property with its evidence and risk."),
    "browser": Page("Try it", "API", "Send requests from the browser, and see what a change does before it is sent."),
    "conformance": Page("Conformance", "Tests", "What the test suite requires of a server."),
    "coverage": Page("Coverage", "Tests", "Which sentence of the provider's page is tested, and by what."),
    "changelog": Page("Changes of the contract", "Changes", "What changed between the versions of the contract."),
    "tools": Page("Changes of the programs", "Changes", "What changed in the programs around the contract."),
}
"""The pages by file name."""
LESS_SOUGHT = {"Tests", "Changes"}
"""The sections whose pages repeat the names of all properties; the search shows them after the others."""
SECTIONS: Mapping[str, Mapping[str, Page]] = {
    section: {name: page for name, page in PAGES.items() if page.section == section}
    for section in dict.fromkeys(page.section for page in PAGES.values())
}
"""The pages by section."""
