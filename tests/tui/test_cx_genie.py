"""CX Genie in the console: an Authentication URL is checked, and its users become humans."""

from __future__ import annotations

from pathlib import Path

from aicx_tui.services.cx_genie import Profile
from aicx_tui.services.setup import Setup
from tests.cx_genie.accounts import accounts
from tests.cx_genie.shop import HEADER_TOKEN
from tests.cx_genie.test_syncing import ANA, BO
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, bare_setup, console


def setup_of(home: Path, url: str, *fields: str) -> Setup:
    profile = Profile(name="shop", url=url, token_env="SHOP_TOKEN", fields=fields)
    setup = bare_setup(str(home), cx_genie={"shop": profile})
    setup.environ["SHOP_TOKEN"] = HEADER_TOKEN
    return setup


async def chooses(person: Person, title: str) -> None:
    """Run an action from the palette."""
    await person.presses("ctrl+p")
    await person.types(title)
    await person.sees(f"{title}: shop")
    await person.presses("enter")


async def test_a_url_is_checked_and_its_verdict_read(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    with accounts({"token-ana": ANA | {"label": 7}}) as server:
        setup = setup_of(tmp_path, server.url, "user_id", "plan")
        async with console(browsed_sandbox.own_access(), setup=setup, size=(80, 24)) as person:
            await chooses(person, "Check an Authentication URL")
            await person.sees("Check shop", "Authorization: ******** Bearer", "user_id")
            await person.types("token-ana")
            await person.presses("tab")
            await person.types("u-1")
            await person.presses("tab")
            await person.types("gold")
            await person.presses("enter")
            await person.sees("✗ The reply would not do.", "✓ data.id: The identity field is")
            await person.sees("✗ data.label: It is a number.")
            assert "token-ana" not in person.screen
            server.users["token-ana"] = ANA
            await person.presses("escape")
            await chooses(person, "Check an Authentication URL")
            await person.types("token-ana")
            await person.presses("tab", "x", "tab", "y", "enter")
            await person.sees("✓ The reply would do.", "Status 200, after")


async def test_users_are_previewed_synced_and_listed(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    file = tmp_path / "tokens"
    file.write_text("token-ana\ntoken-bo\ntoken-of-nobody\n")
    with accounts({"token-ana": ANA, "token-bo": BO}) as server:
        setup = setup_of(tmp_path, server.url)
        async with console(own_sandbox.own_access(), setup=setup) as person:
            await chooses(person, "Sync CX Genie's users")
            await person.sees("Sync users of shop")
            await person.presses("ctrl+s")
            await person.sees("Give a file or one token, not both.")
            await person.pastes(str(file))
            await person.presses("ctrl+s")
            await person.sees("Sync 3 users of shop", "+ Ana Cruz: Name Ana Cruz")
            await person.sees("✗ user 3: The reply would not do.")
            await person.sees("2 to create, 0 to update, 0 as they are, 1 that cannot be.")
            await person.sees("^s or Enter sync")
            await person.presses("enter")
            await person.sees("2 created, 0 updated, 0 as they were.", "1 were not synced")
            await person.presses("ctrl+s")  # once more does not create them once more
            await person.sees("2 created, 0 updated, 0 as they were.", "1 were not synced")
            await person.presses("escape")
            await person.sees("● 42 humans")
            await chooses(person, "Sync CX Genie's users")
            await person.sees("Or one token")
            await person.presses("tab")
            await person.types("token-bo")
            await person.presses("ctrl+s")
            await person.sees("Sync 1 user of shop", "= Bo: as it is")
            await person.presses("ctrl+s")
            await person.sees("0 created, 0 updated, 1 as they were.")
            server.users["token-bo"] = BO | {"name": f"Bo {'o' * 300}", "email": "new@shop.example"}
            await chooses(person, "Sync CX Genie's users")
            await person.presses("tab")
            await person.types("token-bo")
            await person.presses("ctrl+s")
            await person.sees("~ Bo: Name Bo → ", "E-mail bo@shop.example", "→ new@shop.example")
