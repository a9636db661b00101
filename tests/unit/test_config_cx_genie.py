"""What config.toml may say of Authentication URLs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aicx_tui.config import config_schema
from aicx_tui.config_file import read_config
from aicx_tui.errors import UsageError
from aicx_tui.services.cx_genie import HeaderStyle, Identity

SHOP = """
[cx_genie.shop]
url = "https://shop.example/api/user?tenant=7"
identity = "email"
header_style = "bearer-token"
fields = "user_id,plan"
label_tag = "Shop label"
"""


def test_a_profile_is_read_whole_and_has_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SHOP + '[cx_genie.plain]\nurl = "http://localhost:8790/"\n')
    profiles = read_config(path, action_ids=()).cx_genie
    shop, plain = profiles["shop"], profiles["plain"]
    assert shop.url == "https://shop.example/api/user?tenant=7"
    assert (shop.identity, shop.header_style) == (Identity.EMAIL, HeaderStyle.BEARER_TOKEN)
    assert shop.fields == ("user_id", "plan")
    assert (plain.identity, plain.header_style) == (Identity.ID, HeaderStyle.TOKEN_BEARER)
    assert plain.header_style.header("T") == "T Bearer"
    assert "cx_genie" in json.dumps(config_schema(()))


def test_everything_that_is_wrong_with_profiles_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[cx_genie."two words"]\nurl = "http://shop.example/"\nidentity = "phone"\n'
        'fields = "user id"\nheader_token = "secret"\ntimeout = 0\n[cx_genie.none]\n'
    )
    with pytest.raises(UsageError) as caught:
        read_config(path, action_ids=())
    said = {problem.field.rpartition(".")[2]: problem.message for problem in caught.value.problems}
    assert "letters, digits" in said["two words"]
    assert "only loopback" in said["url"] or said["url"] == "is missing"
    assert "phone_number" in said["identity"]
    assert "such as user_id" in said["fields"]
    assert "is not known" in said["header_token"]
    assert "not a number of seconds" in said["timeout"]
