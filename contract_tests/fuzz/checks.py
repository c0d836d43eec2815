"""The semantic checks for schemathesis: what a schema fuzzer does not look for by itself.

Importing this module registers the checks and the hooks that observe the target. Plain `schemathesis run` loads it
through `schemathesis_hooks.py`, pytest through `conftest.py`.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from requests import PreparedRequest, RequestException, Session
from schemathesis import Case, CheckContext, HookContext, Response

from contract_tests.checks.put_rules import RULES, Deviation, Rule, Update
from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json, Settings, in_json, json_object
from contract_tests.contract.property import Evidence
from contract_tests.errors import StoppedError
from contract_tests.fuzz.reserved import reserved


class Observer:
    """Keeps what GET last showed of each extension, and the update that was observed last.

    Attributes:
        extension_id: The extension under test.
        session: What it sends its own requests with; None: what schemathesis has.
    """

    def __init__(self) -> None:
        self.extension_id = ""
        self.session: Session | None = None
        self.last_read: dict[str, Settings] = {}
        self._update: tuple[str, Update] | None = None

    def before_put(self, case: Case[Any]) -> None:
        """Read the extension before the first PUT to it; later PUTs have the read that followed the one before."""
        if str(case.path_parameters["extension_id"]) not in self.last_read:
            self.read(case)

    def after_put(self, case: Case[Any], response: Response) -> None:
        """Read the extension after a PUT and remember both as an `Update`."""
        before = self.last_read.get(str(case.path_parameters["extension_id"]))
        after = self.read(case)
        self._update = None
        if after is not None:
            self._update = (
                case.id,
                Update(before, case.body, response.status_code, json_object(response.content), after),
            )

    def after_get(self, case: Case[Any], response: Response) -> None:
        """Keep what the extension under test shows, where it was not read yet; others may change meanwhile."""
        key = str(case.path_parameters["extension_id"])
        settings = json_object(response.content) if response.status_code == 200 else None
        if settings is not None and key == self.extension_id:
            self.last_read.setdefault(key, settings)

    def update(self, case: Case[Any]) -> Update | None:
        """The update that a case made; None if it made none or the settings could not be read after it."""
        return self._update[1] if self._update and self._update[0] == case.id else None

    def read(self, case: Case[Any], extension_id: str | None = None) -> Settings | None:
        """GET the extension of a case (or another one) with the configured credentials; None unless it answers 200.

        No answer at all is None too, and a limit that is reached: the requests that are judged tell of that.
        """
        key = extension_id or str(case.path_parameters["extension_id"])
        schema = case.operation.schema
        get = schema[case.operation.path]["GET"]
        if extension_id is None:
            self.last_read.pop(key, None)
        try:
            response = get.Case(path_parameters={"extension_id": key}).call(
                base_url=schema.config.base_url, session=self.session, headers=schema.config.headers_for()
            )
        except (RequestException, StoppedError):
            return None
        settings = json_object(response.content) if response.status_code == 200 else None
        if settings is not None and extension_id is None:
            self.last_read[key] = settings
        return settings


OBSERVER = Observer()


@schemathesis.hook
def before_load_schema(context: HookContext, schema: dict[str, Json]) -> None:  # noqa: ARG001
    """Test the named resource only, and never send the page's own sample: its number may be somebody's.

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
    """Read an extension after each PUT, and keep what the first GET shows."""
    if case.method == "PUT":
        OBSERVER.after_put(case, response)
    elif case.method == "GET":
        OBSERVER.after_get(case, response)


@schemathesis.hook
def after_network_error(context: HookContext, case: Case[Any], request: PreparedRequest) -> None:  # noqa: ARG001
    """Forget what an extension showed: whether a PUT without an answer changed it, nobody knows."""
    OBSERVER.last_read.pop(str(case.path_parameters.get("extension_id")), None)


