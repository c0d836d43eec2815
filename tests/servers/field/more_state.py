"""Other instances of the kind "what is stored and shown": kept aside, so that a kind is handled and not a row."""

import time
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import NOT_IN_EXAMPLE, PROPERTIES, Json, Settings, of_kind
from tests.servers.registry import field

from .state import LOW_RISK_TEXTS, Masked, NeverShown, Sparse
from .timing import StartingUp


@field("label_not_shown", 0, 1, 6, names=("label",), may_keep=("label",))
class LabelNotShown(NeverShown):
    """Never shows label, which the page's example does not hold either."""

    hidden = ("label",)


@field("address_not_shown", 0, 1, 6, names=("static_reg_address",), may_keep=("static_reg_address",))
class AddressNotShown(NeverShown):
    """Never shows static_reg_address."""

    hidden = ("static_reg_address",)


@field("newcomers_not_shown", 0, 1, 6, names=NOT_IN_EXAMPLE, may_keep=NOT_IN_EXAMPLE)
class NewcomersNotShown(NeverShown):
    """Never shows the four properties that the page's example does not hold."""

    hidden = NOT_IN_EXAMPLE


@field("bundle_not_shown", 0, 1, 6, names=("bundle",), may_keep=("bundle",))
class BundleNotShown(NeverShown):
    """Never shows bundle."""

    hidden = ("bundle",)


@field("pin_masked_bullets", 0, 1, 6, names=("conference_pin",), may_keep=("conference_pin",))
class PinMaskedBullets(Masked):
    """Shows •••• for conference_pin, always four."""

    def mask(self, value: str) -> str:
        """Four bullets."""
        return "••••" if value else value


@field("number_masked_in_part", 0, 1, 6, names=("external_number",), may_keep=("external_number",))
class NumberMaskedInPart(Masked):
    """Shows `***0143` for external_number."""

    masked = ("external_number",)

    def mask(self, value: str) -> str:
        """Keep four digits."""
        return "***" + value[-4:]


@field("mail_masked", 0, 1, 6, names=("vm_mailto",), may_keep=("vm_mailto",))
class MailMasked(Masked):
    """Shows `d***@example.com` for vm_mailto."""

    masked = ("vm_mailto",)

    def mask(self, value: str) -> str:
        """Keep one letter and the host."""
        return ",".join(f"{mail[:1]}***@{mail.partition('@')[2]}" for mail in value.split(","))


@field("pin_redacted", 0, 1, 6, names=("conference_pin",), may_keep=("conference_pin",))
class PinRedacted(Masked):
    """Shows [REDACTED] for conference_pin."""

    def mask(self, value: str) -> str:
        """One word."""
        return "[REDACTED]" if value else value


@field("label_masked_x", 0, 1, 6, names=("label",), may_keep=("label",))
class LabelMasked(Masked):
    """Shows `xxxx` for the label, which is a property of low risk."""

    masked = ("label",)

    def mask(self, value: str) -> str:
        """Crosses of the same length."""
        return "x" * len(value)


class Ignoring(Server, ABC):
    """Answers 200 and keeps the old value for some values."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Skip them."""
        super().apply({name: value for name, value in changes.items() if not self.ignores(value)}, extension)

    @abstractmethod
    def ignores(self, value: Json) -> bool:
        """Whether a value is skipped."""


@field("false_ignored", 1, 6, statements=("O-04",))
class FalseIgnored(Ignoring):
    """PUT ignores false; on its extension some booleans are false at the start."""

    def ignores(self, value: Json) -> bool:
        """Skip false."""
        return value is False


@field("zero_ignored", 1, 6, statements=("O-04", "P15-s2"))
class ZeroIgnored(Ignoring):
    """PUT ignores 0; on its extension incoming_limit is 0 at the start."""

    def initial(self) -> Settings:
        """Some zeros to come back to."""
        return super().initial() | {"incoming_limit": 0, "intercom": 0, "vm_greeting": 0}

    def ignores(self, value: Json) -> bool:
        """Skip 0."""
        return value == 0 and value is not False


@field("empty_text_ignored", 0, 6, findings=0, may_keep=of_kind("string"))
class EmptyTextIgnored(Ignoring):
    """PUT ignores ""; on its extension the label is "" at the start. Whether "" is a value is open."""

    def initial(self) -> Settings:
        """An empty text to come back to."""
        return super().initial() | {"label": "", "append_to_cid_name_on_transfer": ""}

    def ignores(self, value: Json) -> bool:
        """Skip the empty text."""
        return bool(value == "")


@field("null_becomes_empty", 0, 1, 6)
class NullBecomesEmpty(Sparse):
    """Stores "" for null, so that null never comes back in a text."""

    unset = (*Sparse.unset, *LOW_RISK_TEXTS)

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """No null in the column."""
        value = super().convert(name, value, extension)
        is_free = PROPERTIES[name].kind == "string" and not PROPERTIES[name].choices
        return "" if value is None and is_free else value


