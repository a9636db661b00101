"""Names of real people in a real terminal: nothing of what hostile text needs harms them."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.hostile_console import Start, cursor_is_on, ends_unharmed
from tests.e2e.terminal import Terminal
from tests.hostile_platform import HostilePlatform, human

REAL_NAMES = (
    "Jane Doe",
    "محمد الأحمد",
    "مُحَمَّد",
    "یاسمن می‌خواهد",
    "יעל כהן",
    "שָׂרָה לֵוִי",
    "山田 花子",
    "ヤマダ ハナコ",
    "ﾔﾏﾀﾞ ﾊﾅｺ",
    "王小明",
    "김민준",
    "สมชาย ใจดี",
    "ณัฐวุฒิ น้ำใส",
    "अनुष्का शर्मा",
    "বিশ্বজিৎ",
    "Nguyễn Thị Ánh",
    "Nguye\u0302\u0303n Thi\u0323 A\u0301nh",
    "Łukasz Żółć",
    "Ἀλέξανδρος",
    "Zoë 🎉 Müller",
    "🌻🌻🌻",
)

E_MAIL = "at@example.com"


def test_names_of_every_script_read_as_they_are_and_the_next_column_starts_in_one_cell(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.humans = [
        human(number, name) | {"email": E_MAIL} for number, name in enumerate(REAL_NAMES)
    ]
    terminal = start(size=(30, 200))
    terminal.sees(f"● {len(REAL_NAMES)} humans", *REAL_NAMES)
    terminal.waits_for(lambda: is_aligned(terminal))
    for number, name in enumerate(REAL_NAMES):
        cursor_is_on(terminal, name)
        terminal.sees(f"─ {name} ─", f"eu_{number:02} ")
        terminal.waits_for(lambda: is_aligned(terminal))
        terminal.types("j")
    ends_unharmed(terminal, tmp_path)


def is_aligned(terminal: Terminal) -> bool:
    """Every row ends where the list does, and its second column starts under the heading."""
    dividers = {x for x, _ in terminal.place_of("││")}
    ends = {x for x, _ in terminal.place_of("╮╭")} | {x for x, _ in terminal.place_of("╯╰")}
    (end,) = ends if len(ends) == 1 else (0,)
    headings = [x for x, _ in terminal.place_of("E-mail") if x < end]
    e_mails = [x for x, _ in terminal.place_of(E_MAIL) if x < end]
    return dividers == ends and e_mails == headings * len(REAL_NAMES) != []
