"""The generated models. A wheel contains generated/models.py in place of this file (see pyproject.toml)."""

from generated.models import *  # noqa: F403 - the contract names the schemas
