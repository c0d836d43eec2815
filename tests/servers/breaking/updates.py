"""PUT changes something else than what it names, or not what it names, or answers something else."""

import copy
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import PROPERTIES, Json, Settings, defaults, of_kind
from tests.servers.registry import breaking


class Unchanged(Server, ABC):
    """Drops some of the changes; the answer shows what is stored."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Store what is left of the changes."""
        super().apply({name: v for name, v in changes.items() if self.takes(name, v)}, extension)

    @abstractmethod
    def takes(self, name: str, value: Json) -> bool:
        """Whether a change is stored."""


@breaking("null_skipped", "P30-s3", "P19-s2")
class NullSkipped(Unchanged):
    """`if value is not None` in the update: null never clears ("To disable it, set to None", P30-s3)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip null."""
        return value is not None


@breaking("intercom_null_skipped", "P30-s3")
class IntercomNullSkipped(Unchanged):
    """Only intercom cannot be cleared ("To disable it, set to None", P30-s3)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip this null."""
        return name != "intercom" or value is not None


@breaking("record_format_null_skipped", "P19-s2")
class RecordFormatNullSkipped(Unchanged):
    """Only record_format cannot be cleared ("Possible options: mp3, wav, None", P19-s2)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip this null."""
        return name != "record_format" or value is not None


@breaking("falsy_dropped", "O-04", "P15-s2")
class FalsyDropped(Unchanged):
    """`if value:` in the update: false, 0 and empty text are lost (O-04)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip all that is falsy."""
        return bool(value) or value is None


@breaking("false_dropped", "O-04")
class FalseDropped(Unchanged):
    """`new or old`: PUT of false leaves the stored true (O-04)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip false."""
        return value is not False


@breaking("zero_dropped", "P15-s2")
class ZeroDropped(Unchanged):
    """0 leaves the stored number ("0 - without restrictions", P15-s2)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip 0."""
        return value is False or value != 0


@breaking("bundle_ignored", "O-07", "P31-s1")
class BundleIgnored(Unchanged):
    """PUT ignores nested objects (O-07)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip objects."""
        return not isinstance(value, dict)


@breaking("white_list_too_short", "O-07")
class WhiteListTooShort(Unchanged):
    """The list of writable columns lacks the newest ones: record_on_transfer and intercom are ignored (O-07)."""

    def takes(self, name: str, value: Json) -> bool:
        """Skip two."""
        return name not in ("record_on_transfer", "intercom")


@breaking("first_key_only", "O-07")
class FirstKeyOnly(Server):
    """`return` inside the loop: only the first key of the body is stored (O-07)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Stop too early."""
        super().apply(dict(list(changes.items())[:1]), extension)


@breaking("last_key_lost", "O-07")
class LastKeyLost(Server):
    """Off by one: the last of several keys of the body is lost (O-07)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Stop one too early."""
        items = list(changes.items())
        super().apply(dict(items[:-1] if len(items) > 1 else items), extension)


@breaking("put_resets_omitted", "E-02")
class PutResetsOmitted(Server):
    """PUT replaces: what is not named goes back to its default ("other settings kept", E-02)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Replace."""
        super().apply(defaults() | changes, extension)


@breaking("put_resets_omitted_booleans", "E-02")
class PutResetsOmittedBooleans(Server):
    """As an HTML form: a switch that is not named becomes false (E-02)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Switch off what is missing."""
        super().apply(dict.fromkeys(of_kind("boolean"), False) | changes, extension)


@breaking("put_nulls_omitted_sounds", "E-02")
class PutNullsOmittedSounds(Server):
    """`body.get(...)` for the two announcements: not named means null (E-02)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Clear what is missing."""
        names = ("announce_sound_upon_outgoing_call", "announce_sound_upon_incoming_call")
        super().apply({name: changes.get(name) for name in names} | changes, extension)


@breaking("number_resets_timeout", "E-02")
class NumberResetsTimeout(Server):
    """Setting external_number sets hangup_timeout to 60 (E-02: only the number changes in the example)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Change one more."""
        side_effect = {"hangup_timeout": 60} if "external_number" in changes else {}
        super().apply(side_effect | changes, extension)


@breaking("recording_off_resets_format", "E-02")
class RecordingOffResetsFormat(Server):
    """Switching record_enabled off clears record_format and record_stereo (E-02)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Clear the dependent settings."""
        is_off = changes.get("record_enabled") is False
        super().apply(({"record_format": None, "record_stereo": None} if is_off else {}) | changes, extension)


