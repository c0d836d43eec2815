"""What a server stores and shows: the rows about settings that do not come back."""

import json

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused, Request, Response
from tests.servers.page import NOT_IN_EXAMPLE, PROPERTIES, Json, Settings, of_kind
from tests.servers.registry import field

LOW_RISK_TEXTS = ("label", "append_to_cid_name_on_transfer")


class Sparse(Server):
    """Some of its settings are not set, so that a run has to bring null back."""

    unset: tuple[str, ...] = (*NOT_IN_EXAMPLE, "external_number", "static_reg_address", "conference_pin")

    def initial(self) -> Settings:
        """Null where the page allows it."""
        cleared = {name: None for name in self.unset if PROPERTIES[name].nullable}
        return super().initial() | cleared


@field("unset_left_out", 0, 6, remark="absent counts as null", findings=0)
class UnsetLeftOut(Sparse):
    """Leaves out what is null, of the four properties that the page's example answer does not hold."""

    def render(self, extension: Extension) -> Json:
        """Leave out."""
        document = super().render(extension)
        return {name: value for name, value in document.items() if name not in NOT_IN_EXAMPLE or value is not None}


class NeverShown(Server):
    """Stores a property and never shows it."""

    hidden: tuple[str, ...] = ("conference_pin",)

    def render(self, extension: Extension) -> Json:
        """Hide."""
        return {name: value for name, value in super().render(extension).items() if name not in self.hidden}


@field("pin_not_shown", 0, 1, 6, names=("conference_pin",), may_keep=("conference_pin",))
class PinNotShown(NeverShown):
    """Never shows conference_pin. A property that GET never shows is not written, or it is named."""


class Masked(Server):
    """Shows a mask for a secret and stores what it is sent."""

    masked: tuple[str, ...] = ("conference_pin",)

    def show(self, name: str, value: Json) -> Json:
        """Mask."""
        return self.mask(value) if name in self.masked and value else value

    def mask(self, value: str) -> str:
        """The mask."""
        return "*" * len(value)


@field("pin_masked", 0, 1, 6, names=("conference_pin",), may_keep=("conference_pin",))
class PinMasked(Masked):
    """Shows `****` for conference_pin. The mask is never sent back."""


@field("null_ignored", 1, 6, may_keep=LOW_RISK_TEXTS, statements=("P30-s3",))
class NullIgnored(Sparse):
    """Takes null with 200 and keeps the old value. Only the least risky property may show that."""

    unset = (*Sparse.unset, *LOW_RISK_TEXTS, "vm_mailto")

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Skip null."""
        super().apply({name: value for name, value in changes.items() if value is not None}, extension)


@field("drops_unknown", 0, 1, 6, may_keep=("allow_webrtc",))
class DropsUnknown(Server):
    """Drops its own allow_webrtc on every PUT that does not name it."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Drop it."""
        if "allow_webrtc" not in changes:
            extension.settings.pop("allow_webrtc", None)
        super().apply(changes, extension)


@field("geo_sorted", 0, remark='a warning that says "normalised"', names=("normalised",), findings=0, may_keep=())
class GeoSorted(Server):
    """Stores `DE FR AT` as `AT DE FR`."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Sort."""
        value = super().convert(name, value, extension)
        return " ".join(sorted(value.split())) if name == "geo_list" and value else value


@field("mail_normalised", 0, remark='a warning that says "normalised"', names=("normalised",), findings=0)
class MailNormalised(Server):
    """Stores `a,b` as `a, b`."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Add blanks."""
        value = super().convert(name, value, extension)
        return ", ".join(value.replace(" ", "").split(",")) if name == "vm_mailto" and value else value


