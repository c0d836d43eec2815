"""Validation against the generated models."""

from typing import Any

from pydantic import BaseModel, ValidationError

from mock_server.contract import UpdateModel


def validate_update(document: dict[str, Any]) -> dict[str, Any]:
    """Check a whole update and give the properties that it sets, as JSON values.

    Keys that the contract does not know are accepted and ignored, also nested ones: both schemas are open.

    Raises:
        ValidationError: A value is invalid.
    """
    return set_properties(UpdateModel.model_validate(document, extra="ignore"))


def set_properties(model: BaseModel) -> dict[str, Any]:
    """Give the top-level properties that a model was given, as JSON values; what lies below is given whole."""
    return model.model_dump(mode="json", include=model.model_fields_set)


def describe(error: ValidationError) -> str:
    """Tell in one line which value is invalid, and why; the value itself is not repeated."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part)[:64] for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
