"""Contains all the data models used in inputs/outputs"""

from .auth_type import AuthType
from .bundle import Bundle
from .bundle_entry import BundleEntry
from .bundle_list import BundleList
from .error import Error
from .phone_properties import PhoneProperties
from .phone_properties_update import PhonePropertiesUpdate
from .record_format import RecordFormat

__all__ = (
    "AuthType",
    "Bundle",
    "BundleEntry",
    "BundleList",
    "Error",
    "PhoneProperties",
    "PhonePropertiesUpdate",
    "RecordFormat",
)
