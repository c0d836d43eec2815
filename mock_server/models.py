"""The generated models. In a wheel, generated/models.py itself stands in this place (see pyproject.toml)."""

from generated.models import PhoneProperties, PhonePropertiesUpdate

__all__ = ["PhoneProperties", "PhonePropertiesUpdate"]
