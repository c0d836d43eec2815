"""Servers that keep every sentence of the page; none of them may be given a failure."""

from . import access, answers, forms, limits, transport, values

__all__ = ["access", "answers", "forms", "limits", "transport", "values"]
