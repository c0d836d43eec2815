from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.auth_type import AuthType
from ..models.record_format import RecordFormat
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bundle import Bundle


T = TypeVar("T", bound="PhoneProperties")


@_attrs_define
class PhoneProperties:
    """All settings of an internal number, as GET and PUT answer them. May hold more keys than these.

    Attributes:
        announce_sound_upon_outgoing_call (int | None): Id of the sound file that is played on an outgoing call, as an
            announcement of information.
        append_to_cid_name_on_transfer (None | str): Adds a mark of the transfer to the name of the participant. Useful
            for a blind transfer: it shows from where the
            call was transferred.
        auth_type (AuthType): How the SIP server authenticates requests of the internal number: `digest` by password,
            `network` only from the
            predefined networks, `both` by password from the predefined networks.
        call_screening_enabled (bool): Whether an incoming call must be confirmed: who picks up hears the caller's
            number and the external number
            that was called, presses 1 to answer or hangs up.
        conference_announce_caller_name (bool): Local conference `*8<internal_number>` of the internal number. Whether
            the name of an internal number that joins
            it is announced. The announcement does not work for invitees.
        conference_end_on_exit (bool): Local conference `*8<internal_number>` of the internal number. Whether it ends
            when the internal number that
            created it leaves.
        conference_pin (None | str): Local conference `*8<internal_number>` of the internal number. PIN with which other
            internal numbers enter it.
            That leading zeros count is inferred from the type string.
        external_number (None | str): If it is set, the SIP server sends calls to this number, for example of a mobile
            phone. A call is processed as
            if it came directly to the terminal: the rules for forwarding, recording and transfer apply.
        geo_list (None | str): Countries from whose IP addresses the SIP account may be used, as ISO 3166 alpha-2 codes
            with one blank between.
            `*` allows all countries, whatever the client's list says. If the list is not specified, the parameter of the
            same name of the resource Client (`/client/`) applies. That null means not specified is inferred.
        hangup_timeout (int): Longest time to wait until the internal number answers an incoming call. After this time
            the call counts as
            unanswered: the rules for incoming calls may apply, if there are any, or the call may be hung up.
        hold_music (int | None): Id of the sound file that the other side hears while the terminal holds the call. If it
            is not specified, the
            preset system file sounds. That 0 and null both mean this is inferred from the default 0 and from the null of
            the example.
        ignore_early_media (bool): Whether early media, such as an answering machine, is ignored when the internal
            number is called. Useful with an
            external number or fixed-mobile convergence (FMC).
        incoming_limit (int): How many calls the internal number may receive at the same time. 0 sets no limit; 1 is
            like switching call
            waiting off.
        network_permission_group_id (int | None): Id of the client's trusted networks for authorization on the SIP
            server, with `auth_type` `network` or `both`.
        preserve_caller_id_number_att_tr (bool): Whether the recipient of a call that is transferred with `*2` (attended
            transfer) gets the caller's number.
            Otherwise the number of the transferring internal number is shown, and the caller's number goes into the name.
        record_enabled (bool): Whether calls are recorded to a file. The files are in the resource Conversation Records,
            the disk quota is in
            the properties of the client, and the occupied space is in the resource Disk Space.
        record_format (None | RecordFormat): Format of the recorded files. If it is not specified (null), the setting of
            the resource Client (`/client/`)
            applies. The size of a file depends on its format.
        record_stereo (bool | None): Whether recordings are stereo (true) or mono (false). If it is not specified
            (null), the setting of the resource
            Client (`/client/`) applies. The size of a file depends on its format.
        record_transfer (bool): Whether the call is also recorded when it is transferred. If the call then gets to
            another internal number that
            records, the recording on the transferring one stops. Works only when `record_enabled` is on.
        ringback_sound (int | None): Id of the melody that is played instead of beeps (183 Progress). By default there
            are beeps (180 Ringing). That
            0 and null both mean this is inferred from the default 0 and from the null of the example.
        static_reg_address (None | str): Address and port, as `address:port`, to which all calls go if the terminal
            cannot register on the server. The
            terminal may still register; calls go to this address all the same.
        transfer_caller_id_number (None | str): Fixed number of the caller that is always shown when a call is forwarded
            inside the PBX. The telephony provider
            may change it when the call is forwarded further.
        vm_attach_file (bool): Whether the voice message is attached as a file to its notification. Relevant for
            `vm_enabled`.
        vm_enabled (bool): Whether voice mail is on.
        vm_greeting (int | None): Id of the audio file that is the greeting of the voice mail. Relevant for
            `vm_enabled`. That 0 and null mean the
            same is inferred from the default 0 and from the null of the example.
        vm_mailto (None | str): Mail address for notifications of a new voice message; several addresses have commas
            between. Relevant for
            `vm_enabled`.
        bundle (Bundle): The bundle of the internal number: the additional internal numbers, and the main one. That a
            change replaces
            both members as a whole is inferred.
        label (None | str | Unset): Display name of the internal number. The called terminal shows it on outgoing calls,
            if it can.
        announce_sound_upon_incoming_call (int | None | Unset): Id of the sound file that is played when an incoming
            call is answered, as an announcement of information; also
            when it is answered through the queue.
        record_on_transfer (bool | Unset): Whether the opposite side of the conversation is recorded, until the opposite
            side hangs up. Otherwise the
            internal number is recorded, until the internal number hangs up.
        intercom (int | None | Unset): Answers incoming calls by itself: 0 at once, 1 or more after this time. Null
            switches it off.
    """

    announce_sound_upon_outgoing_call: int | None
    append_to_cid_name_on_transfer: None | str
    auth_type: AuthType
    call_screening_enabled: bool
    conference_announce_caller_name: bool
    conference_end_on_exit: bool
    conference_pin: None | str
    external_number: None | str
    geo_list: None | str
    hangup_timeout: int
    hold_music: int | None
    ignore_early_media: bool
    incoming_limit: int
    network_permission_group_id: int | None
    preserve_caller_id_number_att_tr: bool
    record_enabled: bool
    record_format: None | RecordFormat
    record_stereo: bool | None
    record_transfer: bool
    ringback_sound: int | None
    static_reg_address: None | str
    transfer_caller_id_number: None | str
    vm_attach_file: bool
    vm_enabled: bool
    vm_greeting: int | None
    vm_mailto: None | str
    bundle: Bundle
    label: None | str | Unset = UNSET
    announce_sound_upon_incoming_call: int | None | Unset = UNSET
    record_on_transfer: bool | Unset = UNSET
    intercom: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        announce_sound_upon_outgoing_call: int | None
        announce_sound_upon_outgoing_call = self.announce_sound_upon_outgoing_call

        append_to_cid_name_on_transfer: None | str
        append_to_cid_name_on_transfer = self.append_to_cid_name_on_transfer

        auth_type = self.auth_type.value

        call_screening_enabled = self.call_screening_enabled

        conference_announce_caller_name = self.conference_announce_caller_name

        conference_end_on_exit = self.conference_end_on_exit

        conference_pin: None | str
        conference_pin = self.conference_pin

        external_number: None | str
        external_number = self.external_number

        geo_list: None | str
        geo_list = self.geo_list

        hangup_timeout = self.hangup_timeout

        hold_music: int | None
        hold_music = self.hold_music

        ignore_early_media = self.ignore_early_media

        incoming_limit = self.incoming_limit

        network_permission_group_id: int | None
        network_permission_group_id = self.network_permission_group_id

        preserve_caller_id_number_att_tr = self.preserve_caller_id_number_att_tr

        record_enabled = self.record_enabled

        record_format: None | str
        if isinstance(self.record_format, RecordFormat):
            record_format = self.record_format.value
        else:
            record_format = self.record_format

        record_stereo: bool | None
        record_stereo = self.record_stereo

        record_transfer = self.record_transfer

        ringback_sound: int | None
        ringback_sound = self.ringback_sound

        static_reg_address: None | str
        static_reg_address = self.static_reg_address

        transfer_caller_id_number: None | str
        transfer_caller_id_number = self.transfer_caller_id_number

        vm_attach_file = self.vm_attach_file

        vm_enabled = self.vm_enabled

        vm_greeting: int | None
        vm_greeting = self.vm_greeting

        vm_mailto: None | str
        vm_mailto = self.vm_mailto

        bundle = self.bundle.to_dict()

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        announce_sound_upon_incoming_call: int | None | Unset
        if isinstance(self.announce_sound_upon_incoming_call, Unset):
            announce_sound_upon_incoming_call = UNSET
        else:
            announce_sound_upon_incoming_call = self.announce_sound_upon_incoming_call

        record_on_transfer = self.record_on_transfer

        intercom: int | None | Unset
        if isinstance(self.intercom, Unset):
            intercom = UNSET
        else:
            intercom = self.intercom

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "announce_sound_upon_outgoing_call": announce_sound_upon_outgoing_call,
                "append_to_cid_name_on_transfer": append_to_cid_name_on_transfer,
                "auth_type": auth_type,
                "call_screening_enabled": call_screening_enabled,
                "conference_announce_caller_name": conference_announce_caller_name,
                "conference_end_on_exit": conference_end_on_exit,
                "conference_pin": conference_pin,
                "external_number": external_number,
                "geo_list": geo_list,
                "hangup_timeout": hangup_timeout,
                "hold_music": hold_music,
                "ignore_early_media": ignore_early_media,
                "incoming_limit": incoming_limit,
                "network_permission_group_id": network_permission_group_id,
                "preserve_caller_id_number_att_tr": preserve_caller_id_number_att_tr,
                "record_enabled": record_enabled,
                "record_format": record_format,
                "record_stereo": record_stereo,
                "record_transfer": record_transfer,
                "ringback_sound": ringback_sound,
                "static_reg_address": static_reg_address,
                "transfer_caller_id_number": transfer_caller_id_number,
                "vm_attach_file": vm_attach_file,
                "vm_enabled": vm_enabled,
                "vm_greeting": vm_greeting,
                "vm_mailto": vm_mailto,
                "bundle": bundle,
            }
        )
        if label is not UNSET:
            field_dict["label"] = label
        if announce_sound_upon_incoming_call is not UNSET:
            field_dict["announce_sound_upon_incoming_call"] = announce_sound_upon_incoming_call
        if record_on_transfer is not UNSET:
            field_dict["record_on_transfer"] = record_on_transfer
        if intercom is not UNSET:
            field_dict["intercom"] = intercom

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bundle import Bundle  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_announce_sound_upon_outgoing_call(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        announce_sound_upon_outgoing_call = _parse_announce_sound_upon_outgoing_call(
            d.pop("announce_sound_upon_outgoing_call")
        )

        def _parse_append_to_cid_name_on_transfer(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        append_to_cid_name_on_transfer = _parse_append_to_cid_name_on_transfer(d.pop("append_to_cid_name_on_transfer"))

        auth_type = AuthType(d.pop("auth_type"))

        call_screening_enabled = d.pop("call_screening_enabled")

        conference_announce_caller_name = d.pop("conference_announce_caller_name")

        conference_end_on_exit = d.pop("conference_end_on_exit")

        def _parse_conference_pin(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        conference_pin = _parse_conference_pin(d.pop("conference_pin"))

        def _parse_external_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_number = _parse_external_number(d.pop("external_number"))

        def _parse_geo_list(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        geo_list = _parse_geo_list(d.pop("geo_list"))

        hangup_timeout = d.pop("hangup_timeout")

        def _parse_hold_music(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        hold_music = _parse_hold_music(d.pop("hold_music"))

        ignore_early_media = d.pop("ignore_early_media")

        incoming_limit = d.pop("incoming_limit")

        def _parse_network_permission_group_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        network_permission_group_id = _parse_network_permission_group_id(d.pop("network_permission_group_id"))

        preserve_caller_id_number_att_tr = d.pop("preserve_caller_id_number_att_tr")

        record_enabled = d.pop("record_enabled")

        def _parse_record_format(data: object) -> None | RecordFormat:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                record_format_type_0 = RecordFormat(data)

                return record_format_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RecordFormat, data)

        record_format = _parse_record_format(d.pop("record_format"))

        def _parse_record_stereo(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        record_stereo = _parse_record_stereo(d.pop("record_stereo"))

        record_transfer = d.pop("record_transfer")

        def _parse_ringback_sound(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        ringback_sound = _parse_ringback_sound(d.pop("ringback_sound"))

        def _parse_static_reg_address(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        static_reg_address = _parse_static_reg_address(d.pop("static_reg_address"))

        def _parse_transfer_caller_id_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        transfer_caller_id_number = _parse_transfer_caller_id_number(d.pop("transfer_caller_id_number"))

        vm_attach_file = d.pop("vm_attach_file")

        vm_enabled = d.pop("vm_enabled")

        def _parse_vm_greeting(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        vm_greeting = _parse_vm_greeting(d.pop("vm_greeting"))

        def _parse_vm_mailto(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        vm_mailto = _parse_vm_mailto(d.pop("vm_mailto"))

        bundle = Bundle.from_dict(d.pop("bundle"))

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_announce_sound_upon_incoming_call(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        announce_sound_upon_incoming_call = _parse_announce_sound_upon_incoming_call(
            d.pop("announce_sound_upon_incoming_call", UNSET)
        )

        record_on_transfer = d.pop("record_on_transfer", UNSET)

        def _parse_intercom(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        intercom = _parse_intercom(d.pop("intercom", UNSET))

        phone_properties = cls(
            announce_sound_upon_outgoing_call=announce_sound_upon_outgoing_call,
            append_to_cid_name_on_transfer=append_to_cid_name_on_transfer,
            auth_type=auth_type,
            call_screening_enabled=call_screening_enabled,
            conference_announce_caller_name=conference_announce_caller_name,
            conference_end_on_exit=conference_end_on_exit,
            conference_pin=conference_pin,
            external_number=external_number,
            geo_list=geo_list,
            hangup_timeout=hangup_timeout,
            hold_music=hold_music,
            ignore_early_media=ignore_early_media,
            incoming_limit=incoming_limit,
            network_permission_group_id=network_permission_group_id,
            preserve_caller_id_number_att_tr=preserve_caller_id_number_att_tr,
            record_enabled=record_enabled,
            record_format=record_format,
            record_stereo=record_stereo,
            record_transfer=record_transfer,
            ringback_sound=ringback_sound,
            static_reg_address=static_reg_address,
            transfer_caller_id_number=transfer_caller_id_number,
            vm_attach_file=vm_attach_file,
            vm_enabled=vm_enabled,
            vm_greeting=vm_greeting,
            vm_mailto=vm_mailto,
            bundle=bundle,
            label=label,
            announce_sound_upon_incoming_call=announce_sound_upon_incoming_call,
            record_on_transfer=record_on_transfer,
            intercom=intercom,
        )

        phone_properties.additional_properties = d
        return phone_properties

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
