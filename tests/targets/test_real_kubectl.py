"""What the real kubectl makes of what it is asked, where there is one."""

from __future__ import annotations

import asyncio
import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.services.targets import Outcome, Target, update_targets
from tests.targets.giving import giving

CANARY = "sk_canary+7f3e/9d1c5b=="
SECRET = {"token": b64encode(b"old").decode(), "user": b64encode(b"billing").decode()}

FOUND = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [
            {
                "name": "secrets",
                "singularName": "secret",
                "namespaced": True,
                "kind": "Secret",
                "verbs": ["get", "patch"],
            }
        ],
    },
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.4"},
}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The API of a cluster with one secret, which it yields."""
    held = dict(SECRET)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            path = self.path.partition("?")[0]
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.command == "PATCH":
                assert self.headers["content-type"] == "application/merge-patch+json"
                held.update(json.loads(body)["data"])
            metadata = {"name": "aicx", "namespace": "billing"}
            secret = {"kind": "Secret", "apiVersion": "v1", "metadata": metadata, "data": held}
            is_secret = path == "/api/v1/namespaces/billing/secrets/aicx"
            answered = json.dumps(secret if is_secret else FOUND.get(path, {})).encode()
            self.send_response(200 if is_secret or path in FOUND else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        do_GET = do_PATCH = answer

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
        ],
        "contexts": [{"name": "production", "context": {"cluster": "c", "user": ""}}],
    }
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.setenv("HOME", str(tmp_path))
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl here")
def test_kubectl_changes_one_key_and_reads_it_back(cluster: dict[str, str]) -> None:
    target = Target(
        "cluster",
        "kubernetes",
        {"secret": "aicx", "key": "token", "namespace": "billing", "cluster": "production"},
    )
    (result,) = asyncio.run(
        update_targets([target], giving(SecretStr(CANARY)), told=lambda _: None)
    )
    assert (result.outcome, result.message) == (
        Outcome.VERIFIED,
        "token of the secret is the token.",
    )
    assert cluster == SECRET | {"token": b64encode(CANARY.encode()).decode()}
