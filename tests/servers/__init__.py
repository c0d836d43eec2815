"""Independent servers that the suite is judged by.

Nothing in this package knows the suite, the mock or the contract: the servers are written from the
vendor's page alone, so that they do not share a misreading with the thing that they judge.

* `CONFORMING`: keep every sentence of the page, each in its own way where the page is silent.
* `BREAKING`: each breaks a stated or shown sentence, as a real programmer would.
* `SYSTEMATIC`: one property at a time: a wrong default, a wrong type, a PUT that is lost.
* `FIELD`: what happens in the field, with the result that is owed.
"""

from . import breaking, conforming, field
from .core import Server
from .owed import Owed
from .registry import BREAKING, CONFORMING, FAMILIES, FIELD, SYSTEMATIC
from .serving import Running, find, serve

__all__ = [
    "BREAKING",
    "CONFORMING",
    "FAMILIES",
    "FIELD",
    "SYSTEMATIC",
    "Owed",
    "Running",
    "Server",
    "breaking",
    "conforming",
    "field",
    "find",
    "serve",
]
