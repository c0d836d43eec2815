"""The nested object: bundle_list and bundle_id."""

import copy
from abc import ABC, abstractmethod

from tests.servers.core import Server
from tests.servers.messages import Extension, Refused
from tests.servers.page import NO_BUNDLE, Json, Settings
from tests.servers.registry import breaking


class BundleStored(Server, ABC):
    """Stores another bundle than it was sent."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Check the bundle, then spoil a copy."""
        value = super().convert(name, value, extension)
        return self.spoil(copy.deepcopy(value), extension.settings["bundle"]) if name == "bundle" else value

    @abstractmethod
    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """The bundle that is stored."""


class BundleShown(Server, ABC):
    """Answers another bundle than it stores."""

    def show(self, name: str, value: Json) -> Json:
        """Spoil the answer only."""
        return self.spoil(value) if name == "bundle" else value

    @abstractmethod
    def spoil(self, bundle: Settings) -> Json:
        """The bundle that is answered."""


@breaking("bundle_active_inverted", "P31-s4")
class BundleActiveInverted(BundleStored):
    """active is stored the other way round (P31-s4)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Invert."""
        for entry in (bundle["bundle_list"] or {}).values():
            entry["active"] = not entry["active"]
        return bundle


@breaking("bundle_active_always_true", "P31-s4")
class BundleActiveAlwaysTrue(BundleStored):
    """Who is in the list is active (P31-s4)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Lose the flag."""
        if bundle["bundle_list"]:
            bundle["bundle_list"] = {key: {"active": True} for key in bundle["bundle_list"]}
        return bundle


@breaking("bundle_second_entry_lost", "P31-s2")
class BundleSecondEntryLost(BundleStored):
    """Of several entries the first is kept (P31-s2)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Cut."""
        if bundle["bundle_list"]:
            bundle["bundle_list"] = dict(list(bundle["bundle_list"].items())[:1])
        return bundle


@breaking("bundle_same_active_for_all", "P31-s4")
class BundleSameActiveForAll(BundleStored):
    """One entry object is shared: all get the flag of the last one (P31-s4)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Share."""
        entries = bundle["bundle_list"]
        if entries:
            bundle["bundle_list"] = dict.fromkeys(entries, list(entries.values())[-1])
        return bundle


@breaking("bundle_list_not_cleared", "P31-d")
class BundleListNotCleared(BundleStored):
    """bundle_list null leaves the stored list (P31-d: null is a value of it)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Keep the old one."""
        return bundle if bundle["bundle_list"] is not None else bundle | {"bundle_list": stored["bundle_list"]}


@breaking("bundle_id_lost", "P31-s5")
class BundleIdLost(BundleStored):
    """bundle_id is always stored as null (P31-s5)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Lose it."""
        return bundle | {"bundle_id": None}


@breaking("bundle_id_not_changed", "P31-s5")
class BundleIdNotChanged(BundleStored):
    """bundle_id cannot be changed by PUT, which is answered with 200 (P31-s5, O-04)."""

    def spoil(self, bundle: Settings, stored: Settings) -> Json:
        """Keep the old one."""
        return bundle | {"bundle_id": stored["bundle_id"]}


@breaking("bundle_id_as_text", "P31-s5")
class BundleIdAsText(BundleShown):
    """bundle_id is answered as text ("id of main extension in bundle (int)", P31-s5)."""

    def spoil(self, bundle: Settings) -> Json:
        """Through str()."""
        return bundle | {"bundle_id": None if bundle["bundle_id"] is None else str(bundle["bundle_id"])}


@breaking("bundle_list_as_array", "P31-s2", "P31-s3")
class BundleListAsArray(BundleShown):
    """bundle_list is answered as an array of objects ("an Object datatype", P31-s2)."""

    def spoil(self, bundle: Settings) -> Json:
        """As rows of a table."""
        entries = bundle["bundle_list"]
        return bundle | {"bundle_list": entries and [{"id": key, **entry} for key, entry in entries.items()]}


@breaking("bundle_active_as_number", "P31-s4")
class BundleActiveAsNumber(BundleShown):
    """active is answered as 0 or 1 ("data type bool", P31-s4)."""

    def spoil(self, bundle: Settings) -> Json:
        """Through int()."""
        for entry in (bundle["bundle_list"] or {}).values():
            entry["active"] = int(entry["active"])
        return bundle


@breaking("bundle_entry_is_boolean", "P31-s4")
class BundleEntryIsBoolean(BundleShown):
    """An entry is answered as true or false, without its object (P31-s4)."""

    def spoil(self, bundle: Settings) -> Json:
        """Flatten."""
        entries = bundle["bundle_list"]
        return bundle | {"bundle_list": entries and {key: entry["active"] for key, entry in entries.items()}}


@breaking("bundle_null_when_empty", "P31-d")
class BundleNullWhenEmpty(BundleShown):
    """An empty bundle is answered as null (P31-d: an object with two nulls)."""

    def spoil(self, bundle: Settings) -> Json:
        """Shorten."""
        return None if bundle == NO_BUNDLE else bundle


@breaking("bundle_without_nulls", "P31-s1", "P31-d")
class BundleWithoutNulls(BundleShown):
    """Members of the bundle that are null are left out (P31-d)."""

    def spoil(self, bundle: Settings) -> Json:
        """Shorten."""
        return {name: value for name, value in bundle.items() if value is not None}


@breaking("bundle_as_text", "P31-t")
class BundleAsText(Server):
    """The bundle is answered as JSON in a text (P31-t)."""

    def show(self, name: str, value: Json) -> Json:
        """Encode twice."""
        return self.encode(value).decode() if name == "bundle" else value


@breaking("bundle_keys_prefixed", "P31-s3")
class BundleKeysPrefixed(BundleShown):
    """The keys of bundle_list are answered as `ext-124` ("124" - id of additional extension, P31-s3)."""

    def spoil(self, bundle: Settings) -> Json:
        """Add a prefix."""
        entries = bundle["bundle_list"]
        return bundle | {"bundle_list": entries and {f"ext-{key}": entry for key, entry in entries.items()}}


@breaking("bundle_of_one_only", "P31-s2")
class BundleOfOneOnly(Server):
    """Refuses a bundle of two entries (P31-s2 shows two)."""

    def convert(self, name: str, value: Json, extension: Extension) -> Json:
        """Count."""
        value = super().convert(name, value, extension)
        if name == "bundle" and len(value["bundle_list"] or {}) > 1:
            raise Refused(400, "a bundle has one additional extension")
        return value
