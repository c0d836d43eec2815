"""The page `docs/tools.md`, from the results of the job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scripts.tools.generators import EDIT, GO_CORRECTION, Trial
from scripts.tools.installed import EDITIONS
from scripts.tools.loaders import Loading
from scripts.tools.steps import EXPECTED

INTRODUCTION = """# Tools that read the contract

`make tools` writes this page from what it runs. It tries both editions of the contract: `openapi.yaml` (OpenAPI 3.1)
and [`generated/openapi-3.0.yaml`](../generated/openapi-3.0.yaml) (3.0.3). Take `openapi.yaml` if your tool takes both.
"""
ABOUT_GENERATORS = """## Code generators

A program of each generated client sent requests to the mock. ✓: the client read exactly the value of the column.
A number refers to the note below the table: what the program printed instead.
"""
MEANING = {
    "text": 'a PIN, `"0042"`',
    "false": "a switch that is set to `false`",
    "enum": "`record_format` set to `mp3`",
    "null": "`record_format` set to null",
    "absent": "`record_format` still `mp3` after a change of another property",
    "int64 set": "2^63 - 1, sent by the client",
    "int64 read": "2^63 - 1, set by another client",
    "bundle": "a bundle with two entries",
    "unknown enum value": "a `record_format` that the contract does not know yet, in an answer",
    "401": "status code and error body for a wrong token",
    "404": "status code and error body for an unknown extension",
}
ABOUT_LANGUAGES = f"""\
JavaScript has no exact number above 2^53 - 1, so no TypeScript client here can send or read 2^63 - 1. The contract
states no bound beside `format: int64`, because tools in JavaScript would show it as another number.

`openapi-generator` says of 3.1 that its support is beta, and of one schema name that it changes it. Both are harmless.
A package that neither npm nor PyPI has is replaced by a stub:

| client | stub | correction of the generated code |
|---|---|---|
| Go | `golang.org/x/oauth2`: two types and one method | defaults that Go does not compile: see below |
| Java | `jackson-databind-nullable`, `jakarta.annotation-api` | none |
| orval | none | its functions send to relative URLs: the program gives them the server |
| swagger-typescript-api | none | the program names the media types; option `--generate-union-enums` |

The zero value of Go is right where this line, which covers both editions, removes a default:

```sh
{" ".join(EDIT)} '{GO_CORRECTION}' model_*.go
```

Other generators of `openapi-generator` 7.26.0. Their code was read, and not run:

| generator | null and absent |
|---|---|
| `java` (okhttp-gson, its default library), `kotlin` | null is not sent: a setting cannot be cleared |
| `csharp` | told apart (`Option<T>`) |
"""
ABOUT_LOADERS = """## Validators, linters, pages, mocks and test tools

A linter counts only if it has no finding, or each one is explained. A page counts if it shows each property, each
member of an enum and each number that is a default, without an error.
"""


def page(trials: Sequence[Trial], loadings: Sequence[Loading], ran_with: Iterable[str]) -> str:
    """Return the text of the page."""
    notes: list[str] = []
    generators = _generators(trials, notes)
    parts = [
        INTRODUCTION,
        f"Ran with {', '.join(ran_with)}.\n",
        ABOUT_GENERATORS,
        _table(["generator", "version", "OpenAPI", *EXPECTED], generators),
        "".join(f"{number}. {note}\n" for number, note in enumerate(notes, 1)),
        _table(["column", "meaning"], MEANING.items()),
        ABOUT_LANGUAGES,
        ABOUT_LOADERS,
        _table(["tool", "version", "what it does", *EDITIONS, "remark"], _loaders(loadings)),
    ]
    return "\n".join(part for part in parts if part)


def _generators(trials: Sequence[Trial], notes: list[str]) -> list[list[str]]:
    def note(text: str) -> str:
        if text not in notes:
            notes.append(text)
        return str(notes.index(text) + 1)

    rows = []
    for trial in trials:
        if trial.reason:
            cells = [note(_code(trial.reason))] * len(EXPECTED)
        else:
            cells = [cell if cell == "✓" else note(_code(cell)) for cell in (trial.cells[step] for step in EXPECTED)]
        rows.append([trial.generator, trial.version, trial.edition, *cells])
    return rows


def _loaders(loadings: Sequence[Loading]) -> Iterator[list[str]]:
    for tool in dict.fromkeys(loading.tool for loading in loadings):
        of_tool = {loading.edition: loading for loading in loadings if loading.tool == tool}
        first = next(iter(of_tool.values()))
        outcomes = [of_tool[edition].outcome for edition in EDITIONS]
        remarks = {edition: of_tool[edition].remark for edition in EDITIONS if of_tool[edition].remark}
        if len(remarks) == len(EDITIONS) and len(set(remarks.values())) == 1:
            remark = first.remark
        else:
            remark = "; ".join(f"{edition}: {text}" for edition, text in remarks.items())
        yield [tool, first.version, first.use, *outcomes, remark]


def _code(text: str) -> str:
    return f"`{text[:200].replace('`', '')}`"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
