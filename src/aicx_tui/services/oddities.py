"""What looks odd in what was typed of a human. It warns: the platform decides, not this.

The libraries know each country's numbers and the rules of addresses, so they are loaded only when
there is something to check.
"""

from __future__ import annotations

from collections.abc import Mapping


def oddities(fields: Mapping[str, str], *, country: str = "") -> dict[str, str]:
    """What looks odd in which field.

    Args:
        fields: What was typed, by field; those that are empty look fine.
        country: Two letters: whose phone numbers are written without a `+`; empty for none.
    """
    email, phone = fields.get("email", "").strip(), fields.get("phone_number", "").strip()
    said = {
        "email": odd_email(email) if email else "",
        "phone_number": odd_phone(phone, country=country) if phone else "",
    }
    return {name: text for name, text in said.items() if text}


def odd_email(text: str) -> str:
    """Why an e-mail address cannot be one, in words; empty where it can. Nobody is asked for it."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        return f"Odd: {error}"
    except ValueError:  # of its codecs, for what no keyboard types
        return "Odd: this is no e-mail address."
    return ""


def odd_phone(text: str, *, country: str) -> str:
    """Why a phone number cannot be called, or was not checked; empty where it is one."""
    import phonenumbers
    from phonenumbers import NumberParseException

    if country and country not in phonenumbers.SUPPORTED_REGIONS:
        return f"Not checked: the context's country {country} has no phone numbers."
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException as error:
        is_national = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        if is_national and not text.startswith("+"):
            return "Not checked: it begins with no +, and the context names no country."
        if is_national:
            return "Odd: no country has numbers that begin so."
        return "Odd: this is no phone number."
    if phonenumbers.is_valid_number(number):
        return ""
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return f"Odd: no number in {region} is written so."
