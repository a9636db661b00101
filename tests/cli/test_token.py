"""`aicx token` where no keyring keeps it: at the sandbox, and by the environment."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import aicx, clean_environment


def test_the_sandbox_gives_another_token_and_signs_in_by_itself(tmp_path: Path) -> None:
    env = clean_environment({"AICX_HOME": str(tmp_path / "home"), "AICX_KEYRING": "off"})
    file, env_file = tmp_path / "token", tmp_path / ".env"
    env_file.touch(mode=0o600)
    site = ("env-file", "site", "--file", str(env_file), "--key", "TOKEN")
    added = aicx("--sandbox", "token", "targets", "add", *site, env=env)
    assert added.code == 0, added.err
    words = ("token", "rotate", "--yes", "--save-to", str(file), "--json")
    rotated = aicx("--sandbox", *words, env=env)
    assert rotated.code == 0, rotated.err
    assert rotated.json()["stored_in"] == f"the file {file}"
    assert "by its own password" in rotated.err
    token = file.read_text().strip()
    assert env_file.read_text() == f"TOKEN={token}\n"
    status = aicx("--sandbox", "token", "status", "--json", env=env)
    assert status.code == 0, status.err
    assert status.json()["live_fingerprint"] == rotated.json()["fingerprint"]
    assert token not in rotated.out + rotated.err + status.out + status.err
    left = sorted(path.name for path in (tmp_path / "home" / "tokens").iterdir())
    assert [name.rpartition(".")[2] for name in left] == ["lock", "saved"]


def test_a_token_of_the_environment_is_not_replaced_and_the_next_step_is_said(
    tmp_path: Path,
) -> None:
    aimed = {"AICX_URL": "http://127.0.0.1:9", "AICX_PLATFORM": "console", "AICX_TOKEN": "sk_x"}
    ids = {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b", "AICX_HOME": str(tmp_path)}
    env = clean_environment(aimed | ids)
    for words in (("issue", "--yes"), ("rotate", "--yes", "--json")):
        refused = aicx("token", *words, env=env)
        assert refused.code == 2
        assert "comes from AICX_TOKEN, which aicx cannot change" in refused.err
        assert "aicx contexts add NAME" in refused.err
    assert "which aicx cannot change" in aicx("token", "set", "--stdin", env=env, stdin="x").err
