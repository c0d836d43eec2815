"""Validation against the generated models."""

from typing import Any

from pydantic import BaseModel, ValidationError

from mock_server.contract import UpdateModel


def validate_update(document: dict[str, Any]) -> dict[str, Any]:
    """Validate a whole update; returns the properties that it sets, as JSON values.

    Keys that the contract does not declare are ignored, nested keys too: both schemas are open.

    Raises:
        ValidationError: A value is invalid.
    """
    return set_properties(UpdateModel.model_validate(document, extra="ignore"))


def set_properties(model: BaseModel) -> dict[str, Any]:
    """Return the top-level properties that are set on a model, as JSON values; each value is complete."""
    return model.model_dump(mode="json", include=model.model_fields_set)


def describe(error: ValidationError) -> str:
    """Say in one line which value is invalid, and why; the line does not contain the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    location = ".".join(str(part)[:64] for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{location}: {message}" if location else message