@breaking("first_put_dropped", "O-04")
class FirstPutDropped(Server):
    """The first PUT of an extension creates its row and stores nothing (O-04)."""

    def __init__(self) -> None:
        super().__init__()
        self.created: set[str] = set()

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Lose the first."""
        if extension.id in self.created:
            super().apply(changes, extension)
        self.created.add(extension.id)


@breaking("one_put_behind", "O-04")
class OnePutBehind(Server):
    """A PUT is stored when the next one comes (O-04)."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, Settings] = {}

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Store what was asked before."""
        super().apply(self.pending.get(extension.id, {}), extension)
        self.pending[extension.id] = changes


@breaking("stored_on_second_try", "O-04")
class StoredOnSecondTry(OnePutBehind):
    """A change is stored only if the same body comes twice (O-04)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Wait for the second."""
        if self.pending.get(extension.id) == changes:
            extension.settings.update(changes)
        self.pending[extension.id] = changes


@breaking("repeat_toggles_booleans", "O-04")
class RepeatTogglesBooleans(Server):
    """PUT of the boolean that is stored already switches it (O-04)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Toggle."""
        value = super().convert(name, value, extension)
        return not value if isinstance(value, bool) and extension.settings[name] is value else value


@breaking("repeat_clears", "O-04")
class RepeatClears(Server):
    """PUT of the text that is stored already clears it, as a button that is pressed twice (O-04)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Clear."""
        value = super().convert(name, value, extension)
        is_repeat = isinstance(value, str) and PROPERTIES[name].nullable and extension.settings[name] == value
        return None if is_repeat else value


@breaking("put_writes_nothing", "O-04")
class PutWritesNothing(Server):
    """PUT answers the new state and stores nothing (O-04)."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Forget to commit."""

    def render_put(self, changes: Settings, extension: Extension) -> Json:
        """Answer as if."""
        return super().render(extension) | changes


@breaking("put_answers_changes_only", "E-02")
class PutAnswersChangesOnly(Server):
    """PUT answers the keys that it was sent ("Response to it is the whole object", E-02)."""

    def render_put(self, changes: Settings, extension: Extension) -> Json:
        """Echo."""
        return {name: value for name, value in super().render(extension).items() if name in changes}


@breaking("put_answers_old_state", "E-02")
class PutAnswersOldState(Server):
    """PUT answers what was stored before it (E-02: the example shows the new number)."""

    def put(self, request: Request, extension: Extension) -> Response:
        """Render too early."""
        with self.lock:
            before = copy.deepcopy(self.render(extension))
        response = super().put(request, extension)
        return self.respond(before) if response.status == 200 else response


@breaking("put_answers_nothing", "E-02")
class PutAnswersNothing(Server):
    """PUT answers 204 without a body (E-02)."""

    def put(self, request: Request, extension: Extension) -> Response:
        """Drop the document."""
        super().put(request, extension)
        return Response(204)


@breaking("put_answers_ok", "E-02")
class PutAnswersOk(Server):
    """PUT answers {"status": "ok"} (E-02)."""

    def render_put(self, changes: Settings, extension: Extension) -> Json:
        """Confirm only."""
        return {"status": "ok"}


@breaking("put_answer_lacks_bundle", "E-02")
class PutAnswerLacksBundle(Server):
    """PUT answers everything but the nested object (E-02: the example answer ends with it)."""

    def render_put(self, changes: Settings, extension: Extension) -> Json:
        """Lose the nested object."""
        document = super().render_put(changes, extension)
        del document["bundle"]
        return document


@breaking("partial_body_refused", "E-01")
class PartialBodyRefused(Server):
    """PUT asks for every property (E-01: the example sends one)."""

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Ask for all."""
        missing = [name for name in PROPERTIES if name not in changes]
        if missing:
            raise Refused(400, f"{missing[0]} is required")
        return super().validate(changes, extension)


@breaking("auth_type_mandatory", "P05-o")
class AuthTypeMandatory(Server):
    """PUT asks for auth_type each time ("Mandatory: none", P05-o; E-01)."""

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Ask for one."""
        if "auth_type" not in changes:
            raise Refused(400, "auth_type is required")
        return super().validate(changes, extension)


@breaking("get_never_refreshed", "O-01", "O-04")
class GetNeverRefreshed(Server):
    """GET answers for ever what it answered first (O-01, O-04)."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: dict[str, Json] = {}

    def get(self, request: Request, extension: Extension) -> Response:
        """Answer from a cache that nobody empties."""
        with self.lock:
            document = self.cached.setdefault(extension.id, self.render(extension))
        return self.respond(document)
