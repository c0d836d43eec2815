"""Edits of the contract, with the expected result of a comparison: the places, and which direction is breaking."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from scripts.contract_lint.pointer import resolve
from tests.contract_faults import ACTIVE, BODY, GET, PATH, RESOURCE, SCHEMAS, UPDATE, Change, both, drop, put, ref

PUT = f"{PATH}/put"
URL = "/extension/{extension_id}/phone/"
PARAMETERS = "#/components/parameters"
HEADERS = "#/components/headers"
RESPONSES = "#/components/responses"
SCHEMES = "#/components/securitySchemes"
FLOWS = f"{SCHEMES}/OAuth2/flows"
OAUTH = "components securitySchemes oauth2 flows clientCredentials"
MAX_INT64 = 2**63 - 1
GUARDED = {"auth_type": "network", "geo_list": "*"}
LABEL = {"type": ["string", "null"], "description": "A label.", "x-risk": "low", "x-evidence": {"type": "stated"}}
BREAKS, HARMLESS = True, False


class Edit(NamedTuple):
    """An edit with the expected lines, and whether it and the reverse edit are breaking.

    The lines of the reverse edit are the same, with "is new" for "is gone", unless `lines_back` has others.
    """

    change: Change
    breaks: bool
    breaks_back: bool
    lines: frozenset[str]
    lines_back: frozenset[str] | None = None


def edit(change: Change, breaks: bool, breaks_back: bool, *lines: str) -> Edit:
    return Edit(change, breaks, breaks_back, frozenset(lines))


def always(change: Change, *lines: str) -> Edit:
    return edit(change, BREAKS, BREAKS, *lines)


def never(change: Change, *lines: str) -> Edit:
    return edit(change, HARMLESS, HARMLESS, *lines)


def evidence(schema: str, **levels: str) -> Change:
    return put(f"{SCHEMAS}/{schema}/x-evidence", levels)


def default(name: str, value: object) -> Change:
    return put(f"{RESOURCE}/properties/{name}", {"default": value})


def list_of(pointer: str, act: Callable[[list[Any]], object]) -> Change:
    """Edit the list at the pointer."""
    return lambda document: act(resolve(document, pointer))


def new_property(*schemas: str, **keywords: object) -> Change:
    reference = {"nickname": ref("Nickname")}
    additions = [put(f"{schema}/properties", reference) for schema in schemas or (RESOURCE, UPDATE)]
    return both(put(SCHEMAS, {"Nickname": {**LABEL, **keywords}}), *additions)


def parameter(where: str, name: str, *, first: bool, **keywords: object) -> Change:
    """Give GET one more parameter, before or after the one that it has."""
    added = {"name": name, "in": where, "schema": {"type": "boolean"}, **keywords}

    def change(document: dict[str, Any]) -> None:
        document["components"]["parameters"]["Added"] = added
        listed = resolve(document, f"{GET}/parameters")
        listed.insert(0 if first else len(listed), {"$ref": f"{PARAMETERS}/Added"})

    return change


def rename(old: str, new: str) -> Change:
    """Rename a component everywhere; no request or response contains its name."""

    def change(document: dict[str, Any]) -> None:
        text = json.dumps(document).replace(f'/{old}"', f'/{new}"').replace(f'"{old}":', f'"{new}":')
        document.clear()
        document.update(json.loads(text))

    return change


def security(*alternatives: dict[str, list[str]]) -> Change:
    return put("#", {"security": [*alternatives]})


def of_operation(operation: str, *alternatives: dict[str, list[str]]) -> Change:
    return put(operation, {"security": [*alternatives]})


WIRE: dict[str, Edit] = {
    # valid values
    "enum loses a value": always(put(f"{SCHEMAS}/AuthType", {"enum": ["digest", "both"]}), "auth_type: enum"),
    "enum gains a value": always(
        put(f"{SCHEMAS}/RecordFormat", {"enum": ["mp3", "wav", "ogg"]}), "record_format: enum"
    ),
    "enum is new": always(put(f"{SCHEMAS}/Label", {"enum": ["a", "b", None]}), "label: enum"),
    "null is no longer allowed": always(put(f"{SCHEMAS}/Label", {"type": "string"}), "label: type"),
    "null is allowed": always(put(f"{SCHEMAS}/VmEnabled", {"type": ["boolean", "null"]}), "vm_enabled: type"),
    "another type": always(put(f"{SCHEMAS}/HangupTimeout", {"type": "string"}), "hangup_timeout: type"),
    "a number may be a fraction": always(put(f"{SCHEMAS}/HangupTimeout", {"type": "number"}), "hangup_timeout: type"),
    "a tighter maximum": always(put(f"{SCHEMAS}/Intercom", {"maximum": 60}), "intercom: maximum"),
    "a maximum less by one": always(put(f"{SCHEMAS}/Intercom", {"maximum": MAX_INT64 - 1}), "intercom: maximum"),
    "a maximum more by one": always(put(f"{SCHEMAS}/Intercom", {"maximum": MAX_INT64 + 1}), "intercom: maximum"),
    "a maximum beyond what a double shows": always(
        put(f"{SCHEMAS}/Intercom", {"maximum": MAX_INT64 - 1025}), "intercom: maximum"
    ),
    "a tighter minimum": always(put(f"{SCHEMAS}/HangupTimeout", {"minimum": 1}), "hangup_timeout: minimum"),
    "a looser minimum": always(put(f"{SCHEMAS}/HangupTimeout", {"minimum": -1}), "hangup_timeout: minimum"),
    "an exclusive bound": always(
        put(f"{SCHEMAS}/HangupTimeout", {"exclusiveMinimum": 0}), "hangup_timeout: exclusiveMinimum"
    ),
    "no minimum": always(drop(f"{SCHEMAS}/HangupTimeout", "minimum"), "hangup_timeout: minimum"),
    "multiples only": always(put(f"{SCHEMAS}/HangupTimeout", {"multipleOf": 5}), "hangup_timeout: multipleOf"),
    "a length": always(put(f"{SCHEMAS}/Label", {"maxLength": 64}), "label: maxLength"),
    "a least length": always(put(f"{SCHEMAS}/Label", {"minLength": 1}), "label: minLength"),
    "another pattern": always(put(f"{SCHEMAS}/GeoList", {"pattern": "^[A-Z]{2}$"}), "geo_list: pattern"),
    "no pattern": always(drop(f"{SCHEMAS}/GeoList", "pattern"), "geo_list: pattern"),
    "another format": always(put(f"{SCHEMAS}/Intercom", {"format": "int32"}), "intercom: format", "intercom: maximum"),
    "a bound that the format means": never(put(f"{SCHEMAS}/Intercom", {"maximum": MAX_INT64})),
    "a format": always(put(f"{SCHEMAS}/Label", {"format": "email"}), "label: format"),
    "a constant": always(put(f"{SCHEMAS}/VmEnabled", {"const": True}), "vm_enabled: const"),
    "a constraint with its evidence": always(
        both(put(f"{SCHEMAS}/Label", {"maxLength": 64}), evidence("Label", maxLength="inferred")), "label: maxLength"
    ),
    "read only": always(put(f"{SCHEMAS}/Label", {"readOnly": True}), "label: readOnly"),
    "write only": always(put(f"{SCHEMAS}/ConferencePin", {"writeOnly": True}), "conference_pin: writeOnly"),
    "read only in the update alone": always(
        put(f"{UPDATE}/properties/label", {"readOnly": True}), f"label: readOnly (in {URL} put requestBody)"
    ),
    "a member is read only": always(put(ACTIVE, {"readOnly": True}), "bundle.bundle_list.active: readOnly"),
    "another pattern of the keys of a map": always(
        put(f"{SCHEMAS}/BundleList/propertyNames", {"pattern": "^[0-9]+$"}), "bundle.bundle_list: pattern"
    ),
    "the keys of a map are free": always(drop(f"{SCHEMAS}/BundleList", "propertyNames"), "bundle.bundle_list: is gone"),
    "keys that the contract does not know are forbidden": always(
        put(UPDATE, {"additionalProperties": False}), f"{URL} put requestBody: additionalProperties"
    ),
    "a combination": always(put(f"{SCHEMAS}/Label", {"not": {"const": ""}}), "label: is new"),
    # properties
    "a member of an entry is gone": edit(
        drop(ACTIVE.rpartition("/")[0], "active"),
        BREAKS,
        BREAKS,
        "bundle.bundle_list.active: is gone",
        "bundle.bundle_list: required active",
    ),
    "an answer need not hold a property": always(
        list_of(f"{RESOURCE}/required", lambda names: names.remove("geo_list")),
        f"geo_list: required (in {URL} get 200, {URL} put 200)",
    ),
    "an answer must hold a property": always(
        list_of(f"{RESOURCE}/required", lambda names: names.append("label")),
        f"label: required (in {URL} get 200, {URL} put 200)",
    ),
    "nothing is required of an answer": always(
        put(f"{SCHEMAS}/BundleEntry", {"required": []}), "bundle.bundle_list.active: required"
    ),
    "an update must hold a property": always(
        put(UPDATE, {"required": ["label"]}), f"label: required (in {URL} put requestBody)"
    ),
    "a member need not be there": always(
        put(f"{SCHEMAS}/Bundle", {"required": ["bundle_id"]}), "bundle.bundle_list: required"
    ),
    "a property leaves the update": edit(
        drop(f"{UPDATE}/properties", "label"), BREAKS, HARMLESS, f"label: is gone (in {URL} put requestBody)"
    ),
    "a property leaves the answers": edit(
        drop(f"{RESOURCE}/properties", "label"), BREAKS, HARMLESS, f"label: is gone (in {URL} get 200, {URL} put 200)"
    ),
    "a property leaves both": edit(
        both(drop(f"{UPDATE}/properties", "label"), drop(f"{RESOURCE}/properties", "label")),
        BREAKS,
        HARMLESS,
        "label: is gone",
    ),
    "a property that is optional": edit(new_property(), HARMLESS, BREAKS, "nickname: is new"),
    "the same with a default and a risk": edit(
        new_property(default="", **{"x-named-values": [""]}), HARMLESS, BREAKS, "nickname: is new"
    ),
    "a property that only answers have": edit(new_property(RESOURCE), HARMLESS, BREAKS, "nickname: is new"),
    "a property that every answer holds": always(
        both(new_property(), list_of(f"{RESOURCE}/required", lambda names: names.append("nickname"))),
        f"nickname: is new (in {URL} get 200, {URL} put 200)",
        f"nickname: is new (in {URL} put requestBody)",
    )._replace(lines_back=frozenset({"nickname: is gone"})),
    # errors
    "an error must say its status": always(put(f"{SCHEMAS}/Error", {"required": ["status"]}), "error status: required"),
    "an error has another type": always(
        put(f"{SCHEMAS}/Error/properties/status", {"type": "integer"}), "error status: type"
    ),
    "an error says more": edit(
        put(f"{SCHEMAS}/Error/properties", {"code": {"type": "string", "description": "A code."}}),
        HARMLESS,
        BREAKS,
        "error code: is new",
    ),
    "an error says less": edit(
        drop(f"{SCHEMAS}/Error/properties", "message"), BREAKS, HARMLESS, "error message: is gone"
    ),
    "one error has another body": always(
        put(f"{RESPONSES}/NotFound/content/application~1json", {"schema": {**ref("Error"), "required": ["status"]}}),
        f"error status: required (in {URL} get 404, {URL} put 404)",
    ),
    # headers
    "a header must be there": always(put(f"{HEADERS}/RetryAfter", {"required": True}), "header Retry-After: required"),
    "a header has another type": always(
        put(f"{HEADERS}/RateLimitReset", {"schema": {"type": "string"}}),
        "header X-RateLimit-Reset: type",
        "header X-RateLimit-Reset: minimum",
    ),
    "a header of all answers has a bound": always(
        put(f"{HEADERS}/RateLimitLimit/schema", {"maximum": 5000}), "header X-RateLimit-Limit: maximum"
    ),
    "a header is gone": edit(
        drop(f"{RESPONSES}/TooManyRequests/headers", "Retry-After"), BREAKS, HARMLESS, "header Retry-After: is gone"
    ),
    "a header is new": edit(
        put(f"{RESPONSES}/PhoneProperties/headers", {"ETag": {"schema": {"type": "string"}}}),
        HARMLESS,
        BREAKS,
        "header ETag: is new",
    ),
    "a new header must be there": always(
        put(f"{RESPONSES}/PhoneProperties/headers", {"ETag": {"required": True, "schema": {"type": "string"}}}),
        "header ETag: is new",
    ),
    # operations, parameters, bodies, responses
    "an operation is gone": edit(drop(PATH, "put"), BREAKS, HARMLESS, f"{URL} put: is gone"),
    "an operation is new": edit(
        put(PATH, {"patch": {"operationId": "patch", "responses": {"200": {"description": "Done."}}}}),
        HARMLESS,
        BREAKS,
        f"{URL} patch: is new",
    ),
    "a path is new": edit(
        lambda document: put("#/paths", {"/ping/": {"get": {**resolve(document, GET), "operationId": "ping"}}})(
            document
        ),
        HARMLESS,
        BREAKS,
        "/ping/: is new",
    ),
    "an operation has another id": always(put(GET, {"operationId": "readPhone"}), f"{URL} get: operationId"),
    "an answer is gone": edit(drop(f"{GET}/responses", "404"), BREAKS, HARMLESS, f"{URL} get 404: is gone"),
    "a refusal is new": edit(
        put(f"{GET}/responses", {"503": {"$ref": f"{RESPONSES}/NotFound"}}), HARMLESS, BREAKS, f"{URL} get 503: is new"
    ),
    "a success is new": always(put(f"{PUT}/responses", {"202": {"description": "Later."}}), f"{URL} put 202: is new"),
    "an answer has another media type": always(
        put(f"{RESPONSES}/PhoneProperties", {"content": {"application/hal+json": {"schema": ref("PhoneProperties")}}}),
        f"{URL} get 200: is gone",
        f"{URL} put 200: is gone",
        "application/hal+json: is new",
    ),
    "a body may be missing": always(drop(BODY, "required"), f"{URL} put requestBody: required"),
    "a body has one more media type": always(
        put(f"{BODY}/content", {"application/merge-patch+json": {"schema": ref("PhonePropertiesUpdate")}}),
        "application/merge-patch+json: is new",
    ),
    "no body": always(drop(PUT, "requestBody"), f"{URL} put requestBody: is gone"),
    "a query parameter before the others": edit(
        parameter("query", "verbose", first=True), HARMLESS, BREAKS, "parameter query verbose: is new"
    ),
    "a query parameter after the others": edit(
        parameter("query", "verbose", first=False), HARMLESS, BREAKS, "parameter query verbose: is new"
    ),
    "a query parameter that must be there": always(
        parameter("query", "verbose", first=True, required=True), "parameter query verbose: is new"
    ),
    "a header that must be sent": always(
        parameter("header", "X-Key", first=True, required=True), "parameter header X-Key: is new"
    ),
    "a parameter has another form": always(
        put(f"{PARAMETERS}/ExtensionId/schema/anyOf/0", {"minimum": 0}), "parameter extension_id anyOf integer: minimum"
    ),
    "a parameter has another type": always(
        put(f"{PARAMETERS}/ExtensionId/schema", {"type": "integer"}), "parameter extension_id: type"
    ),
    "a parameter is written otherwise": always(
        put(f"{PARAMETERS}/ExtensionId", {"style": "label"}), "parameter extension_id: style"
    ),
    "another base path": edit(
        put("#/servers/0", {"url": "https://{hostname}/api/ver2.0"}),
        BREAKS,
        BREAKS,
        "servers https://{hostname}/api/ver1.0: is gone",
        "servers https://{hostname}/api/ver2.0: is new",
    ),
    "one more server": edit(
        list_of("#/servers", lambda servers: servers.append({"url": "https://pbx2.test/api/ver1.0"})),
        HARMLESS,
        BREAKS,
        "servers https://pbx2.test/api/ver1.0: is new",
    ),
    # authentication
    "the token URL moves": always(
        put(f"{FLOWS}/clientCredentials", {"tokenUrl": "/oauth2/token"}), f"{OAUTH}: tokenUrl"
    ),
    "a scope is new": always(
        put(f"{FLOWS}/clientCredentials", {"scopes": {"phone": "Settings"}}), f"{OAUTH}: scope phone"
    ),
    "another flow": always(
        put(FLOWS, {"password": {"tokenUrl": "/oauth/token", "scopes": {}}}),
        "components securitySchemes oauth2 flows password: is new",
    ),
    "a scope is asked for": always(
        security({"OAuth2": ["phone"]}, {"BearerAuth": []}), f"{URL} get: security", f"{URL} put: security"
    ),
    "a token is no longer enough": always(security({"OAuth2": []}), f"{URL} get: security", f"{URL} put: security"),
    "both at once": always(security({"OAuth2": [], "BearerAuth": []}), f"{URL} get: security", f"{URL} put: security"),
    "nobody is asked": always(security(), f"{URL} get: security", f"{URL} put: security"),
    "anybody may ask as well": always(
        security({"OAuth2": []}, {"BearerAuth": []}, {}), f"{URL} get: security", f"{URL} put: security"
    ),
    "an operation that anybody may ask for": always(of_operation(GET), f"{URL} get: security"),
    "an operation that takes one way only": always(of_operation(PUT, {"OAuth2": []}), f"{URL} put: security"),
    "a scope of one operation": always(
        of_operation(PUT, {"OAuth2": ["write"]}, {"BearerAuth": []}), f"{URL} put: security"
    ),
    "another scheme": edit(
        put(f"{SCHEMES}/BearerAuth", {"scheme": "basic"}),
        BREAKS,
        BREAKS,
        f"{URL} get: security",
        f"{URL} put: security",
        "components securitySchemes http basic: is new",
        "components securitySchemes http bearer: is gone",
    ),
}
OURS: dict[str, Edit] = {
    "another default": always(default("hangup_timeout", 50), "hangup_timeout: default"),
    "false for the default 0": always(default("hold_music", False), "hold_music: default"),  # for Python they are equal
    "another default of an object": always(
        default("bundle", {"bundle_list": {}, "bundle_id": None}), "bundle: default"
    ),
    "a default is gone": always(drop(f"{RESOURCE}/properties/auth_type", "default"), "auth_type: default"),
    "a default is new": always(default("label", ""), "label: default"),
    "the default null is gone": always(drop(f"{RESOURCE}/properties/intercom", "default"), "intercom: default"),
    "evidence is raised": edit(evidence("GeoList", pattern="stated"), BREAKS, HARMLESS, "geo_list: x-evidence pattern"),
    "evidence is lowered": edit(evidence("AuthType", enum="example"), HARMLESS, BREAKS, "auth_type: x-evidence enum"),
    "evidence of null is raised": edit(
        evidence("ConferencePin", null="stated"), BREAKS, HARMLESS, "conference_pin: x-evidence null"
    ),
    "evidence of a default is raised": edit(
        put(f"{RESOURCE}/properties/preserve_caller_id_number_att_tr/x-evidence", {"default": "stated"}),
        BREAKS,
        HARMLESS,
        "preserve_caller_id_number_att_tr: x-evidence default",
    ),
    "evidence of a default is lowered": edit(
        put(f"{RESOURCE}/properties/vm_enabled/x-evidence", {"default": "inferred"}),
        HARMLESS,
        BREAKS,
        "vm_enabled: x-evidence default",
    ),
    "evidence of a member is raised": edit(
        put(f"{ACTIVE}/x-evidence", {"null": "example"}), BREAKS, HARMLESS, "bundle.bundle_list.active: x-evidence null"
    ),
    "evidence of the path is raised": edit(
        put(f"{PARAMETERS}/ExtensionId/schema/x-evidence", {"anyOf": "inferred"}),
        HARMLESS,
        BREAKS,
        "parameter extension_id: x-evidence anyOf",
    ),
    "evidence of a status code is raised": edit(
        put(f"{RESPONSES}/NotFound/x-evidence", {"status": "stated"}),
        BREAKS,
        HARMLESS,
        f"{URL} get 404: x-evidence status",
        f"{URL} put 404: x-evidence status",
    ),
    "evidence of a header is raised": edit(
        put(f"{HEADERS}/RateLimitReset/schema/x-evidence", {"type": "example"}),
        BREAKS,
        HARMLESS,
        "header X-RateLimit-Reset: x-evidence type",
    ),
    "evidence of the token URL is raised": edit(
        put(f"{FLOWS}/clientCredentials/x-evidence", {"tokenUrl": "stated"}),
        BREAKS,
        HARMLESS,
        f"{OAUTH}: x-evidence tokenUrl",
    ),
    "evidence of a security scheme is lost": edit(
        drop(f"{SCHEMES}/BearerAuth", "x-evidence"),
        HARMLESS,
        BREAKS,
        "components securitySchemes http bearer: x-evidence scheme",
        "components securitySchemes http bearer: x-evidence type",
    ),
    "risk is lowered": edit(
        put(f"{SCHEMAS}/ExternalNumber", {"x-risk": "high"}), BREAKS, HARMLESS, "external_number: x-risk"
    ),
    "risk is raised": edit(put(f"{SCHEMAS}/Label", {"x-risk": "medium"}), HARMLESS, BREAKS, "label: x-risk"),
    "another unit": always(put(f"{SCHEMAS}/HangupTimeout", {"x-unit": "milliseconds"}), "hangup_timeout: x-unit"),
    "a unit": edit(put(f"{SCHEMAS}/VmGreeting", {"x-unit": "files"}), HARMLESS, BREAKS, "vm_greeting: x-unit"),
    "ids may no longer be refused": edit(
        drop(f"{SCHEMAS}/VmGreeting", "x-refers-to"), BREAKS, HARMLESS, "vm_greeting: x-refers-to"
    ),
    "ids may be refused": edit(
        put(f"{SCHEMAS}/Intercom", {"x-refers-to": "phone"}), HARMLESS, BREAKS, "intercom: x-refers-to"
    ),
    "the same in other words": never(
        put(f"{SCHEMAS}/VmGreeting", {"x-refers-to": "a sound"}), "vm_greeting: x-refers-to"
    ),
    "other values are equal": always(
        put(f"{SCHEMAS}/HoldMusic", {"x-equal-values": [[0, 1]]}), "hold_music: x-equal-values"
    ),
    "a word is no longer tolerated": edit(
        put(f"{SCHEMAS}/RecordStereo", {"x-tolerated-values": ["yes"]}),
        BREAKS,
        HARMLESS,
        "record_stereo: x-tolerated-values",
    ),
    "a word more is tolerated": edit(
        put(f"{SCHEMAS}/VmEnabled", {"x-tolerated-values": ["yes"]}), HARMLESS, BREAKS, "vm_enabled: x-tolerated-values"
    ),
    "a value must be taken": edit(
        put(f"{SCHEMAS}/IncomingLimit", {"x-named-values": [0, 1, 2, 3]}),
        BREAKS,
        HARMLESS,
        "incoming_limit: x-named-values",
    ),
    "a value may be refused": edit(
        put(f"{SCHEMAS}/IncomingLimit", {"x-named-values": [0, 1]}), HARMLESS, BREAKS, "incoming_limit: x-named-values"
    ),
    "another value where nothing was set": always(
        put(RESOURCE, {"x-unset-value": {"value": "", "evidence": "inferred"}}),
        f"{URL} get 200: x-unset-value",
        f"{URL} put 200: x-unset-value",
    ),
    "what stands there is better backed": edit(
        put(f"{RESOURCE}/x-unset-value", {"evidence": "stated"}),
        BREAKS,
        HARMLESS,
        f"{URL} get 200: x-unset-value evidence",
        f"{URL} put 200: x-unset-value evidence",
    ),
    "PUT replaces": always(put(PUT, {"x-update": "replace"}), f"{URL} put: x-update"),
    "a bundle is merged": always(put(f"{SCHEMAS}/Bundle", {"x-update": "merge"}), "bundle: x-update"),
    "what opens the phone may be sent": edit(
        drop(UPDATE, "x-never-together"), BREAKS, HARMLESS, f"{URL} put requestBody: x-never-together"
    ),
    "less is sent at once": edit(
        put(UPDATE, {"x-never-together": [GUARDED, {"vm_enabled": False}]}),
        HARMLESS,
        BREAKS,
        f"{URL} put requestBody: x-never-together",
    ),
    "another recording format": always(
        list_of(f"{SCHEMAS}/RecordFormat/x-recording-formats", lambda rows: rows.pop()),
        "record_format: x-recording-formats",
    ),
    "another group": never(put(f"{SCHEMAS}/AuthType", {"x-group": "access"}), "auth_type: x-group"),
    "a contradiction": never(put(f"{SCHEMAS}/AuthType", {"x-contradiction": "None."}), "auth_type: x-contradiction"),
    "another resource": edit(
        both(
            lambda document: document["paths"].update({"/fax/": document["paths"][URL]}),
            put("#/x-resource", {"path": "/fax/"}),
        ),
        BREAKS,
        BREAKS,
        "the document: x-resource path",
        "/fax/: is new",
    ),
    "a keyword that nobody rated": always(put(f"{SCHEMAS}/Label", {"x-colour": "red"}), "label: x-colour"),
}
FOR_PEOPLE: dict[str, Edit] = {
    "another description": never(put(f"{SCHEMAS}/Label", {"description": "Display name."}), "label: description"),
    "another description of an error": never(
        put(f"{SCHEMAS}/Error/properties/status", {"description": "A word."}), "error status: description"
    ),
    "another description of a header": never(
        put(f"{HEADERS}/Allow", {"description": "Methods."}), "header Allow: description"
    ),
    "another description of a parameter": never(
        put(f"{PARAMETERS}/ExtensionId", {"description": "Its id."}), "parameter extension_id: description"
    ),
    "another description of a scheme": never(
        put(f"{SCHEMES}/OAuth2", {"description": "A token."}), "components securitySchemes oauth2: description"
    ),
    "another description of an answer": never(
        put(f"{RESPONSES}/NotFound", {"description": "Nothing."}),
        f"{URL} get 404: description",
        f"{URL} put 404: description",
    ),
    "another summary": never(put(GET, {"summary": "Fetch"}), f"{URL} get: summary"),
    "another tag": never(
        both(put("#/tags/0", {"name": "Phones"}), put(GET, {"tags": ["Phones"]}), put(PUT, {"tags": ["Phones"]})),
        "tags Phone: is gone",
        "tags Phones: is new",
        f"{URL} get: tags",
        f"{URL} put: tags",
    ),
    "another example": never(put(f"{SCHEMAS}/Label", {"examples": ["Front desk"]}), "label: examples"),
    "deprecated": never(put(f"{SCHEMAS}/Label", {"deprecated": True}), "label: deprecated"),
    "another version": never(put("#/info", {"version": "0.1.1"}), "info: version"),
    "a newer OpenAPI": never(put("#", {"openapi": "3.1.2"}), "the document: openapi"),
    "a default host": never(
        put("#/servers/0/variables/hostname", {"default": "api.test"}),
        "servers https://{hostname}/api/ver1.0 variables hostname: default",
    ),
    "another explanation": never(put("#/x-vocabulary", {"x-unit": "The unit."}), "the document: x-vocabulary x-unit"),
    "another program": never(
        list_of(f"{PUT}/x-codeSamples", lambda samples: samples.pop()), f"{URL} put: x-codeSamples"
    ),
}
NOTHING: dict[str, Edit] = {
    "no edit": never(both()),
    "another order of keywords": never(
        lambda document: document["components"]["schemas"].update(
            AuthType=dict(reversed(document["components"]["schemas"]["AuthType"].items()))
        )
    ),
    "another order of properties": never(
        lambda document: resolve(document, RESOURCE).update(
            properties=dict(reversed(resolve(document, f"{RESOURCE}/properties").items()))
        )
    ),
    "another order of what is required": never(list_of(f"{RESOURCE}/required", lambda names: names.reverse())),
    "another order of an enum": never(put(f"{SCHEMAS}/AuthType", {"enum": ["both", "network", "digest"]})),
    "another order of types": never(put(f"{SCHEMAS}/Label", {"type": ["null", "string"]})),
    "another order of alternatives": never(
        list_of(f"{SCHEMAS}/Bundle/properties/bundle_list/anyOf", lambda branches: branches.reverse())
    ),
    "a type in a list of one": never(put(f"{SCHEMAS}/VmEnabled", {"type": ["boolean"]})),
    "60.0 for 60": never(default("hangup_timeout", 60.0)),
    "another name of a schema": never(rename("Error", "Refusal")),
    "another name of the answer": never(rename("PhoneProperties", "Phone")),
    "another name of a scheme": never(rename("BearerAuth", "Token")),
    "another name of a parameter's component": never(rename("ExtensionId", "Id")),
    "a shared component in its place": never(
        lambda document: put(f"{RESOURCE}/properties", {"label": resolve(document, f"{SCHEMAS}/Label")})(document)
    ),
    "security said again at an operation": never(of_operation(PUT, {"OAuth2": []}, {"BearerAuth": []})),
    "security in another order": never(security({"BearerAuth": []}, {"OAuth2": []})),
    "the default of a keyword": never(put(f"{HEADERS}/Allow", {"required": False})),
    "what is allowed anyway": never(put(UPDATE, {"additionalProperties": True})),
    "a component that nothing uses": never(put(SCHEMAS, {"Spare": {"type": "string"}})),
}
EDITS: dict[str, Edit] = WIRE | OURS | FOR_PEOPLE | NOTHING
