"""Pictures: what is stored is a picture by its content, and nothing else that came along."""

from __future__ import annotations

import io
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aicx_tui.models.profile import MAX_FILE_BYTES
from tests.sandbox.process import PATIENCE, SandboxProcess
from tests.sandbox.signing_in import PROFILE
from tests.sandbox.test_aliases import ALIASES, created
from tests.sandbox.test_refusals import CANARY, refused

FILES = "/console/v1/files"
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


def drawn(kind: str = "PNG", size: tuple[int, int] = (8, 6), **options: object) -> bytes:
    """A picture with a red corner."""
    picture = Image.new("RGB", size, (0, 0, 255))
    picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def sent(
    client: httpx.Client, content: bytes, *, name: str = "me.png", kind: str = "image/png"
) -> httpx.Response:
    return client.post(FILES, files={"file": (name, content, kind)})


def stored(client: httpx.Client, content: bytes, **said: str) -> str:
    reply = sent(client, content, **said)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["result"]["id"])


def shown(client: httpx.Client, file_id: str) -> Image.Image:
    reply = client.get(f"{FILES}/{file_id}")
    assert reply.status_code == 200
    picture = Image.open(io.BytesIO(reply.content))
    picture.load()
    return picture


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_each_kind_is_stored_and_colleagues_see_it(
    kind: str, agent: httpx.Client, viewer: httpx.Client
) -> None:
    reply = sent(agent, drawn(kind))
    told = reply.json()["result"]
    seen = viewer.get(f"{FILES}/{told['id']}")
    assert seen.headers["content-type"] == told["content_type"] == KINDS[kind]
    assert len(seen.content) == told["size"]
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["content-disposition"] == "attachment"
    picture = shown(viewer, told["id"])
    assert (picture.format, picture.size) == (kind, (8, 6))
    red, _green, blue = picture.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    assert red > blue


