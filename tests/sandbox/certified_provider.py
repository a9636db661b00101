"""A certified OpenID provider with the device grant, and a person who approves in a browser.

It is the npm package oidc-provider on the machine's Node, which npm puts into a cache of the
user's, once for its version.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from filelock import FileLock
from platformdirs import user_cache_path
from typing_extensions import override

VERSION = "8.8.1"
"""The latest that still runs on the Node that Debian has, 18."""

_SCRIPT = Path(__file__).with_suffix(".mjs")
_INSTALL_SECONDS = 110


def installed() -> Path:
    """The package's entry, after it was installed where it was not."""
    folder = user_cache_path("aicx-tui-tests") / f"oidc-provider-{VERSION}"
    entry = folder / "node_modules" / "oidc-provider" / "lib" / "index.js"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not entry.is_file():
            npm = shutil.which("npm")
            assert npm, "npm is missing: install Node with it, as .ci/run does"
            with TemporaryDirectory(dir=folder.parent) as made:
                words = ["install", "--no-audit", "--no-fund", "--no-package-lock"]
                words += ["--ignore-scripts", "--silent", f"--prefix={made}"]
                subprocess.run(
                    [npm, *words, f"oidc-provider@{VERSION}"], check=True, timeout=_INSTALL_SECONDS
                )
                shutil.rmtree(folder, ignore_errors=True)
                Path(made).rename(folder)
                Path(made).mkdir()
    return entry


@contextmanager
def running(*, client_id: str, client_secret: str) -> Iterator[str]:
    """A provider that serves, by its address."""
    node = shutil.which("node")
    assert node, "Node is missing: install it, as .ci/run does"
    process = subprocess.Popen(
        [node, _SCRIPT, installed(), client_id, client_secret],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"NODE_ENV": "test"},
        text=True,
    )
    with process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address, "the provider did not start"
        try:
            yield address
        finally:
            process.kill()


class Person:
    """Somebody with an account there, who enters a code in a browser.

    Args:
        name: Of the account.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def approve(self, address: str, *, user_code: str | None = None) -> str:
        """Open the address, enter the code where asked for it, sign in and consent."""
        with _browser() as browser:
            page = browser.get(address)
            if user_code:
                page = _submit(browser, page, user_code=user_code)
            while "<form" in page.text:
                page = _submit(browser, page, login=self._name, password="any", confirm="yes")
            return page.text

    def refuse(self, address: str) -> str:
        """Open the address, and say no."""
        with _browser() as browser:
            page = _submit(browser, browser.get(address))
            return _submit(browser, page, abort="yes").text


def _browser() -> httpx.Client:
    return httpx.Client(follow_redirects=True, trust_env=False)


class _Form(HTMLParser):
    """The first form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self.action:
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


def _submit(browser: httpx.Client, page: httpx.Response, **typed: Any) -> httpx.Response:  # noqa: ANN401  texts
    form = _Form(page.text)
    reply = browser.post(page.url.join(form.action), data=form.fields | typed)
    assert reply.is_success, reply.text
    return reply
