"""The parts of the contract, `openapi.yaml`, that the mock uses. Nothing of the contract is repeated in code."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import MISSING, BaseModel
from pydantic_core import PydanticUndefined, to_jsonable_python

from mock_server import models

# The C parser is ten times faster. It does not exist where PyYAML was built without libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ROOT = Path(__file__).resolve().parents[1]
# In a wheel, the contract is in a package of its own.
_INSTALLED_FILE = ROOT / "phone_properties_contract" / "openapi.yaml"
IN_REPO = not _INSTALLED_FILE.is_file()
OPENAPI_FILE = ROOT / "openapi.yaml" if IN_REPO else _INSTALLED_FILE
_TEXT = OPENAPI_FILE.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.load(_TEXT, Loader=_LOADER)  # noqa: S506 (both loaders are safe)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]

BASE_PATH = urlsplit(DOCUMENT["servers"][0]["url"]).path
_RESOURCE = DOCUMENT["x-resource"]
PATH: str = _RESOURCE["path"]
METHODS = tuple(method.upper() for method in _RESOURCE["operations"])
TOKEN_PATH: str = DOCUMENT["components"]["securitySchemes"]["OAuth2"]["flows"]["clientCredentials"]["tokenUrl"]
_EXTENSION_IDS: list[dict[str, Any]] = DOCUMENT["components"]["parameters"]["ExtensionId"]["schema"]["anyOf"]

_ANSWER, _UPDATE = (_RESOURCE[part].rpartition("/")[2] for part in ("answer", "update"))
ANSWER_SCHEMA: dict[str, Any] = SCHEMAS[_ANSWER]
AnswerModel: type[BaseModel] = getattr(models, _ANSWER)
UpdateModel: type[BaseModel] = getattr(models, _UPDATE)

_UNSET = ANSWER_SCHEMA["x-unset-value"]["value"]
# All properties of an extension on which nothing is set, in the order of the contract.
FRESH: dict[str, Any] = {
    name: _UNSET if field.default in (PydanticUndefined, MISSING) else to_jsonable_python(field.default)
    for name, field in AnswerModel.model_fields.items()
}


def is_extension_id(text: str) -> bool:
    """Tell whether a segment of a path is an extension id: a number as JSON writes it, or a word of the contract."""
    if any(text == branch.get("const") for branch in _EXTENSION_IDS):
        return True
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(2**63)) and str(int(text)) == text
    return is_number and any(branch.get("minimum", 2**63) <= int(text) < 2**63 for branch in _EXTENSION_IDS)
