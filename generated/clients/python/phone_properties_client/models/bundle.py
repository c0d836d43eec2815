from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.bundle_list import BundleList


T = TypeVar("T", bound="Bundle")


@_attrs_define
class Bundle:
    """The bundle of the internal number: the additional internal numbers, and the main one. That a change replaces
    both members as a whole is inferred.

        Attributes:
            bundle_list (BundleList | None): The additional internal numbers of the bundle. Null when there are none.
            bundle_id (int | None): Id of the main internal number of the bundle. Null when there is none.
    """

    bundle_list: BundleList | None
    bundle_id: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.bundle_list import BundleList  # noqa: PLC0415

        bundle_list: dict[str, Any] | None
        if isinstance(self.bundle_list, BundleList):
            bundle_list = self.bundle_list.to_dict()
        else:
            bundle_list = self.bundle_list

        bundle_id: int | None
        bundle_id = self.bundle_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "bundle_list": bundle_list,
                "bundle_id": bundle_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bundle_list import BundleList  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_bundle_list(data: object) -> BundleList | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                bundle_list_type_0 = BundleList.from_dict(data)

                return bundle_list_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(BundleList | None, data)

        bundle_list = _parse_bundle_list(d.pop("bundle_list"))

        def _parse_bundle_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        bundle_id = _parse_bundle_id(d.pop("bundle_id"))

        bundle = cls(
            bundle_list=bundle_list,
            bundle_id=bundle_id,
        )

        bundle.additional_properties = d
        return bundle

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
