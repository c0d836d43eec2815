"""The semantic checks for schemathesis: what a schema fuzzer does not look for by itself.

Importing this module registers the checks and the hooks that observe the target. Plain `schemathesis run` loads it
through `schemathesis_hooks.py`, a run of the suite through `layer.py`.
"""

from __future__ import annotations

from typing import Any

import requests
import schemathesis
from requests import PreparedRequest, RequestException, Session
from schemathesis import Case, CheckContext, HookContext, Response

from contract_tests.checks.put_rules import RULES, Deviation, Rule, Update
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, Settings, is_among, json_object
from contract_tests.errors import StoppedError
from contract_tests.fuzz.reserved import reserved
from contract_tests.target.target import TIMEOUT


class Observer:
    """Keeps what GET last showed of each extension, and the update that was observed last.

    Attributes:
        session: What it sends its own requests with; None: what schemathesis has.
        last_read: The settings by extension id.
    """

    def __init__(self) -> None:
        self.session: Session | None = None
        self.last_read: dict[str, Settings] = {}
        self._update: tuple[str, Update] | None = None
        self._invalid: dict[str, list[Json]] = {}

    def reset(self, session: Session) -> None:
        """Begin with another target."""
        self.session, self.last_read, self._update = session, {}, None
        self._invalid = {}

    def before_put(self, case: Case[Any]) -> None:
        """Read the extension before the first PUT to it; later PUTs have the read that followed the one before."""
        if _extension_id(case) not in self.last_read:
            self._read(case)

    def after_put(self, case: Case[Any], response: Response) -> None:
        """Read the extension after a PUT and remember both as an `Update`."""
        before = self.last_read.get(_extension_id(case))
        after = self._read(case)
        self._update = None
        if 200 <= response.status_code < 300 and isinstance(case.body, dict):
            for violation in CONTRACT.update_violations(case.body):
                name = violation.path.partition(".")[0]
                self._invalid.setdefault(name, []).append(case.body.get(name))
        if after is not None:
            answer = json_object(response.content)
            self._update = (case.id, Update(before, case.body, response.status_code, answer, after))

    def has_sent(self, name: str, settings: Settings) -> bool:
        """Whether the settings show an invalid value of a property that was sent and accepted before."""
        return name in settings and is_among(settings[name], self._invalid.get(name, []))

    def forget(self, case: Case[Any]) -> None:
        """Forget the settings of an extension: whether a PUT without a response changed it is not known."""
        self.last_read.pop(_extension_id(case), None)

    def update(self, case: Case[Any]) -> Update | None:
        """The update that a case made; None if it made none or the settings could not be read after it."""
        return self._update[1] if self._update and self._update[0] == case.id else None

    def _read(self, case: Case[Any]) -> Settings | None:
        """GET the extension of a case with the configured credentials; None unless it answers 200 with an object.

        No response is None too, and so is a limit that is reached: the requests that are judged tell of that.
        """
        self.forget(case)
        try:
            response = self._get(case)
        except (RequestException, StoppedError):
            return None
        settings = json_object(response.content) if response.status_code == 200 else None
        if settings is not None:
            self.last_read[_extension_id(case)] = settings
        return settings

    def _get(self, case: Case[Any]) -> Response | requests.Response:
        extension_id, schema = _extension_id(case), case.operation.schema
        base_url, headers = schema.config.base_url, schema.config.headers_for()
        if self.session:  # a case of schemathesis takes twice the time
            return self.session.get(f"{base_url}{CONTRACT.path_to(extension_id)}", headers=headers, timeout=TIMEOUT)
        read: Case[Any] = schema[case.operation.path]["GET"].Case(path_parameters={"extension_id": extension_id})
        return read.call(base_url=base_url, headers=headers)


def _extension_id(case: Case[Any]) -> str:
    return str((case.path_parameters or {}).get("extension_id"))


OBSERVER = Observer()


@schemathesis.hook
def before_load_schema(context: HookContext, schema: dict[str, Json]) -> None:  # noqa: ARG001
    """Test the named resource only, and never send the page's own sample: its number may be in use.

    The examples of the properties are reserved.
    """
    path, operations = CONTRACT.resource.path, CONTRACT.resource.operations
    schema["paths"] = {path: {name: schema["paths"][path][name] for name in operations}}
    for body in schema["components"]["requestBodies"].values():
        for content in body["content"].values():
            content.pop("examples", None)


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001
    """Read an extension before anything is written to it."""
    if case.method == "PUT":
        OBSERVER.before_put(case)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:  # noqa: ARG001
    """Read an extension after each PUT."""
    if case.method == "PUT":
        OBSERVER.after_put(case, response)


@schemathesis.hook
def after_network_error(context: HookContext, case: Case[Any], request: PreparedRequest) -> None:  # noqa: ARG001
    """Forget the settings of an extension after a request without a response."""
    OBSERVER.forget(case)


@schemathesis.hook
def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:  # noqa: ARG001
    """Send 660 instead of 660.0, the same number to JSON Schema, and never a property that the contract does not know.

    Whether a server takes 660.0 for a `long`, and what it does with unknown keys, is not what the contract tells. What
    is contact data is taken from reserved ranges.
    """
    if isinstance(case.body, dict):
        current = OBSERVER.last_read.get(_extension_id(case), {})
        case.body = reserved(CONTRACT, _whole(CONTRACT.known(case.body)), current)
    return case


def _whole(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(member) for key, member in value.items()}
    return value


def _register(rule: Rule) -> None:
    def check(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
        update = OBSERVER.update(case)
        judged = [*rule(CONTRACT, update)] if update else []
        return _judge([deviation for _, deviation in judged if deviation] if judged else None)

    check.__name__ = rule.__name__
    check.__doc__ = rule.__doc__
    schemathesis.check(check)


for _rule in RULES:
    _register(_rule)


def _judge(deviations: list[Deviation] | None) -> bool | None:
    """Raise deviations as one; the answer True tells schemathesis that there was nothing to judge."""
    if deviations:
        weightiest = max(deviations, key=lambda deviation: deviation.evidence)
        raise Deviation("\n".join(map(str, deviations)), weightiest.evidence, weightiest.change)
    return None if deviations is not None else True
