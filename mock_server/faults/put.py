# ruff: noqa: D102 (the docstring of the class describes the method)
"""PUT semantics: the stored values, the unchanged values, the response."""

import asyncio
from contextlib import suppress

from mock_server.contract import FRESH
from mock_server.faults.catalogue import PropertyFault, fault, fault_of_each
from mock_server.faults.kinds import ENUM, NUMBER, PROPERTIES, SWITCH
from mock_server.phone import Phone, Properties
from mock_server.problems import Problem, bad_request


@fault_of_each(PROPERTIES)
class NotStored(PropertyFault):
    """PUT answers with the new {}, but does not store it."""

    def store(self, extension: str, properties: Properties) -> None:
        super().store(extension, {name: value for name, value in properties.items() if name != self.property.name})


@fault
class PutNotStored(Phone):
    """PUT answers with the change, but stores nothing."""

    def store(self, extension: str, properties: Properties) -> None:
        pass


@fault
class PutIgnored(Phone):
    """PUT answers with 200 and changes nothing."""

    def merge(self, before: Properties, update: Properties) -> Properties:  # noqa: ARG002
        return before


@fault
class PutAnswersStateBefore(Phone):
    """PUT answers with the state before the change."""

    def echo(self, before: Properties, after: Properties) -> Properties:  # noqa: ARG002
        return self.present(before)


@fault
class PutAnswersChangesOnly(Phone):
    """PUT answers only with the properties that it changed."""

    def echo(self, before: Properties, after: Properties) -> Properties:
        return {name: value for name, value in after.items() if before.get(name, FRESH[name]) != value}


@fault
class PutAnswersDefaults(Phone):
    """PUT answers with the properties that it changed, and with the default of all others."""

    def echo(self, before: Properties, after: Properties) -> Properties:
        return self.present({name: value for name, value in after.items() if before.get(name) != value})


@fault
class PutResetsOmitted(Phone):
    """PUT resets all properties that are not in the body."""

    def merge(self, before: Properties, update: Properties) -> Properties:  # noqa: ARG002
        return update


@fault
class PutResetsOmittedBooleans(Phone):
    """PUT sets a boolean that is not in the body to false, like an HTML form."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return {**before, **{p.name: False for p in PROPERTIES if p.type == "boolean"}, **update}


@fault
class OnlyFirstPropertyStored(Phone):
    """PUT applies only the first property of the body."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        return super().merge(before, dict(list(update.items())[:1]))


@fault
class OnePropertyResetsAnother(Phone):
    """Setting the first enum property resets the first integer."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        reset = {NUMBER.name: NUMBER.default} if ENUM.name in update else {}
        return {**before, **reset, **update}


@fault
class NeighbourChanged(Phone):
    """Setting an integer also sets the next integer of the contract."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        numbers = [p.name for p in PROPERTIES if p.type == "integer"]
        neighbour = numbers[numbers.index(NUMBER.name) + 1]
        side_effect = {neighbour: update[NUMBER.name]} if NUMBER.name in update else {}
        return {**before, **side_effect, **update}


@fault
class RejectedPutAppliesValidPart(Phone):
    """A PUT that is refused applies its valid properties nevertheless."""

    async def apply(self, extension: str, document: Properties) -> Properties:
        for name, value in document.items():
            with suppress(Problem):
                await self.change(extension, self.validate({name: value}))
        return await super().apply(extension, document)


@fault_of_each(PROPERTIES)
class PropertyRequired(PropertyFault):
    """A change without {} is refused, although no property is required."""

    def validate(self, document: Properties) -> Properties:
        if self.property.name not in document:
            raise bad_request(f"{self.property.name}: the property is missing")
        return super().validate(document)


@fault
class ChangeLeaksToSibling(Phone):
    """A change also changes another extension of the client."""

    def store(self, extension: str, properties: Properties) -> None:
        client = self.clients[extension]
        sibling = next(other for other in self.clients if other != extension and self.clients[other] == client)
        super().store(sibling, properties)
        super().store(extension, properties)


@fault
class PutExpectsEnvelope(Phone):
    """PUT takes the properties only inside a `data` key."""

    def decode(self, body: bytes) -> Properties:
        document = super().decode(body).get("data")
        if not isinstance(document, dict):
            raise bad_request("data: the property is missing")
        return document


@fault
class GetChangesSomething(Phone):
    """GET increments an integer."""

    def read(self, extension: str) -> Properties:
        properties = super().read(extension)
        number = properties.get(NUMBER.name, NUMBER.default)
        self.store(extension, {**properties, NUMBER.name: number + 1})
        return properties


@fault
class GetAnswersOldState(Phone):
    """The first GET after a change answers with the state before it."""

    stale: Properties | None = None

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        self.stale = None  # the change itself must read the current state
        before, after = await super().change(extension, update)
        self.stale = before
        return before, after

    def read(self, extension: str) -> Properties:
        stale, self.stale = self.stale, None
        return super().read(extension) if stale is None else stale


@fault
class RepeatedPutToggles(Phone):
    """A second identical PUT inverts a boolean: PUT is not idempotent."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        if SWITCH.name in update and before.get(SWITCH.name) == update[SWITCH.name]:
            update = {**update, SWITCH.name: not update[SWITCH.name]}
        return super().merge(before, update)


@fault
class RepeatedPutRefused(Phone):
    """A PUT that changes nothing is refused with 409."""

    def merge(self, before: Properties, update: Properties) -> Properties:
        if update and update.items() <= before.items():
            raise Problem(409, "conflict", "Nothing to change")
        return super().merge(before, update)


@fault
class UpdatesLost(Phone):
    """One of two concurrent changes is lost: PUT reads, waits and writes without a lock."""

    async def change(self, extension: str, update: Properties) -> tuple[Properties, Properties]:
        before = self.read(extension)
        await asyncio.sleep(0.02)
        after = self.merge(before, update)
        self.store(extension, after)
        return before, after
