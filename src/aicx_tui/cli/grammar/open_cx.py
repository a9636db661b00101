"""The words of `aicx open-cx`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import field_value, noun, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_open_cx(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    open_cx = noun(nouns, "open-cx", "OpenCX")
    _authenticate(verb(open_cx, "open-cx.authenticate"))
    checked = verb(open_cx, "open-cx.check")
    _which(checked)
    checked.add_argument("--json", action="store_true", help="print whether it is accepted")


def _which(added: ArgumentParser) -> None:
    added.add_argument(
        "--with",
        dest="named",
        metavar="CONTEXT",
        default="",
        help="which context of kind open-cx; needed where there are several",
    )
    added.add_argument(
        "--key-file", metavar="FILE", help="use the API key in this file, for this run alone"
    )


def _authenticate(added: ArgumentParser) -> None:
    added.add_argument("id", metavar="ID", help="the human's id")
    _which(added)
    for name, what in (("email", "e-mail address"), ("name", "name"), ("phone", "phone")):
        added.add_argument(f"--{name}", metavar="TEXT", help=f"another {what} than the record's")
    added.add_argument("--avatar-url", metavar="URL", default="", help="https:// of a picture")
    added.add_argument("--language", metavar="CODE", default="", help="one of OpenCX's 56 codes")
    added.add_argument(
        "--custom",
        action="append",
        type=field_value,
        default=[],
        metavar="KEY=VALUE",
        help="custom data; may be given several times",
    )
    added.add_argument("--custom-file", metavar="FILE", help="custom data as one JSON object")
    added.add_argument("--context-file", metavar="FILE", help="text that the AI is told")
    added.add_argument(
        "--overrides-file",
        metavar="FILE",
        help="a JSON object of query_params, path_params, body_params and headers, for actions",
    )
    added.add_argument(
        "--dry-run", action="store_true", help="print the request, its key masked, and send nothing"
    )
    added.add_argument("--json", action="store_true", help="print token, contact id and expiry")
