"""Faulty versions of the contract, each with one fault, by the rule that refuses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scripts.contract_lint.pointer import resolve

Change = Callable[[dict[str, Any]], object]

PATH = "#/paths/~1extension~1{extension_id}~1phone~1"
GET = f"{PATH}/get"
SCHEMAS = "#/components/schemas"
RESOURCE = f"{SCHEMAS}/PhoneProperties"
UPDATE = f"{SCHEMAS}/PhonePropertiesUpdate"
BODY = "#/components/requestBodies/PhonePropertiesUpdate"
ACTIVE = f"{SCHEMAS}/BundleEntry/properties/active"
NOT_FOUND = "#/components/responses/NotFound/content/application~1json"
ANSWER = "#/components/responses/PhoneProperties/content/application~1json/examples/afterBindingExternalNumber/value"


def put(pointer: str, members: dict[str, Any]) -> Change:
    """Set members of the object at the pointer."""
    return lambda document: resolve(document, pointer).update(members)


def drop(pointer: str, key: str) -> Change:
    """Remove a member of the object at the pointer."""
    return lambda document: resolve(document, pointer).pop(key)


def both(*changes: Change) -> Change:
    """Make several changes."""
    return lambda document: [change(document) for change in changes]


def ref(schema: str) -> dict[str, str]:
    """Refer to a schema."""
    return {"$ref": f"{SCHEMAS}/{schema}"}


FAULTS: dict[str, dict[str, Change]] = {
    "reference-resolves": {
        "name that does not exist": put(f"{RESOURCE}/properties", {"label": ref("Lable")}),
        "file": put(NOT_FOUND, {"schema": {"$ref": "errors.yaml#/Error"}}),
        "address": put(NOT_FOUND, {"schema": {"$ref": "https://example.org/error.json"}}),
        "circle": put(f"{SCHEMAS}/Label", ref("Label")),
    },
    "document-is-valid-openapi": {
        "version 3.0": put("#", {"openapi": "3.0.3"}),
        "response without description": drop("#/components/responses/NotFound", "description"),
        "path parameter that nobody declares": put(GET, {"parameters": []}),
        "operationId used twice": put(GET, {"operationId": "updatePhoneProperties"}),
    },
    "schema-is-valid": {
        "properties as a list": put(f"{SCHEMAS}/Error", {"properties": ["status"]}),
        "bad regular expression": put(f"{SCHEMAS}/GeoList", {"pattern": "(("}),
        "unquoted null as a type": put(f"{SCHEMAS}/Label", {"type": ["string", None]}),
        "unknown type": put(f"{SCHEMAS}/Label", {"type": "text"}),
        "unknown type in a header": put("#/components/headers/Allow/schema", {"type": "text"}),
    },
    "extension-has-its-shape": {
        "unknown evidence": put(f"{SCHEMAS}/BundleEntry/x-evidence", {"type": "seen"}),
        "unknown risk": put(f"{SCHEMAS}/Label", {"x-risk": "none"}),
        "group of one": put(f"{SCHEMAS}/HoldMusic", {"x-equal-values": [[0]]}),
        "resource without a schema": drop("#/x-resource", "update"),
        "resource that cannot be changed": put("#/x-resource", {"operations": ["get"]}),
        "operation that is no method": put("#/x-resource", {"operations": ["get", "put", "fetch"]}),
        "misspelt word of the resource": put("#/x-resource", {"answers": RESOURCE}),
        "unset value without evidence": put(RESOURCE, {"x-unset-value": {"value": None}}),
    },
    "resource-is-named": {
        "missing": drop("#", "x-resource"),
    },
    "resource-exists": {
        "path that does not exist": put("#/x-resource", {"path": "/extension/{extension_id}/fax/"}),
        "operation that does not exist": put("#/x-resource", {"operations": ["get", "put", "patch"]}),
        "operation that is gone": drop(PATH, "put"),
        "answer that does not exist": put("#/x-resource", {"answer": f"{SCHEMAS}/FaxProperties"}),
        "update that does not exist": put("#/x-resource", {"update": f"{SCHEMAS}/FaxPropertiesUpdate"}),
        "name without its place": put("#/x-resource", {"answer": "PhoneProperties"}),
        "schema of one property": put("#/x-resource", {"update": f"{SCHEMAS}/Label"}),
    },
    "operation-carries-the-resource": {
        "another answer": put(
            "#/components/responses/PhoneProperties/content/application~1json", {"schema": ref("Error")}
        ),
        "no answer of 200": both(
            put(f"{GET}/responses", {"201": {"$ref": "#/components/responses/PhoneProperties"}}),
            drop(f"{GET}/responses", "200"),
        ),
        "the schemas the wrong way round": put("#/x-resource", {"answer": UPDATE, "update": RESOURCE}),
        "another body": put(f"{BODY}/content/application~1json", {"schema": {"$ref": RESOURCE}}),
        "no body": drop(f"{PATH}/put", "requestBody"),
    },
    "default-is-valid": {
        "not in the enum": put(f"{RESOURCE}/properties/auth_type", {"default": "password"}),
        "text for a number": put(f"{RESOURCE}/properties/hangup_timeout", {"default": "60"}),
        "null not allowed": put(f"{RESOURCE}/properties/vm_enabled", {"default": None}),
        "member missing": put(f"{RESOURCE}/properties/bundle", {"default": {"bundle_id": None}}),
    },
    "example-is-valid": {
        "of a schema": put(f"{SCHEMAS}/GeoList", {"examples": ["de"]}),
        "of a schema, the old word": put(f"{SCHEMAS}/GeoList", {"example": "de"}),
        "of a schema, by format": put(f"{SCHEMAS}/Label", {"format": "email"}),
        "of a body": put(NOT_FOUND, {"example": {"status": 404}}),
        "of a body, deep": put(f"{ANSWER}/bundle/bundle_list/124", {"active": "no"}),
        "of a body, member missing": drop(ANSWER, "geo_list"),
        "of a parameter": put("#/components/parameters/ExtensionId", {"example": "54"}),
        "of a header": put("#/components/headers/RateLimitReset", {"example": "soon"}),
    },
    "declared-null-is-valid": {
        "enum": both(
            put(f"{SCHEMAS}/NetworkPermissionGroupId", {"enum": [0, 1]}),
            put(f"{SCHEMAS}/NetworkPermissionGroupId/x-evidence", {"enum": "inferred"}),
        ),
        "enum beside alternatives": both(
            put(f"{SCHEMAS}/VmEnabled", {"anyOf": [{"type": "boolean"}, {"type": "null"}], "enum": [True, False]}),
            put(f"{SCHEMAS}/VmEnabled/x-evidence", {"anyOf": "stated", "enum": "inferred"}),
            drop(f"{SCHEMAS}/VmEnabled", "type"),
        ),
        "enum of a member": both(
            put(ACTIVE, {"type": ["boolean", "null"], "enum": [True, False]}),
            put(f"{ACTIVE}/x-evidence", {"enum": "inferred"}),
        ),
    },
    "enum-member-is-valid": {
        "null, and the type forbids it": put(f"{SCHEMAS}/AuthType", {"enum": ["digest", "network", "both", None]}),
        "number": put(f"{SCHEMAS}/AuthType", {"enum": ["digest", "network", "both", 1]}),
    },
    "example-of-critical-property-is-reserved": {
        "number": put(f"{SCHEMAS}/ExternalNumber", {"examples": ["+79876543210"]}),
        "number without its plus": put(f"{SCHEMAS}/ExternalNumber", {"examples": ["79876543210"]}),
        "number with blanks": put(f"{SCHEMAS}/ExternalNumber", {"examples": ["+1 202 555 1142"]}),
        "emergency number": put(f"{SCHEMAS}/TransferCallerIdNumber", {"examples": ["112"]}),
        "second of two": put(f"{SCHEMAS}/ExternalNumber", {"examples": ["+12025550142", "+12025550200"]}),
        "address": put(f"{SCHEMAS}/StaticRegAddress", {"examples": ["8.8.8.8:5060"]}),
        "host": put(f"{SCHEMAS}/StaticRegAddress", {"examples": ["sip.example.de:5060"]}),
        "address of IPv6": put(f"{SCHEMAS}/StaticRegAddress", {"examples": ["[2001:4860:4860::8888]:5060"]}),
        "mail": put(f"{SCHEMAS}/VmMailto", {"examples": ["night@example.org,day@example.co"]}),
        "the old word": put(f"{SCHEMAS}/ExternalNumber", {"example": "+79876543210"}),
        "in a body": put(
            f"{BODY}/content/application~1json/examples/bindExternalNumber/value", {"external_number": "+79876543210"}
        ),
        "in an answer": put(ANSWER, {"external_number": "+79876543210"}),
    },
    "equal-value-is-valid": {
        "negative id": put(f"{SCHEMAS}/HoldMusic", {"x-equal-values": [[0, -1]]}),
    },
    "tolerated-value-is-invalid": {
        "unquoted yes": put(f"{SCHEMAS}/RecordStereo", {"x-tolerated-values": [True]}),
    },
    "unset-value-is-valid": {
        "text": put(f"{RESOURCE}/x-unset-value", {"value": ""}),
        "property that takes no null": put(f"{SCHEMAS}/Label", {"type": "string"}),
    },
    "property-has-description": {
        "property": drop(f"{SCHEMAS}/Label", "description"),
        "member of an entry": drop(ACTIVE, "description"),
    },
    "property-has-example": {
        "property": drop(f"{SCHEMAS}/Label", "examples"),
        "member of an entry": drop(ACTIVE, "examples"),
    },
    "property-has-risk": {
        "missing": drop(f"{SCHEMAS}/Label", "x-risk"),
    },
    "property-takes-position-on-null": {
        "property": drop(f"{SCHEMAS}/Label/x-evidence", "null"),
        "member of an entry": drop(f"{ACTIVE}/x-evidence", "null"),
    },
    "constraint-has-evidence": {
        "evidence gone": drop(f"{SCHEMAS}/AuthType/x-evidence", "enum"),
        "new constraint": put(f"{SCHEMAS}/Label", {"maxLength": 64}),
        "constraint gone": drop(f"{SCHEMAS}/GeoList", "pattern"),
        "default": drop(f"{RESOURCE}/properties/vm_enabled", "x-evidence"),
        "keys of a map": drop(f"{SCHEMAS}/BundleList/x-evidence", "propertyNames"),
        "nullable property": both(
            drop(f"{RESOURCE}/properties/record_format/x-evidence", "type"),
            drop(f"{UPDATE}/properties/record_format/x-evidence", "type"),
        ),
        "of a parameter": drop("#/components/parameters/ExtensionId/schema/x-evidence", "anyOf"),
        "of a parameter, none": drop("#/components/parameters/ExtensionId/schema", "x-evidence"),
        "of a header": drop("#/components/headers/RateLimitReset/schema/x-evidence", "minimum"),
        "of a header, none": drop("#/components/headers/Allow/schema", "x-evidence"),
        "of a status code": drop("#/components/responses/NotFound/x-evidence", "status"),
        "of a body": drop("#/components/responses/NotFound/x-evidence", "content"),
        "of headers that are gone": drop("#/components/responses/NotFound", "headers"),
        "of a security scheme": drop("#/components/securitySchemes/BearerAuth/x-evidence", "scheme"),
        "of a token URL": drop("#/components/securitySchemes/OAuth2/flows/clientCredentials/x-evidence", "tokenUrl"),
    },
    "property-name-is-a-word": {
        "number": put(f"{SCHEMAS}/Error/properties", {"124": ref("Label")}),
    },
    "both-schemas-have-the-same-properties": {
        "only read": put(f"{RESOURCE}/properties", {"nickname": ref("Label")}),
        "only changed": put(f"{UPDATE}/properties", {"nickname": ref("Label")}),
        "another component": put(f"{UPDATE}/properties", {"label": ref("ConferencePin")}),
        "inline in one of the two": lambda document: put(
            f"{UPDATE}/properties", {"label": resolve(document, f"{SCHEMAS}/Label")}
        )(document),
        "inline with another description": put(f"{UPDATE}/properties/record_format", {"description": "The format."}),
        "inline with another risk": put(f"{RESOURCE}/properties/record_format", {"x-risk": "low"}),
        "inline with other evidence": put(f"{UPDATE}/properties/record_format/x-evidence", {"null": "inferred"}),
    },
    "bound-is-exact-in-javascript": {
        "of 64 bits": both(
            put(f"{SCHEMAS}/Intercom", {"maximum": 2**63 - 1}),
            put(f"{SCHEMAS}/Intercom/x-evidence", {"maximum": "inferred"}),
        ),
        "of 54 bits": put(f"{SCHEMAS}/Intercom", {"minimum": -(2**53)}),
        "of a header": both(
            put("#/components/headers/RateLimitReset/schema", {"maximum": 2**53}),
            put("#/components/headers/RateLimitReset/schema/x-evidence", {"maximum": "inferred"}),
        ),
    },
    "update-asks-for-nothing": {
        "default": put(f"{UPDATE}/properties/label", {"default": "", "x-evidence": {"default": "inferred"}}),
        "required": put(
            UPDATE, {"required": ["external_number"], "x-evidence": dict.fromkeys(("type", "required"), "inferred")}
        ),
    },
    "shared-component-has-no-default": {
        "enum": both(
            put(f"{SCHEMAS}/AuthType", {"default": "digest"}),
            put(f"{SCHEMAS}/AuthType/x-evidence", {"default": "stated"}),
        ),
        "behind another": both(
            put(f"{SCHEMAS}/RecordFormat", {"default": "mp3"}),
            put(f"{SCHEMAS}/RecordFormat/x-evidence", {"default": "stated"}),
        ),
        "member": both(put(ACTIVE, {"default": True}), put(f"{ACTIVE}/x-evidence", {"default": "stated"})),
    },
    "operation-is-described": {
        "no summary": drop(GET, "summary"),
        "no description": drop(GET, "description"),
        "no operationId": drop(GET, "operationId"),
    },
    "operation-tag-is-declared": {
        "undeclared": put(GET, {"tags": ["Phones"]}),
        "none": drop(GET, "tags"),
    },
    "security-is-declared": {
        "of the document": put("#", {"security": [{"OAuth": []}]}),
        "of an operation": put(GET, {"security": [{"ApiKey": []}]}),
    },
    "server-variable-has-no-description": {
        "described": put("#/servers/0/variables/hostname", {"description": "Host name."}),
    },
    "parameter-is-referred-to-by-operation": {
        "of the path": put(PATH, {"parameters": [{"$ref": "#/components/parameters/ExtensionId"}]}),
        "inline": lambda document: put(GET, {"parameters": [resolve(document, "#/components/parameters/ExtensionId")]})(
            document
        ),
    },
    "extension-is-explained": {
        "misspelt": put(f"{SCHEMAS}/Label", {"x-unti": "letters"}),
        "explanation gone": drop("#/x-vocabulary", "x-unit"),
    },
    "explained-extension-is-used": {
        "unused": put("#/x-vocabulary", {"x-colour": "Colour of the phone."}),
    },
    "keyword-is-known": {
        "nullable": put(f"{SCHEMAS}/Label", {"nullable": True}),
        "misspelt": put(f"{SCHEMAS}/Label", {"maxLenght": 64}),
        "misspelt, deep": put(f"{SCHEMAS}/BundleList/propertyNames", {"patern": "^[0-9]+$"}),
    },
}

REDOCLY_FAULTS: dict[str, dict[str, Change]] = {
    "redocly/struct": {
        "nullable": put(f"{SCHEMAS}/Label", {"nullable": True}),
        "misspelt keyword": put(f"{SCHEMAS}/Label", {"maxLenght": 64}),
        "misspelt word of an operation": put(GET, {"sumary": "Get"}),
    },
    "redocly/no-invalid-media-type-examples": {"of a body": put(NOT_FOUND, {"example": {"status": 404}})},
    "redocly/no-invalid-schema-examples": {"of a schema": put(f"{SCHEMAS}/GeoList", {"examples": ["de"]})},
    "redocly/security-defined": {"undeclared": put("#", {"security": [{"OAuth": []}]})},
    "redocly/no-required-schema-properties-undefined": {"absent": put(f"{SCHEMAS}/Error", {"required": ["code"]})},
    "redocly/no-server-example.com": {"placeholder": put("#/servers/0", {"url": "https://example.com"})},
    "redocly/operation-4xx-response": {
        "no error answers": put(GET, {"responses": {"200": {"$ref": "#/components/responses/PhoneProperties"}}}),
    },
    "redocly/no-unused-components": {"unused": put(SCHEMAS, {"Spare": {"type": "string", "description": "Unused."}})},
    "redocly/operation-tag-defined": {"undeclared": put(GET, {"tags": ["Phones"]})},
    "redocly/operation-description": {"missing": drop(GET, "description")},
    "redocly/rule/property-described": {"missing": drop(ACTIVE, "description")},
    "redocly/rule/media-example": {"missing": drop(NOT_FOUND, "example")},
}

# Faults that exist only in the text, not in the loaded document: old text, new text.
TEXT_FAULTS = {
    "key twice": ("      tags: [Phone]\n", "      tags: [Phone]\n      tags: [Phone]\n"),
    "unquoted null as a key": ("{type: stated, 'null': inferred}", "{type: stated, null: inferred}"),
    "unquoted status": ("        '404': ", "        404: "),
    "date": ("  version: 0.1.0", "  version: 2026-11-24"),
    "not a number": ("minimum: 0", "minimum: .nan"),
    "alias": ("examples: [Reception]", "examples: &all [*all]"),
}
