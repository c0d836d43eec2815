"""What the mock starts with: applications and extensions, from a YAML file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, Field, GetPydanticSchema, SecretStr, ValidationError, model_validator

from mock_server.contract import EXTENSION_ID, UpdateModel
from mock_server.validation import describe

SHIPPED = Path(__file__).with_name("seed.yaml")


class SeedError(Exception):
    """The seed file cannot be used; the message is one line that names the thing and the remedy."""


def _canonical_id(value: object) -> str:
    text = str(value)
    if not (text.isdecimal() and EXTENSION_ID.fullmatch(text)):
        raise ValueError("an extension id is a whole number from 1 on, without leading zeros")
    return text


# Which generated model an update has, the contract names; mypy cannot know it.
Update = Annotated[BaseModel, GetPydanticSchema(lambda _, handler: handler(UpdateModel))]
ExtensionId = Annotated[str, BeforeValidator(_canonical_id)]


class Application(BaseModel):
    """A registered program of a client; `me` is the extension of its user, if that is an internal number."""

    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    client: str
    access: Literal["full", "read"] = "full"
    me: ExtensionId | None = None
    token: Annotated[SecretStr, Field(min_length=1)] | None = None


class Extension(BaseModel):
    """An internal number of a client, with the properties that are set on it."""

    id: ExtensionId
    client: str
    properties: Update = UpdateModel()


class Seed(BaseModel):
    """All applications and extensions."""

    applications: Annotated[list[Application], Field(min_length=1)]
    extensions: Annotated[list[Extension], Field(min_length=1)]

    @property
    def demos(self) -> list[Application]:
        """The applications with which one may start at once: full access, a fixed token, an extension."""
        return [a for a in self.applications if a.access == "full" and a.token and a.me]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for twice in _repeated(application.client_id for application in self.applications):
            raise ValueError(f"client_id {twice}: stands there twice")
        for twice in _repeated(extension.id for extension in self.extensions):
            raise ValueError(f"extension {twice}: stands there twice")
        for _ in _repeated(a.token.get_secret_value() for a in self.applications if a.token):
            raise ValueError("two applications have the same token")
        clients = {extension.id: extension.client for extension in self.extensions}
        for application in self.applications:
            if application.me and clients.get(application.me) != application.client:
                raise ValueError(f"application {application.client_id}: me must be an extension of its client")
        return self


def load(path: Path) -> Seed:
    """Read and check a seed file.

    Raises:
        SeedError: The file is missing, is not YAML, or holds something that is not allowed.
    """
    try:
        return Seed.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")), extra="forbid")
    except (OSError, UnicodeError) as error:
        raise SeedError(f"{path}: cannot be read ({error.__class__.__name__}): name a readable text file") from None
    except yaml.YAMLError as error:
        raise SeedError(f"{path}: correct the YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise SeedError(f"{path}: {describe(error)}; correct it, {SHIPPED.name} of the mock shows the form") from None


def _repeated(values: Iterable[str]) -> Iterable[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield value
        seen.add(value)
