"""Aliases in the console: the list, creating, changing, the default, deleting, and failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from secrets import token_hex

import pytest

from aicx_tui.errors import PlatformFailedError
from aicx_tui.models.profile import Alias, AliasDraft
from aicx_tui.tui.screens.humans import HumansScreen
from tests.hostile import PAYLOADS, joined, what_acts_in_text
from tests.hostile_platform import HostilePlatform, hostile_platform, human
from tests.pictures import png
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import Person, console
from tests.tui.waiting import beside, platform_of

SIZES = [(80, 24), (120, 40)]


async def opens_aliases(person: Person) -> None:
    await person.presses("g", "p")
    await person.sees("▸GENERAL", "Time zone")
    await person.presses("right")
    await person.sees("▸ALIASES")


async def aliases_of(sandbox: SandboxPlatform) -> dict[str, Alias]:
    async with beside(sandbox) as platform:
        return {alias.display_name: alias for alias in await platform.profile.list_aliases()}


async def has_only(sandbox: SandboxPlatform, names: Sequence[str], *, default: str = "") -> None:
    async with beside(sandbox) as platform:
        for alias in await platform.profile.list_aliases():
            await platform.profile.delete_alias(alias.id)
        for name in names:
            draft = AliasDraft(display_name=name, default=name == default)
            await platform.profile.create_alias(draft, key=token_hex())


def row_of(person: Person, name: str) -> str:
    return next((line for line in person.lines if f" {name} " in line), "")


@pytest.mark.parametrize("size", SIZES)
async def test_aliases_are_listed_with_the_default_marked_by_sign_and_word(
    own_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    await has_only(own_sandbox, ["Ana B", "Billing"], default="Billing")
    async with console(own_sandbox.own_access(), size=size) as person:
        await opens_aliases(person)
        await person.sees("Ana B", "n new", "e edit", "d make default", "# delete")
        assert "● Billing" in row_of(person, "Billing")
        assert "default" in row_of(person, "Billing")
        assert "default" not in row_of(person, "Ana B")
        await person.presses("escape")
        assert isinstance(person.app.screen, HumansScreen)


async def test_without_any_it_says_who_one_is_and_what_to_do(own_sandbox: SandboxPlatform) -> None:
    await has_only(own_sandbox, [])
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.sees("There is no alias.", "as Ana Cruz.", "n creates another name")
        await person.presses("n", *"Ana", "ctrl+s")
        await person.sees("Created Ana")
        await person.waits_for(lambda: bool(row_of(person, "Ana")))


async def test_a_new_alias_has_a_picture_and_is_the_default(
    own_sandbox: SandboxPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "me.png").write_bytes(png(40, 40))
    monkeypatch.chdir(tmp_path)
    await has_only(own_sandbox, ["Old"], default="Old")
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("n")
        await person.sees("New alias")
        await person.types("Ana from billing")
        await person.presses("tab")
        await person.presses("m")
        await person.sees("me.png")
        await person.presses("right", "tab", "space", "ctrl+s")
        await person.sees("Created Ana from billing")
        await person.waits_for(lambda: "● Ana from billing" in person.screen)
        assert "has a picture" in row_of(person, "Ana from billing")
        assert "default" not in row_of(person, "Old")
        made = (await aliases_of(own_sandbox))["Ana from billing"]
        assert made.default
        assert made.avatar_id


async def test_one_is_changed_and_what_is_not_touched_stays(own_sandbox: SandboxPlatform) -> None:
    await has_only(own_sandbox, ["Ana", "Other"], default="Other")
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("home", "e")
        await person.sees("Change Ana")
        await person.presses("end", *" B", "ctrl+s")
        await person.sees("Changed Ana B")
        aliases = await aliases_of(own_sandbox)
        assert aliases["Ana B"].default is False
        assert aliases["Other"].default is True
        await person.presses("e")
        await person.sees("Change Ana B")
        await person.presses("ctrl+s")
        await person.sees("Nothing was changed")


async def test_a_key_makes_one_the_default_and_the_other_none(
    own_sandbox: SandboxPlatform,
) -> None:
    await has_only(own_sandbox, ["Ana", "Other"], default="Other")
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("home", "d")
        await person.sees("Ana is the default", "● Ana")
        assert [a.display_name for a in (await aliases_of(own_sandbox)).values() if a.default] == [
            "Ana"
        ]


async def test_deleting_the_default_says_what_is_used_instead(
    own_sandbox: SandboxPlatform,
) -> None:
    await has_only(own_sandbox, ["Ana", "Other"], default="Ana")
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("home", "number_sign")
        await person.sees("Delete Ana", "It is the default: new conversations then begin")
        await person.presses("enter")
        assert "Ana" in await aliases_of(own_sandbox)
        await person.presses("escape")
        await person.waits_for(lambda: "Delete Ana" not in person.screen)
        await person.presses("number_sign", "ctrl+s")
        await person.sees("Deleted Ana", "New conversations now begin")
        await person.waits_for(lambda: "  Ana  " not in person.screen)
        assert list(await aliases_of(own_sandbox)) == ["Other"]


async def test_what_is_wrong_is_said_under_its_field_and_nothing_is_lost(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    (tmp_path / "page.png").write_text("<html>")
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("n", "ctrl+s")
        await person.sees("! This is needed.")
        await person.types("Ana B")
        await person.presses("tab")
        await person.pastes(f"{tmp_path}/page.png")
        await person.presses("ctrl+s")
        await person.sees("! It is no PNG, JPEG, WebP or GIF", "Nothing was sent.", "Ana B")
        await person.presses("escape")
        await person.sees("Leave without saving?")
        await person.presses("l")
        await person.waits_for(lambda: "New alias" not in person.screen)
        assert "Ana B" not in await aliases_of(own_sandbox)


async def test_a_platform_that_fails_leaves_the_form_and_makes_one_alias(
    own_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await has_only(own_sandbox, [])
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        await person.presses("n")
        await person.types("Ana B")
        profile = type(platform_of(person).profile)
        create = profile.create_alias
        keys = []

        async def lose_the_reply(self: object, draft: AliasDraft, /, *, key: str) -> Alias:
            keys.append(key)
            made = await create(self, draft, key=key)  # type: ignore[arg-type]
            if len(keys) == 1:
                raise PlatformFailedError("The platform failed.", hint="Try again in a moment.")
            return made

        monkeypatch.setattr(profile, "create_alias", lose_the_reply)
        await person.presses("ctrl+s")
        await person.sees("! The platform failed.", "Ana B")
        await person.presses("ctrl+s")
        await person.sees("Created Ana B")
        assert keys[0] == keys[1]
        assert list(await aliases_of(own_sandbox)) == ["Ana B"]


async def test_what_was_deleted_is_created_anew(own_sandbox: SandboxPlatform) -> None:
    await has_only(own_sandbox, [])
    async with console(own_sandbox.own_access()) as person:
        await opens_aliases(person)
        for _ in range(2):
            await person.presses("n", *"Foo", "ctrl+s")
            await person.sees("Created Foo")
            await person.waits_for(lambda: bool(row_of(person, "Foo")))
            assert list(await aliases_of(own_sandbox)) == ["Foo"]
            await person.presses("number_sign")
            await person.sees("Delete Foo")
            await person.presses("ctrl+s")
            await person.sees("Deleted Foo")
            person.app.clear_notifications()
            await person.waits_for(lambda: not row_of(person, "Foo"))


ODD_NAMES = ["[/]", "[@click=app.quit]x[/]", "عبد الله", "山田 花子 👩‍👩‍👧", "x" * 100]


async def test_odd_names_are_shown_changed_and_deleted(own_sandbox: SandboxPlatform) -> None:
    await has_only(own_sandbox, ODD_NAMES)
    async with console(own_sandbox.own_access(), size=(80, 24)) as person:
        await opens_aliases(person)
        await person.sees("[/]", "[@click=app.quit]x[/]", "山田 花子")
        for _ in ODD_NAMES:
            await person.presses("e")
            await person.sees("Customers read this name.")
            await person.presses("ctrl+s")
            await person.sees("Nothing was changed")
            person.app.clear_notifications()
            await person.presses("j")
        await person.presses("home", "number_sign")
        await person.sees("Delete [/]")
        await person.presses("ctrl+s")
        await person.sees("Deleted [/]")
    assert set(await aliases_of(own_sandbox)) == set(ODD_NAMES[1:])


async def test_a_viewer_has_aliases_too_and_a_read_only_context_changes_none(
    own_sandbox: SandboxPlatform,
) -> None:
    async with console(own_sandbox.access(person="viewer")) as person:
        await opens_aliases(person)
        await person.presses("n", *"Watcher", "ctrl+s")
        await person.sees("Created Watcher")


STEP = 8
"""Rows that the smallest screen shows at once, with some to spare."""


@pytest.fixture
def hostile() -> Iterator[HostilePlatform]:
    """A platform whose profile and aliases are whatever a hostile colleague could write."""
    with hostile_platform() as platform:
        said = [payload.text for payload in PAYLOADS]
        platform.profile = {
            "name": joined(PAYLOADS[:5]),
            "email": joined(PAYLOADS[5:10]),
            "timezone": said[0],
            "language": said[1],
            "avatar_id": said[2],
            "identities": [
                {"provider": text, "email": text, "linked_at": "2026-01-01T00:00:00Z"}
                for text in said
            ],
        }
        platform.aliases = [
            {"id": f"{number} {text[:40]}", "display_name": text, "default": not number}
            for number, text in enumerate(said)
        ]
        platform.humans = [human(1, "Jane")]
        yield platform


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_hostile_platform_says_is_shown_harmlessly(
    hostile: HostilePlatform, size: tuple[int, int]
) -> None:
    async with console(access_by(hostile.environment), size=size) as person:
        await opens_profile_of(person)
        for tab in ("GENERAL", "ALIASES", "API"):
            await person.sees(f"▸{tab}")
            for _ in range(0, len(PAYLOADS), STEP):
                await person.presses(*"j" * STEP)
                assert not what_acts_in_text(person.screen)
            await person.presses("right")
        await person.presses("right", "home")
        for _ in range(3):
            await person.presses("e", "ctrl+u")
            await person.sees("Customers read this name.")
            assert not what_acts_in_text(person.screen)
            await person.presses("escape")
            await person.sees("Leave without saving?")
            await person.presses("l", "number_sign")
            await person.sees("It stays visible in old conversations")
            assert not what_acts_in_text(person.screen)
            await person.presses("escape", "j")


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_what_was_typed_stays_whatever_the_platform_answers(
    hostile: HostilePlatform, status: int
) -> None:
    async with console(access_by(hostile.environment)) as person:
        await opens_profile_of(person)
        await person.presses("right")
        await person.sees("default")
        await person.presses("down", "n")
        await person.sees("New alias")
        await person.types("Ana from billing")
        hostile.status = status
        await person.presses("ctrl+s")
        if status == 401:
            await person.sees("Sign in to environment")
            await person.presses("escape")
        await person.sees("! ", "New alias", "Ana from billing", str(status))


async def opens_profile_of(person: Person) -> None:
    await person.presses("g", "p")
    await person.sees("▸GENERAL", "E-mail", "a picture")
