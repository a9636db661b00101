"""The header token of an Authentication URL: in the keyring, for its address alone."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import Ended, aicx
from tests.cx_genie.accounts import accounts
from tests.cx_genie.test_syncing import ANA
from tests.keyring.secret_service import SecretService

HEADER_TOKEN = "header-token-0815"


def test_a_header_token_is_kept_used_bound_to_its_address_and_removed(
    service: SecretService, tmp_path: Path
) -> None:
    env = {**service.environment, "AICX_HOME": str(tmp_path)}

    def run(*words: str, stdin: str = "") -> Ended:
        ended = aicx("cx-genie", *words, env=env, stdin=stdin)
        assert HEADER_TOKEN not in ended.out + ended.err
        return ended

    with accounts({"token-ana": ANA}) as server:
        add = ("profiles", "add", "shop", "--url", server.url, "--header-token-stdin")
        blank = run(*add, stdin="two words\n")
        assert (blank.code, "has white space in it" in blank.err) == (2, True)
        assert run(*add, stdin=f"{HEADER_TOKEN}\n").code == 0
        origin = server.url.removesuffix("/user")
        assert service.stored()[("aicx/cx-genie/shop/token", origin)] == HEADER_TOKEN
        assert HEADER_TOKEN not in (tmp_path / "config.toml").read_text()
        assert run("check", "shop", "--user-token-stdin", stdin="token-ana").code == 0

        config = tmp_path / "config.toml"
        kept = config.read_text()
        config.write_text(kept.replace("127.0.0.1", "localhost"))
        elsewhere = run("check", "shop", "--user-token-stdin", stdin="token-ana")
        assert elsewhere.code == 3
        assert "The keyring has no header token for shop at http://localhost" in elsewhere.err
        config.write_text(kept)

        assert run("profiles", "remove", "shop").code == 0
        assert service.stored() == {}
        service.lock()
        refused = run(*add, stdin=HEADER_TOKEN)
        assert refused.code == 1
        assert "The profile was not added." in refused.err
        assert "--token-env NAME" in refused.err
        assert "shop" not in config.read_text()
