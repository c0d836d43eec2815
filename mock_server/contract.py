"""What the mock takes from the contract, `openapi.yaml`, so that nothing of it is written twice."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import MISSING
from pydantic_core import PydanticUndefined, to_jsonable_python

from mock_server.models import PhoneProperties

# The parser in C reads the contract ten times faster; it is missing where PyYAML was built without libyaml.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ROOT = Path(__file__).resolve().parents[1]
# A wheel has no top folder, so it holds the contract once, in the suite's package.
_INSTALLED_FILE = ROOT / "contract_tests" / "openapi.yaml"
IN_REPO = not _INSTALLED_FILE.is_file()
OPENAPI_FILE = ROOT / "openapi.yaml" if IN_REPO else _INSTALLED_FILE
_TEXT = OPENAPI_FILE.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.load(_TEXT, Loader=_LOADER)  # noqa: S506 (both loaders are safe)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]

BASE_PATH = urlsplit(DOCUMENT["servers"][0]["url"]).path
PATH, _PATH_ITEM = next(iter(DOCUMENT["paths"].items()))
METHODS = tuple(key.upper() for key in _PATH_ITEM if key in {"get", "put", "post", "patch", "delete"})
TOKEN_PATH: str = DOCUMENT["components"]["securitySchemes"]["OAuth2"]["flows"]["clientCredentials"]["tokenUrl"]
EXTENSION_ID = re.compile(DOCUMENT["components"]["parameters"]["ExtensionId"]["schema"]["pattern"])

_UNSET = SCHEMAS["PhoneProperties"]["x-unset-value"]["value"]
# A never configured extension, in the contract's order of properties.
FRESH: dict[str, Any] = {
    name: _UNSET if field.default in (PydanticUndefined, MISSING) else to_jsonable_python(field.default)
    for name, field in PhoneProperties.model_fields.items()
}