@schemathesis.hook
def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:  # noqa: ARG001
    """Send 660 instead of 660.0, the same number to JSON Schema, and never a property that the contract does not know.

    Whether a server takes 660.0 for a `long`, and what it does with unknown keys, is not what the contract tells. What
    leads to somebody is taken from reserved ranges.
    """
    if isinstance(case.body, dict):
        shown = OBSERVER.last_read.get(str((case.path_parameters or {}).get("extension_id")), {})
        case.body = reserved(CONTRACT, _whole(CONTRACT.known(case.body)), shown)
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


@schemathesis.check
def get_changes_nothing(ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG001
    """GET shows what the GET before it showed when nothing was written in between.

    > RFC 9110, 9.2.1: GET is safe (inferred).
    """
    before = OBSERVER.last_read.get(str(case.path_parameters.get("extension_id")))
    shown = json_object(response.content)
    if case.method != "GET" or response.status_code != 200 or before is None or shown is None:
        return True
    return _judge(
        [
            Deviation(
                f"{name}: GET showed {in_json(old)}, the next GET {in_json(new)}, with nothing written in between",
                Evidence.inferred,
            )
            for name, (old, new) in CONTRACT.differences(before, shown).items()
        ]
    )


@schemathesis.check
class other_extension_is_untouched:  # noqa: N801 - the class name is the name of the check
    """A PUT to one extension changes no other extension.

    > extension_id: unique identifier of the internal number (O-05)

    Configure with `[checks.other_extension_is_untouched] extension_id = "55"`.
    """

    def __init__(self, *, extension_id: str = "") -> None:
        self.extension_id = extension_id
        self.before: Settings | None = None

    def after_response(self, ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG002
        """Compare the other extension with what it showed first."""
        if (
            not self.extension_id
            or case.method != "PUT"
            or case.path_parameters.get("extension_id") == self.extension_id
        ):
            return True
        before, self.before = self.before, OBSERVER.read(case, self.extension_id)
        if before is None or self.before is None:
            return True
        return _judge(
            [
                Deviation(
                    f"{name} of extension {self.extension_id} was {in_json(old)}, is {in_json(new)} after another's PUT"
                )
                for name, (old, new) in CONTRACT.differences(before, self.before).items()
            ]
        )


@schemathesis.check
class fresh_extension_shows_defaults:  # noqa: N801 - the class name is the name of the check
    """An extension that was never configured shows the default of every property that has one.

    > The column "Default value" of the table (P05-d, P06-d, P07-d, P08-d, P12-d, P13-d, P14-d, P15-d, P16-d, P17-d,
    > P18-d, P19-d, P20-d, P21-d, P22-d, P23-d, P26-d, P27-d, P28-d, P30-d, P31-d)

    Configure with `[checks.fresh_extension_shows_defaults] extension_id = "55"`.
    """

    def __init__(self, *, extension_id: str = "") -> None:
        self.extension_id = extension_id

    def after_response(self, ctx: CheckContext, response: Response, case: Case[Any]) -> bool | None:  # noqa: ARG002
        """Read the fresh extension, once."""
        extension_id, self.extension_id = self.extension_id, ""
        fresh = OBSERVER.read(case, extension_id) if extension_id else None
        if fresh is None:
            return True
        defaults = {name: known.default for name, known in CONTRACT.properties.items() if known.has_default}
        return _judge(
            [
                Deviation(
                    f"{name}: the default is {in_json(default)}, a fresh extension shows {in_json(shown)}",
                    Evidence[CONTRACT.properties[name].evidence["default"]],
                )
                for name, (default, shown) in CONTRACT.differences(defaults, fresh).items()
            ]
        )


def _judge(deviations: list[Deviation] | None) -> bool | None:
    """Raise deviations as one; the answer True tells schemathesis that there was nothing to judge."""
    if deviations:
        raise Deviation("\n".join(map(str, deviations)), max(deviation.evidence for deviation in deviations))
    return None if deviations is not None else True