@field("null_is_500", 1, 6, statements=("P30-s3",))
class NullIsServerError(Sparse):
    """PUT with a null gets 500 and stores nothing."""

    unset = (*Sparse.unset, *LOW_RISK_TEXTS)

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Trip over null."""
        if None in changes.values():
            raise Refused(500, "internal error")
        return super().validate(changes, extension)


@field("number_set_once", 0, 1, 6, may_keep=("external_number",))
class NumberSetOnce(Server):
    """external_number can be changed once; then it waits for a check by the provider, with 409."""

    changed = False

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """One change only."""
        value = super().convert(name, value, extension)
        if name == "external_number" and value != extension.settings[name]:
            if self.changed:
                raise Refused(409, "external_number is being verified")
            self.changed = True
        return value


@field("number_set_once_silently", 0, 1, 6, may_keep=("external_number",))
class NumberSetOnceSilently(NumberSetOnce):
    """The same with 200: the second change is not stored."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Keep what is stored."""
        try:
            return super().convert(name, value, extension)
        except Refused as refusal:
            if refusal.status == 409:
                return extension.settings[name]
            raise


@field("recording_never_off_again", 0, 1, 6, may_keep=("record_enabled",))
class RecordingNeverOffAgain(Server):
    """record_enabled can be switched on, but not off again: 403 by the rules of the client."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """On is for ever."""
        value = super().convert(name, value, extension)
        if name == "record_enabled" and extension.settings[name] and not value:
            raise Refused(403, "recording is mandatory")
        return value


@field("changes_webrtc", 0, 1, 6, may_keep=("allow_webrtc",))
class ChangesWebrtc(Server):
    """PUT of auth_type sets its own allow_webrtc to false."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Change an unknown key."""
        super().apply(({"allow_webrtc": False} if "auth_type" in changes else {}) | changes, extension)


@field("resets_nested_unknown", 0, 1, 6, may_keep=("sip",))
class ResetsNestedUnknown(Server):
    """Json PUT resets a nested object that the page does not know."""

    def initial(self) -> Settings:
        """With such an object."""
        return super().initial() | {"sip": {"codecs": ["opus", "pcma"], "password": "hunter2-of-54"}}

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Reset it."""
        super().apply(({"sip": {"codecs": []}} if "sip" in extension.settings else {}) | changes, extension)


@field(
    "modified_stamp", 0, 6, findings=0, may_keep=("modified_at", "revision"), ignored_keys=("modified_at", "revision")
)
class ModifiedStamp(Server):
    """Every PUT moves modified_at and revision, as it should be."""

    def initial(self) -> Settings:
        """With a stamp."""
        return super().initial() | {"modified_at": "2026-01-01T00:00:00Z", "revision": 1}

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Move it."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        extension.settings["modified_at"] = stamp
        extension.settings["revision"] = extension.settings.get("revision", 0) + 1
        super().apply(changes, extension)


@field("restore_on_second_try", 0, 1, 6, findings=1)
class RestoreOnSecondTry(Server):
    """A PUT of several properties that brings the first settings back is stored only when it comes again."""

    def __init__(self) -> None:
        super().__init__()
        self.first = {name: self.state(name) for name in self.extensions}
        self.tries: set[str] = set()

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Lose the first try."""
        first = self.first[extension.id]
        is_restore = len(changes) > 3 and all(first.get(name) == value for name, value in changes.items())
        is_change = any(extension.settings[name] != value for name, value in changes.items())
        if is_restore and is_change and extension.id not in self.tries:
            self.tries.add(extension.id)
            return
        super().apply(changes, extension)


@field("needs_voice_mail", 0, remark="a note: the coupling that P28-s2 describes", findings=0, may_keep=())
class NeedsVoiceMail(Server):
    """Refuses vm_attach_file true and a new vm_greeting while vm_enabled is false."""

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Look at all three."""
        accepted = super().validate(changes, extension)
        merged = extension.settings | accepted
        greeting = accepted.get("vm_greeting")
        wants_more = accepted.get("vm_attach_file") or greeting not in (None, 0, extension.settings["vm_greeting"])
        if wants_more and not merged["vm_enabled"]:
            raise Refused(422, "vm_enabled is off")
        return accepted


@field("starting_up_empty", 0, 3, findings=0, may_keep=())
class StartingUpEmpty(StartingUp):
    """Answers the first GET with {}."""

    first: Json = {}


@field("starting_up_one_property", 0, 1, 3, 6)
class StartingUpOneProperty(StartingUp):
    """Answers the first GET with one property of the contract and nothing else."""

    first: Json = {"auth_type": "digest"}


@field("maintenance_page_once", 0, 1, 6, findings=1)
class MaintenancePageOnce(Server):
    """Once in the middle GET answers 200 with a page of HTML."""

    def get(self, request: Request, extension: Extension) -> Response:
        """Be repaired."""
        if sum(entry.method == "GET" for entry in self.log) == 30:
            return Response(200, b"<!doctype html><h1>Maintenance</h1>", {"Content-Type": "text/html"})
        return super().get(request, extension)


@field("two_replicas", 0, 1, remark="one finding that names the delay", findings=1, may_keep=())
class TwoReplicas(Server):
    """Every second GET comes from a replica that is 300 ms behind."""

    def __init__(self) -> None:
        super().__init__()
        self.behind: dict[str, tuple[float, Json]] = {}
        self.reads = 0

    def put(self, request: Request, extension: Extension) -> Response:
        """Remember what the replica still shows."""
        with self.lock:
            before = self.render(extension)
            response = super().put(request, extension)
            until, shown = self.behind.get(extension.id, (0.0, before))
            late = shown if until > time.monotonic() else before
            self.behind[extension.id] = (time.monotonic() + 0.3, late)
        return response

    def get(self, request: Request, extension: Extension) -> Response:
        """Alternate."""
        self.reads += 1
        until, shown = self.behind.get(extension.id, (0.0, None))
        if self.reads % 2 and until > time.monotonic():
            return self.respond(shown)
        return super().get(request, extension)
