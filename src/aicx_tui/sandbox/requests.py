"""The bodies that the platform accepts, with their limits. Unknown keys are ignored."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from aicx_tui.models.tag import TagKind

MAX_BODY_BYTES = 1024 * 1024
MAX_HUMANS_PER_CALL = 1000
MAX_TAGS_PER_CALL = 100
MAX_CHOICES = 200

WITHOUT_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"
_ONLY_LINES_AND_TABS = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "The full name is blank")
    return value


def _not_cleared(value: str | None) -> str | None:
    if value is None:
        raise PydanticCustomError("required", "The full name cannot be cleared")
    return value


FullName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=512, pattern=WITHOUT_CONTROLS),
    AfterValidator(_not_blank),
]
Email = Annotated[str, StringConstraints(max_length=320, pattern=WITHOUT_CONTROLS)]
Uid = Annotated[str, StringConstraints(max_length=255, pattern=WITHOUT_CONTROLS)]
PhoneNumber = Annotated[str, StringConstraints(max_length=64, pattern=WITHOUT_CONTROLS)]
ProfilePictureId = Annotated[str, StringConstraints(max_length=255, pattern=WITHOUT_CONTROLS)]
AccessToken = Annotated[str, StringConstraints(max_length=4096, pattern=WITHOUT_CONTROLS)]
Notes = Annotated[str, StringConstraints(max_length=10_000, pattern=_ONLY_LINES_AND_TABS)]
OpaqueId = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=WITHOUT_CONTROLS)]
TagText = Annotated[str, StringConstraints(max_length=1000, pattern=WITHOUT_CONTROLS)]


class TagBody(BaseModel):
    """A value to give for a tag."""

    id: OpaqueId
    value: TagText


Tags = Annotated[list[TagBody], Field(max_length=MAX_TAGS_PER_CALL)]
HumanIds = Annotated[list[OpaqueId], Field(min_length=1, max_length=MAX_HUMANS_PER_CALL)]


class HumanFields(BaseModel):
    """What create and update have in common."""

    email: Email | None = None
    uid: Uid | None = None
    phone_number: PhoneNumber | None = None
    profile_pic_id: ProfilePictureId | None = None
    access_token: AccessToken | None = None
    notes: Notes | None = None
    tags: Tags | None = None

    def columns(self) -> dict[str, str | None]:
        """The values given, by column; tags are merged apart."""
        return self.model_dump(exclude_unset=True, exclude={"tags", "tag_ids"})

    def tag_values(self) -> dict[str, str]:
        """The tag values given, by tag id."""
        return {tag.id: tag.value for tag in self.tags or ()}


class CreateHumanBody(HumanFields):
    """A human to create."""

    fullname: FullName
    tag_ids: Annotated[list[OpaqueId], Field(max_length=MAX_TAGS_PER_CALL)] | None = Field(
        default=None, description="Older form of `tags`: ids without a value."
    )

    def tag_values(self) -> dict[str, str]:
        """The tag values given, in either form."""
        return dict.fromkeys(self.tag_ids or (), "") | super().tag_values()


class UpdateHumanBody(HumanFields):
    """Fields to change: those left out stay, null clears, tags merge by id."""

    fullname: Annotated[FullName | None, AfterValidator(_not_cleared)] = None


class AssignTagsBody(BaseModel):
    """Tag values to give to several humans at once."""

    human_ids: HumanIds
    tags: Annotated[Tags, Field(min_length=1)]

    def tag_values(self) -> dict[str, str]:
        """The tag values given, by tag id."""
        return {tag.id: tag.value for tag in self.tags}


class UnassignTagsBody(BaseModel):
    """Tags to take away from several humans at once."""

    human_ids: HumanIds
    tag_ids: Annotated[list[OpaqueId], Field(min_length=1, max_length=MAX_TAGS_PER_CALL)]


def not_null(value: object) -> object:
    """Refuse null where a field may be left out and not be cleared."""
    if value is None:
        raise PydanticCustomError("required", "This cannot be cleared")
    return value


def some_text(value: str) -> str:
    """Refuse a text of nothing but blanks."""
    if not value.strip():
        raise PydanticCustomError("blank", "This is blank")
    return value


def _different(values: list[str]) -> list[str]:
    if len({value.casefold() for value in values}) < len(values):
        raise PydanticCustomError("twice", "A choice is there twice")
    return values


TagName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=WITHOUT_CONTROLS),
    AfterValidator(some_text),
]
Choice = Annotated[TagText, StringConstraints(min_length=1), AfterValidator(some_text)]
Choices = Annotated[list[Choice], Field(max_length=MAX_CHOICES), AfterValidator(_different)]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9A-Fa-f]{6}$")]


class DefineTagBody(BaseModel):
    """A tag to define."""

    name: TagName
    kind: TagKind = "text"
    choices: Choices = Field(default=[], description="For the kind `choice`: at least one.")
    colour: Colour | None = None


class ChangeTagBody(BaseModel):
    """What to change of a tag: what is left out stays; only the colour may be null."""

    name: Annotated[TagName | None, AfterValidator(not_null)] = None
    kind: Annotated[TagKind | None, AfterValidator(not_null)] = None
    choices: Annotated[Choices | None, AfterValidator(not_null)] = Field(
        default=None, description="For the kind `choice`: at least one. Of another kind they go."
    )
    colour: Colour | None = None


class ResolveBody(BaseModel):
    """The access token of an end user."""

    access_token: Annotated[AccessToken, StringConstraints(min_length=1)]


DisplayName = TagName
AvatarId = OpaqueId


class CreateAliasBody(BaseModel):
    """Another name and picture to speak under."""

    display_name: DisplayName
    avatar_id: AvatarId | None = Field(default=None, description="A picture that you stored.")
    default: bool = False


class ChangeAliasBody(BaseModel):
    """What to change of an alias: what is left out stays; only the picture may be null."""

    display_name: Annotated[DisplayName | None, AfterValidator(not_null)] = None
    avatar_id: AvatarId | None = Field(default=None, description="A picture that you stored.")
    default: Annotated[bool | None, AfterValidator(not_null)] = None


class SignInBody(BaseModel):
    """An account and its password."""

    email: Email
    password: Annotated[str, StringConstraints(max_length=1024, pattern=WITHOUT_CONTROLS)]
