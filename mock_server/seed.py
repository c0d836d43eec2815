"""The initial data of the mock: applications and extensions, from a YAML file."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, Field, GetPydanticSchema, SecretStr, ValidationError, model_validator

from mock_server.contract import UpdateModel, is_extension_id
from mock_server.validation import describe

SHIPPED = Path(__file__).with_name("seed.yaml")


class SeedError(Exception):
    """The seed file cannot be used; the message is one line that names the error and what to correct."""


def _canonical_id(value: object) -> str:
    text = str(value)
    if not (text.isdecimal() and is_extension_id(text)):
        raise ValueError("an extension id is a whole number from 1 on, without leading zeros")
    return text


# The contract names the model of an update, so mypy does not know it.
Update = Annotated[BaseModel, GetPydanticSchema(lambda _, handler: handler(UpdateModel))]
ExtensionId = Annotated[str, BeforeValidator(_canonical_id)]


class Application(BaseModel):
    """A registered application of a client; `me` is the extension of its user, if the user has one."""

    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    client: str
    access: Literal["full", "read"] = "full"
    me: ExtensionId | None = None
    token: Annotated[SecretStr, Field(min_length=1)] | None = None


class Extension(BaseModel):
    """An extension (internal number) of a client, with the properties that are set on it."""

    id: ExtensionId
    client: str
    properties: Update = UpdateModel()


class Seed(BaseModel):
    """All applications and extensions."""

    applications: Annotated[list[Application], Field(min_length=1)]
    extensions: Annotated[list[Extension], Field(min_length=1)]

    @property
    def demos(self) -> list[Application]:
        """The applications for a first try: full access, a fixed token, an extension."""
        return [a for a in self.applications if a.access == "full" and a.token and a.me]

    def with_extensions(self, ids: Iterable[int]) -> Self:
        """The same with further extensions of the first client."""
        known, client = {extension.id for extension in self.extensions}, self.applications[0].client
        more = [Extension(id=str(id_), client=client) for id_ in ids if str(id_) not in known]
        return self.model_copy(update={"extensions": [*self.extensions, *more]})

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for client_id in _duplicates(application.client_id for application in self.applications):
            raise ValueError(f"client_id {client_id}: appears twice")
        for extension_id in _duplicates(extension.id for extension in self.extensions):
            raise ValueError(f"extension {extension_id}: appears twice")
        for _ in _duplicates(a.token.get_secret_value() for a in self.applications if a.token):
            raise ValueError("two applications have the same token")
        clients = {extension.id: extension.client for extension in self.extensions}
        for application in self.applications:
            if application.me and clients.get(application.me) != application.client:
                raise ValueError(f"application {application.client_id}: me must be an extension of its client")
        return self


def load(path: Path) -> Seed:
    """Read and check a seed file.

    Raises:
        SeedError: The file cannot be read, is not YAML, or does not match the model.
    """
    try:
        return Seed.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")), extra="forbid")
    except (OSError, UnicodeError) as error:
        raise SeedError(f"{path}: cannot be read ({error.__class__.__name__}): name a readable text file") from None
    except yaml.YAMLError as error:
        raise SeedError(f"{path}: correct the YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise SeedError(f"{path}: {describe(error)}; correct it: {SHIPPED.name} of the mock is an example") from None


def _duplicates(values: Iterable[str]) -> Iterable[str]:
    return (value for value, count in Counter(values).items() if count > 1)