@field("big_fraction", 0, findings=0, may_keep=())
class BigFraction(Server):
    """Shows 9007199254740993 as 9007199254740993.0, which is the same number in JSON."""

    def encode(self, document: Json) -> bytes:
        """Write a fraction behind numbers that a double cannot hold."""
        text = super().encode(document).decode()
        values = document.values() if isinstance(document, dict) else ()
        for value in {value for value in values if type(value) is int}:
            if abs(value) > 2**53:
                text = text.replace(f":{value}", f":{value}.0")
        return text.encode()


@field("lone_surrogate", 0, remark="a note at most: it is JSON", findings=0, may_keep=())
class LoneSurrogate(Server):
    r"""Takes `"\ud800"` and shows it again."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Take every text."""
        is_free = PROPERTIES[name].kind == "string" and not PROPERTIES[name].choices
        return value if is_free and isinstance(value, str) else super().convert(name, value, extension)


@field("lenient_forms", 0, remark="a warning for each form that it takes", findings=0, may_keep=())
class LenientForms(Server):
    """Takes static_reg_address without a port, vm_mailto without `@`, intercom -1: all that has the right type."""


@field("own_requests", 1, 6, remark="one finding at its cause", statements=("P12-t",))
class OwnRequests(Server):
    """Stores and shows whatever it is sent, of any JSON type."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Check nothing."""
        return json.loads(self.encode(value))


@field("needs_recording", 0, remark="a note: the coupling that P21-s3 describes", findings=0, may_keep=())
class NeedsRecording(Server):
    """Refuses record_transfer true while record_enabled is false."""

    def validate(self, changes: Settings, extension: Extension) -> Settings:
        """Look at both."""
        accepted = super().validate(changes, extension)
        merged = extension.settings | accepted
        if accepted.get("record_transfer") and not merged["record_enabled"]:
            raise Refused(409, "record_transfer needs record_enabled")
        return accepted


@field("repeat_toggles", 1, 6, statements=("O-04",), may_keep=of_kind("boolean"))
class RepeatToggles(Server):
    """PUT of the boolean that is stored already toggles it."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Toggle."""
        value = super().convert(name, value, extension)
        return not value if isinstance(value, bool) and extension.settings[name] is value else value


@field("first_write_lost", 1, 6, statements=("O-04",))
class FirstWriteLost(Server):
    """Drops the first PUT on an extension."""

    def apply(self, changes: Settings, extension: Extension) -> None:
        """Count the PUTs."""
        first = sum(entry.method == "PUT" and f"/{extension.id}/" in entry.path for entry in self.log) == 1
        super().apply({} if first else changes, extension)


@field("vendor_json", 0, remark="a warning: the media type", findings=0, may_keep=())
class VendorJson(Server):
    """Answers application/vnd.provider.v1+json."""

    json_type = "application/vnd.provider.v1+json"


@field("extra_keys_20000", 0, findings=0, may_keep=(), seconds=120)
class ExtraKeys(Server):
    """Each answer holds 20,000 more keys."""

    more = {f"extra_{number}": number for number in range(20_000)}

    def __init__(self) -> None:
        super().__init__()
        self.tail = super().encode(self.more)[1:]

    def get(self, request: Request, extension: Extension) -> Response:
        """Add them as bytes: that is faster than to encode them each time."""
        return self.add(super().get(request, extension))

    def put(self, request: Request, extension: Extension) -> Response:
        """Add them to the answer of PUT as well."""
        return self.add(super().put(request, extension))

    def add(self, response: Response) -> Response:
        """Join two objects."""
        response.body = response.body[:-1] + b"," + self.tail
        return response


class StrictForm(Server):
    """Refuses values in which a mark stands that the page shows."""

    marks: dict[str, str] = {}
    bundle_entries = 1_000_000

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Look for the mark, and count entries."""
        value = super().convert(name, value, extension)
        if name in self.marks and value is not None and self.marks[name] in value:
            raise Refused(400, f"{name} is not valid")
        if name == "bundle" and len(value["bundle_list"] or {}) > self.bundle_entries:
            raise Refused(400, "too many additional extensions")
        return value
