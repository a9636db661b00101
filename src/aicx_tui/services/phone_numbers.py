"""Phone numbers as one text, and as a country's code with what is dialled within it."""

from __future__ import annotations

import re

_CODE = re.compile(r"\+?([1-9]\d{0,3})")


def joined(country_code: str, number: str) -> str:
    """A number with its country's code in front, such as `+84901234567`.

    The zero that is dialled within a country goes, where the country's plan says so. A number that
    begins with `+`, and one without a code that can be one, stays as it is.
    """
    import phonenumbers  # it knows every country's numbers

    number, code = number.strip(), _CODE.fullmatch(country_code.strip())
    if not number or number.startswith("+") or code is None:
        return number
    if any(map(str.isalpha, number)):  # letters would be read as the digits of their keys
        return f"+{code[1]} {number}"
    region = phonenumbers.region_code_for_country_code(int(code[1]))
    try:
        read = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return f"+{code[1]} {number}"
    if read.country_code != int(code[1]):
        return f"+{code[1]} {number}"
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def split(number: str) -> tuple[str, str]:
    """The country's code, and what is dialled within it; no code where it cannot be told."""
    import phonenumbers

    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "", number
    if any(map(str.isalpha, number)):
        return "", number
    within = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"+{read.country_code}", "".join(filter(str.isdecimal, within))
