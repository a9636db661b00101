"""Text of anybody's making as a literal in somebody else's code: JavaScript, HTML, Dart.

Every literal is plain ASCII, so that it means the same whatever encoding the page is served in,
and holds nothing by which it could end before its end.
"""

from __future__ import annotations

import html
import json

from aicx_tui.errors import UsageError
from aicx_tui.text import has_control_character, has_half_character

_ENDS_A_SCRIPT = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&'"})
"""What an HTML parser looks for before any script runs, and the other quotation mark."""


def in_javascript(text: str) -> str:
    """A string of JavaScript, quotation marks included, that may stand in a `<script>`.

    Every text has one: line separators, NUL and half a surrogate pair too.
    """
    return json.dumps(text, ensure_ascii=True).translate(_ENDS_A_SCRIPT)


def in_html(text: str) -> str:
    """The value of an HTML attribute, quotation marks included.

    Raises:
        UsageError: It holds a control character or half a character, which HTML cannot say.
    """
    _refuse_unsayable(text, "HTML")
    return f'"{html.escape(text).encode("ascii", "xmlcharrefreplace").decode("ascii")}"'


def in_dart(text: str) -> str:
    """A string of Dart, quotation marks included.

    Raises:
        UsageError: It holds a control character or half a character.
    """
    _refuse_unsayable(text, "Dart")
    return f"'{''.join(map(_dart_character, text))}'"


def _dart_character(character: str) -> str:
    if character in "\\'$":  # a dollar sign would put a variable in
        return f"\\{character}"
    return character if character.isascii() else f"\\u{{{ord(character):x}}}"


def _refuse_unsayable(text: str, language: str) -> None:
    if has_half_character(text) or has_control_character(text):
        raise UsageError(
            f"A value has a control character in it, which {language} cannot say. "
            "There is no snippet.",
            hint="Correct the human's record first.",
        )
