"""The code samples: both operations and the request for a token, in each language.

A sample reads the base URL and the credentials from the environment, so that it runs as it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.contract.document import Contract, resolve
from contract_tests.contract.property import Property

HERE = Path(__file__).parent / "samples"
TASKS = ("token", "get", "put")


@dataclass(frozen=True)
class Language:
    """A language, or a library, of the samples.

    Attributes:
        name: The name of its template.
        label: Its name on a page.
        syntax: What it is written in, as the first word of a code block in Markdown.
    """

    name: str
    label: str
    syntax: str


LANGUAGES = (
    Language("curl", "cURL", "sh"),
    Language("python_client", "Python client", "python"),
    Language("typescript_client", "TypeScript client", "ts"),
    Language("requests", "Python requests", "python"),
    Language("fetch", "JavaScript fetch", "js"),
)


@dataclass(frozen=True)
class Sample:
    """A program in one language."""

    language: Language
    source: str


def samples(contract: Contract) -> Mapping[str, Sequence[Sample]]:
    """Return the samples of each task."""
    environment = Environment(  # noqa: S701 - programs, not HTML; a template escapes them
        loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    changed = harmless(contract)
    value = changed.schema["examples"][0]
    extension_id = example_id(contract)
    variables = {
        "base_path": contract.base_path,
        "token_path": contract.token_path,
        "path": contract.path_to(extension_id),
        "id": extension_id,
        "property": changed.name,
        "value": value,
        "change": {changed.name: value},
    }
    templates = {
        language: environment.get_template(f"{language.name}.jinja").make_module(variables) for language in LANGUAGES
    }
    return {
        task: [Sample(language, str(getattr(module, task)()).strip()) for language, module in templates.items()]
        for task in TASKS
    }


def harmless(contract: Contract) -> Property:
    """Return the property that the samples change: the first text whose change is of low risk."""
    return next(
        known
        for known in contract.properties.values()
        if known.risk == "low" and isinstance(known.schema["examples"][0], str)
    )


def example_id(contract: Contract) -> str:
    """Return the id of an extension that the contract gives as example."""
    [parameter] = resolve(contract.document, contract.document["paths"][contract.resource_path]["put"]["parameters"])
    return str(parameter["example"])
