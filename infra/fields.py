"""The kinds of text that settings are made of, each with a message in words when a value doesn't fit."""

import re
from ipaddress import IPv4Network
from typing import Annotated, Final

from pydantic import AfterValidator


def pattern(expression: str, wanted: str) -> AfterValidator:
    """A check that the whole value fits `expression`; the message says what is `wanted`, never the expression."""

    def check(value: str) -> str:
        if re.fullmatch(expression, value) is None:
            raise ValueError(f"{value!r} is not {wanted}: correct it")
        return value

    return AfterValidator(check)


def _is_address_range(value: str) -> str:
    try:
        IPv4Network(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not an IPv4 range in CIDR notation such as 10.40.0.0/16: correct it") from error
    return value


AddressRange = Annotated[str, AfterValidator(_is_address_range)]
DomainName = Annotated[str, pattern(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", "a domain name")]
EmailAddress = Annotated[str, pattern(r"[^\s@]{1,64}@([a-z0-9-]{1,63}\.)+[a-z]{2,63}", "an e-mail address")]
PhoneNumber = Annotated[
    str, pattern(r"\+[1-9]\d{0,2} \d{4,14}", "a phone number of country code, space and digits such as +1 2025550123")
]
Digest = Annotated[
    str, pattern(r"sha256:[0-9a-f]{64}", "the digest of an image (sha256: and 64 hexadecimal digits in lower case)")
]
Uuid = Annotated[str, pattern(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "a UUID in lower case")]
AwsAccountId = Annotated[str, pattern(r"\d{12}", "an AWS account id of twelve digits")]
Arn = Annotated[str, pattern(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+", "an ARN")]
_RESERVED: Final = frozenset({"blobs", "data", "search", "signing", "storage", "tenants"})
"""Words that stand where a tenant's id does in names of the hosting's own, such as the role `tenant-data`."""


def _is_free(value: str) -> str:
    if value in _RESERVED:
        raise ValueError(f"{value!r} is a word in names of the hosting's own and no tenant id: choose another")
    return value


TenantId = Annotated[
    str,
    pattern(r"[a-z][a-z0-9]{2,18}", "a tenant id of 3 to 19 lower-case letters and digits with a letter first"),
    AfterValidator(_is_free),
]
