"""A shop whose Authentication URL is checked, served and synced from, as commands know it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.command import Ended, aicx

HEADER_TOKEN = "sample-header-token"
USER_TOKEN = "user-token-4711"


@dataclass(frozen=True)
class Shop:
    """A profile called shop.

    Attributes:
        home: Where its config.toml lies.
        platform: What aims commands at a platform.
    """

    home: Path
    platform: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.platform, "AICX_HOME": str(self.home), "SHOP_TOKEN": HEADER_TOKEN}

    def at(self, url: str, **settings: str) -> Shop:
        """The same, described anew."""
        said = {"url": url, "token_env": "SHOP_TOKEN"} | settings
        lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
        (self.home / "config.toml").write_text("\n".join(["[cx_genie.shop]", *lines]) + "\n")
        return self

    def aicx(self, *words: str, stdin: str = "") -> Ended:
        """Run a command of `aicx cx-genie`, with a local copy that is kept."""
        key = ("--mirror-key-file", str(self.home / "key"))
        return aicx(*key, "cx-genie", *words, env=self.environment, stdin=stdin)

    def check(self, token: str = USER_TOKEN, *words: str) -> Ended:
        return self.aicx("check", "shop", "--user-token-stdin", "--json", *words, stdin=token)
