"""Markdown as HTML: the pages that people write, and the texts of the contract."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import MutableMapping, Sequence
from itertools import count
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from contract_tests.report.html import LEVELS

_CLASSES = HtmlFormatter(nowrap=True, classprefix="h-")


class _Renderer(RendererHTML):
    """HTML as the style sheet of the site expects it."""

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: MutableMapping[str, Any]) -> str:
        """Show evidence as a label; number the groups of samples and the tables."""
        env.setdefault("groups", count(1))
        env.setdefault("tables", Counter())
        html = super().render(tokens, options, env).replace("</table>", "</table></div>")
        # The policy of the pages refuses inline styles.
        html = html.replace('style="text-align:right"', 'class="number"')
        return re.sub(rf"\(?<em>({'|'.join(LEVELS)})</em>\)?", _chip, html)

    def fence(
        self,
        tokens: Sequence[Token],
        index: int,
        options: OptionsDict,  # noqa: ARG002 - markdown-it passes it
        env: MutableMapping[str, Any],
    ) -> str:
        """Show code; blocks in a row that have a label are tabs."""
        labelled = [bool(_label(token)) for token in tokens]
        if not labelled[index]:
            return code(tokens[index].content, tokens[index].info)
        if index and labelled[index - 1]:
            return ""
        after = [*labelled[index:], False].index(False)
        group = tokens[index : index + after]
        return tabs([(_label(token), token.content, token.info.split()[0]) for token in group], next(env["groups"]))

    def heading_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Give each heading below the title an id."""
        if tokens[index].tag != "h1":
            tokens[index].attrSet("id", slug(tokens[index + 1].content))
        return self.renderToken(tokens, index, options, env)

    def table_open(
        self,
        tokens: Sequence[Token],
        index: int,
        options: OptionsDict,  # noqa: ARG002 - markdown-it passes it
        env: MutableMapping[str, Any],
    ) -> str:
        """Put a table into a box that scrolls, with the name of its section."""
        before = [tokens[at + 1].content for at in range(index) if tokens[at].type == "heading_open"]
        name = before[-1] if before else "Table"
        env["tables"][name] += 1
        label = name if env["tables"][name] == 1 else f"{name} ({env['tables'][name]})"
        return f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0"><table>\n'

    def link_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        """Lead from page to page; in Markdown the same link leads from file to file."""
        target = str(tokens[index].attrGet("href"))
        tokens[index].attrSet("href", re.sub(r"^(\w+)\.md(?=#|$)", r"\1.html", target))
        return self.renderToken(tokens, index, options, env)


_markdown = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")


def prose(text: str) -> Markup:
    """Return a text of several paragraphs as HTML."""
    return Markup(_markdown.render(text))  # noqa: S704 - markdown-it escapes the HTML of these texts


def line(text: str) -> Markup:
    """Return a text as HTML without a paragraph around it."""
    return Markup(_markdown.renderInline(text.strip()))  # noqa: S704 - see above


def code(text: str, syntax: str = "") -> Markup:
    """Return a block of code, coloured by its syntax."""
    shown = highlight(text, get_lexer_by_name(syntax), _CLASSES).rstrip() if syntax else escape(text.rstrip())
    return Markup(f'<div class="code"><pre tabindex="0"><code>{shown}</code></pre></div>\n')  # noqa: S704 - escaped


def tabs(group: Sequence[tuple[str, str, str]], number: int | str) -> Markup:
    """Return blocks of code, each with a label and a syntax, of which one is shown; it works without a script."""
    name = f"sample-{number}"
    choices = "".join(
        f'<input type="radio" name="{name}" id="{name}-{index}" data-label="{label}"{"" if index else " checked"}>'
        f'<label for="{name}-{index}">{label}</label>'
        for index, (label, _, _) in enumerate(group)
    )
    panels = "".join(f'<div class="panel">{code(text, syntax)}</div>' for _, text, syntax in group)
    legend = '<legend class="unseen">Language of the sample</legend>'
    return Markup(f'<fieldset class="tabs">{legend}{choices}{panels}</fieldset>\n')  # noqa: S704 - labels are ours


def slug(heading: str) -> str:
    """Return the id of a heading, by the rule of GitHub."""
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")


def _label(token: Token) -> str:
    return token.info.partition(" ")[2] if token.type == "fence" else ""


def _chip(match: re.Match[str]) -> str:
    level = match[1]
    return f'<span class="evidence {level}" title="{LEVELS[level]}">{level}</span>'
