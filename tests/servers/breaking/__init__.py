"""Servers that break a stated or shown sentence; each of them must be given a failure."""

from . import access, bundles, documents, identity, numbers, refusals, systematic, texts, updates

__all__ = ["access", "bundles", "documents", "identity", "numbers", "refusals", "systematic", "texts", "updates"]
