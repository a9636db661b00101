"""Full names that are rare or hostile: what customers, or attackers, really type."""

from __future__ import annotations

RARE_NAMES = (
    # Markup that a terminal interface might run.
    "[/]",
    "[@click=app.quit]boo[/]",
    "[bold red]Not bold[/bold red]",
    "[link=https://evil.example]Click me[/link]",
    # Bytes that move the cursor, name the window, fill the clipboard, ring.
    "Clear\x1b[2J\x1b[HScreen",
    "Title\x1b]0;owned\x07Setter",
    "Clip\x1b]52;c;b3duZWQ=\x07Board",
    "Colour\x1b[31mful",
    "C1\x9b31mControl\x9d0;x\x9c",
    "Nul\x00Byte",
    "Bell\x07Ringer",
    "Back\x08\x08\x08\x08space",
    "Two\nLines",
    "Tab\tStop",
    "Carriage\rReturn",
    "Line\u2028Separator",
    # Order and width.
    "Override \u202egnp.exe\u202c Bidi",
    "Isolate \u2067abc\u2069 Bidi",
    "Zero\u200bWidth\u200bSpace",
    "Z" + "\u0301\u0327\u0489\u0334\u035c" * 24 + "algo",
    "Wolfeschlegelsteinhausenbergerdorff " * 8 + "Senior, Esq.",
    "  Leading and trailing  ",
    # Values that other programs take for something else.
    '=HYPERLINK("https://evil.example","Refund")',
    "+1+cmd|' /C calc'!A0",
    "Robert'); DROP TABLE humans;--",
    "null",
    "<script>alert(1)</script>",
    "%s %n {0} ${HOME} $(id)",
    "../../etc/passwd",
    # Real names in scripts and forms that lists tend to break.
    "محمد عبد الرحمن الفاسي",
    "נועה בן־דוד",
    "สมชาย ใจดี",
    "प्रिया शर्मा",
    "山田 花子",
    "김하늘",
    "Nguyễn Thị Ánh Tuyết",
    "ლუკა ბერიძე",
    "Zoë Müller-O’Brien",
    "Þórdís Ægisdóttir",
    "María-José Carreño Quiñones de la Torre",
    "👩‍👩‍👧‍👦 The Family",
    "🇵🇭 🏳️‍🌈 Flags 👍🏽",
)
