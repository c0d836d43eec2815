"""The generated models. In a wheel, generated/models.py itself stands in this place (see pyproject.toml)."""

from generated.models import *  # noqa: F403 - the contract names the schemas
