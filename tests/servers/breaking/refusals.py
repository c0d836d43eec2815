"""Values of the page's own forms that are refused."""

from abc import ABC, abstractmethod
from typing import ClassVar

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused
from tests.servers.page import PROPERTIES, Json
from tests.servers.registry import breaking


class Refusing(Server, ABC):
    """Refuses some values of one property with 400."""

    property_name: ClassVar[str]

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Check the value, then refuse it."""
        value = super().convert(name, value, extension)
        if name == self.property_name and self.refuses(value):
            raise Refused(400, f"{name} is not valid")
        return value

    @abstractmethod
    def refuses(self, value: Json) -> bool:
        """Whether this value is refused."""


@breaking("plus_refused", "P10-s2")
class PlusRefused(Refusing):
    """Refuses a + in external_number (P10-s2)."""

    property_name = "external_number"

    def refuses(self, value: Json) -> bool:
        """Digits only."""
        return bool(value is not None and "+" in value)


@breaking("two_mails_refused", "P29-s2")
class TwoMailsRefused(Refusing):
    """Refuses two mail addresses (P29-s2)."""

    property_name = "vm_mailto"

    def refuses(self, value: Json) -> bool:
        """One address only."""
        return bool(value is not None and "," in value)


@breaking("two_countries_refused", "P11-s2")
class TwoCountriesRefused(Refusing):
    """Refuses two countries (P11-s2)."""

    property_name = "geo_list"

    def refuses(self, value: Json) -> bool:
        """One country only."""
        return bool(value is not None and " " in value)


@breaking("all_countries_refused", "P11-s4")
class AllCountriesRefused(Refusing):
    """Refuses `*` (P11-s4)."""

    property_name = "geo_list"

    def refuses(self, value: Json) -> bool:
        """Letters only."""
        return bool(value == "*")


@breaking("port_refused", "P24-s3")
class PortRefused(Refusing):
    """Refuses a port in static_reg_address (P24-s3)."""

    property_name = "static_reg_address"

    def refuses(self, value: Json) -> bool:
        """Hosts only."""
        return bool(value is not None and ":" in value)


@breaking("timeout_only_60", "P12-s1")
class TimeoutOnlySixty(Refusing):
    """Refuses every hangup_timeout but the default (P12-s1; E-02 shows 5)."""

    property_name = "hangup_timeout"

    def refuses(self, value: Json) -> bool:
        """The default only."""
        return bool(value != 60)


@breaking("auth_both_refused", "P05-s2")
class AuthBothRefused(Refusing):
    """Refuses auth_type both (P05-s2)."""

    property_name = "auth_type"

    def refuses(self, value: Json) -> bool:
        """Two of three."""
        return bool(value == "both")


@breaking("format_wav_refused", "P19-s2")
class FormatWavRefused(Refusing):
    """Refuses record_format wav: the page's quotes around it were copied (P19-s2)."""

    property_name = "record_format"

    def refuses(self, value: Json) -> bool:
        """One of two."""
        return bool(value == "wav")


@breaking("format_null_refused", "P19-s2")
class FormatNullRefused(Refusing):
    """Refuses record_format null (P19-s2)."""

    property_name = "record_format"

    def refuses(self, value: Json) -> bool:
        """Texts only."""
        return value is None


@breaking("intercom_null_refused", "P30-s3")
class IntercomNullRefused(Refusing):
    """Refuses intercom null (P30-s3)."""

    property_name = "intercom"

    def refuses(self, value: Json) -> bool:
        """Numbers only."""
        return value is None


@breaking("intercom_0_refused", "P30-s1")
class IntercomZeroRefused(Refusing):
    """Refuses intercom 0 (P30-s1)."""

    property_name = "intercom"

    def refuses(self, value: Json) -> bool:
        """`if not value`."""
        return bool(value == 0)


@breaking("limit_0_refused", "P15-s2")
class LimitZeroRefused(Refusing):
    """Refuses incoming_limit 0 (P15-s2)."""

    property_name = "incoming_limit"

    def refuses(self, value: Json) -> bool:
        """`if not value`."""
        return bool(value == 0)


@breaking("false_refused", "P21-t")
class FalseRefused(Refusing):
    """Refuses record_transfer false as missing (P21-t)."""

    property_name = "record_transfer"

    def refuses(self, value: Json) -> bool:
        """`if not value`."""
        return not value


@breaking("numbers_refused_as_json", "P12-t")
class NumbersRefused(Server):
    """Takes numbers as text only, and answers numbers (P12-t)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Parse a text."""
        if PROPERTIES[name].kind != "long" or value is None:
            return super().convert(name, value, extension)
        if not isinstance(value, str) or not value.isdecimal():
            raise Refused(400, f"{name} is not a text of digits")
        return int(value)


@breaking("bundle_only_alone", "O-07")
class BundleOnlyAlone(Server):
    """Refuses bodies with the nested object beside other keys with 500 (O-07)."""

    def validate(self, changes: dict[str, Json], extension: Extension) -> dict[str, Json]:
        """Trip over the nested object."""
        if "bundle" in changes and len(changes) > 1:
            raise Refused(500, "internal error")
        return super().validate(changes, extension)