@pytest.mark.parametrize("said", ["text/html", "image/svg+xml", "application/json", "image/gif"])
def test_the_type_and_name_that_are_declared_do_not_count(agent: httpx.Client, said: str) -> None:
    name = "../../etc/passwd\x00.html"
    file_id = stored(agent, drawn("JPEG"), name=name, kind=said)
    assert agent.get(f"{FILES}/{file_id}").headers["content-type"] == "image/jpeg"
    assert "passwd" not in str(agent.get(f"{FILES}/{file_id}").headers)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def png_of(width: int, height: int, *more: bytes) -> bytes:
    """A PNG whose header tells this size, and whose pixels are few."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + png_chunk(b"IEND", b"")


def zip_of_zeros() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("me.png", b"\x00" * 50_000_000)
    return written.getvalue()


TRICKS: dict[str, Callable[[], bytes]] = {
    "html": lambda: b"<html><script>alert(1)</script>" + CANARY.encode(),
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "empty": lambda: b"",
    "text": lambda: CANARY.encode(),
    "pdf": lambda: b"%PDF-1.7\n%%EOF",
    "bmp": lambda: drawn("BMP"),
    "tiff": lambda: drawn("TIFF"),
    "icon": lambda: drawn("ICO"),
    "zip bomb": zip_of_zeros,
    "head of a png only": lambda: drawn()[:20],
    "truncated png": lambda: drawn(size=(300, 300))[:-60],
    "truncated jpeg": lambda: drawn("JPEG", size=(300, 300))[:-400],
    "truncated webp": lambda: drawn("WEBP", size=(300, 300))[:-40],
    "gif that is javascript": lambda: b"GIF89a=/*" + CANARY.encode() + b"*/alert(1)//;",
    "30000x30000": lambda: png_of(30_000, 30_000),
    "9000x10": lambda: png_of(9000, 10),
    "5500x5500": lambda: png_of(5500, 5500),
    "a side of nothing": lambda: png_of(0, 10),
    "text bomb": lambda: png_of(
        8, 6, png_chunk(b"zTXt", b"a\x00\x00" + zlib.compress(b"x" * 80_000_000))
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_what_is_no_whole_picture_is_refused(agent: httpx.Client, trick: str) -> None:
    reply = sent(agent, TRICKS[trick]())
    assert refused(reply, status=422, code="invalid_fields") == ["file"]


def test_a_bomb_is_told_by_its_header(agent: httpx.Client) -> None:
    reply = sent(agent, png_of(30_000, 30_000))
    assert "larger than 8192 pixels a side" in reply.json()["error"]["fields"][0]["message"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_kept_that_hides_in_a_picture(agent: httpx.Client, kind: str) -> None:
    hidden = f"<script>{CANARY}</script>".encode()
    options: dict[str, object] = {}
    if kind != "GIF":
        exif = Image.Exif()
        exif[0x010E] = hidden.decode()
        exif.get_ifd(0x8825)[1] = "N"  # where it was taken
        options["exif"] = exif
    if kind in ("GIF", "JPEG"):
        options["comment"] = hidden
    content = drawn(kind, (8, 6), **options) + hidden
    assert content.count(hidden) >= 2
    kept = agent.get(f"{FILES}/{stored(agent, content)}").content
    assert CANARY.encode() not in kept
    assert b"Exif" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


def test_a_photograph_is_upright_small_and_still(agent: httpx.Client) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # was taken with the camera turned
    picture = shown(agent, stored(agent, drawn("JPEG", (4000, 2000), exif=exif)))
    assert picture.size == (512, 1024)
    frames = [Image.new("P", (9, 9), colour) for colour in range(5)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    assert getattr(shown(agent, stored(agent, written.getvalue())), "n_frames", 1) == 1


def test_what_is_see_through_stays_so(agent: httpx.Client) -> None:
    written = io.BytesIO()
    Image.new("RGBA", (5, 5), (1, 2, 3, 0)).save(written, "PNG")
    picture = shown(agent, stored(agent, written.getvalue()))
    assert picture.getpixel((2, 2)) == (1, 2, 3, 0)


def test_two_mebibytes_are_taken_and_one_byte_more_is_not(agent: httpx.Client) -> None:
    picture = drawn()
    whole = picture + b"\x00" * (MAX_FILE_BYTES - len(picture))
    stored(agent, whole)
    refused(sent(agent, whole + b"\x00"), status=413, code="body_too_large")


def test_more_is_refused_before_all_of_it_has_come(
    agent: httpx.Client, sandbox: SandboxProcess
) -> None:
    refused(sent(agent, b"\x00" * 5_000_000), status=413, code="body_too_large")
    url = httpx.URL(sandbox.url)
    with socket.create_connection((url.host, url.port), timeout=PATIENCE) as connection:
        connection.sendall(
            f"POST {FILES} HTTP/1.1\r\nHost: {url.host}\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"X-SINITIC-TOKEN: {sandbox.person('agent').token}\r\n\r\n".encode()
        )
        start = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for chunk in (start, *[b"\x00" * 65_536] * 33):
            connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        # The form has not ended, and yet there is the answer.
        assert connection.makefile("rb").readline().split()[1] == b"413"


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("other", ("a.png", drawn()))],
        [("file", ("a.png", drawn())), ("file", ("b.png", drawn()))],
        [("file", ("a.png", drawn())), ("other", ("b.png", drawn()))],
        [("file", (None, b"text"))],
        [("file", ("a.png", drawn())), ("note", (None, b"text"))],
    ],
)
def test_one_file_in_its_field_is_wanted(
    agent: httpx.Client, files: list[tuple[str, tuple[str | None, bytes]]]
) -> None:
    if files:
        reply = agent.post(FILES, files=files)
    else:
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        reply = agent.post(FILES, content=b"--b--\r\n", headers=headers)
    assert refused(reply, status=422, code="invalid_fields") == ["file"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"--b--\r\n"),
        ("multipart/form-data; boundary=b", b"no form"),
        ("multipart/form-data; boundary=b; charset=undefined", b'--b\r\nContent-Disposition: form-'
         b'data; name="file"\r\n\r\nx\r\n--b--\r\n'),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="'
         b'file"; filename="x"\r\n\r\n' + drawn()),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n'
         b"\r\n1\r\n" * 5 + b"--b--\r\n"),
        ("application/json", b'{"file": "x"}'),
        ("application/x-www-form-urlencoded", b"file=x"),
        ("", b""),
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_read_is_refused(
    agent: httpx.Client, kind: str, content: bytes
) -> None:
    reply = agent.post(FILES, content=content, headers={"Content-Type": kind})
    assert reply.status_code in (400, 422)
    assert reply.json()["error"]["code"] in ("malformed", "invalid_fields")


@given(st.sampled_from([*KINDS]), st.data())
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_picture_that_was_tampered_with_never_makes_it_fail(
    agent: httpx.Client, kind: str, data: st.DataObject
) -> None:
    content = bytearray(drawn(kind, (40, 30)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert sent(agent, bytes(content)).status_code in (200, 422)


def test_only_people_of_the_company_see_it(anonymous: httpx.Client, agent: httpx.Client) -> None:
    file_id = stored(agent, drawn())
    for reply in (anonymous.get(f"{FILES}/{file_id}"), sent(anonymous, drawn())):
        refused(reply, status=401, code="token_missing")
    for unknown in ("fi_unknown", "%00", "..%2F..%2Fetc", file_id.lower() + "x"):
        assert agent.get(f"{FILES}/{unknown}").status_code == 404


def test_an_avatar_is_a_picture_that_its_user_stored(
    agent: httpx.Client, viewer: httpx.Client
) -> None:
    its_own, foreign = stored(agent, drawn()), stored(viewer, drawn())
    alias = created(agent, avatar_id=its_own)
    assert alias["avatar_id"] == its_own
    address = f"{ALIASES}/{alias['id']}"
    for avatar_id in (foreign, "fi_unknown"):
        body = {"display_name": "x", "avatar_id": avatar_id}
        for reply in (
            agent.post(ALIASES, json=body),
            agent.patch(address, json=body),
            agent.patch(PROFILE, json={"avatar_id": avatar_id}),
        ):
            assert refused(reply, status=422, code="invalid_fields") == ["avatar_id"]
    assert agent.patch(address, json={"avatar_id": None}).json()["result"]["avatar_id"] is None
    agent.delete(address)


def test_old_pictures_that_nothing_shows_go(admin: httpx.Client) -> None:
    worn, unused = stored(admin, drawn()), stored(admin, drawn())
    alias = created(admin, avatar_id=worn)
    latest = [stored(admin, drawn()) for _ in range(50)]
    assert admin.get(f"{FILES}/{unused}").status_code == 404
    for kept in (worn, latest[0], latest[-1]):
        assert admin.get(f"{FILES}/{kept}").status_code == 200
    assert admin.delete(f"{ALIASES}/{alias['id']}").status_code == 200


def test_pictures_outlive_the_process(tmp_path: object) -> None:
    data = f"{tmp_path}/sandbox.db"
    with SandboxProcess("--data", data, "--humans", "0") as sandbox:
        headers = {"X-SINITIC-TOKEN": str(sandbox.person("agent").token)}
        with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as client:
            file_id = stored(client, drawn())
            before = client.get(f"{FILES}/{file_id}").content
    with SandboxProcess("--data", data) as sandbox:
        address = f"{sandbox.url}{FILES}/{file_id}"
        assert httpx.get(address, headers=headers, trust_env=False).content == before
