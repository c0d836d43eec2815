"""A row of a Markdown table."""


def cells(*texts: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(texts)} |"
