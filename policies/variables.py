"""Environment variables that lead a service's traffic or credentials elsewhere, whatever its code says."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from policies.tables import variables

_LOCAL = re.compile(r"localhost|127\.0\.0\.1|::1")
"""The same task or replica."""

_OF_AWS = re.compile(r"[a-z0-9-]+\.(?P<region>[a-z]{2}-[a-z]+-\d)\.(amazonaws\.com|api\.aws)")
"""The endpoint of a service. One more part before it is somebody's bucket, API or door ("AWS service endpoints")."""


def diversion(name: str, value: str | None, regions: Collection[str]) -> str | None:
    """What comes of a variable that leads elsewhere, in words; None for one that doesn't.

    `value` is None where it isn't said in the open, and so could be anything. `regions` are those of AWS in which the
    stack may have things; none in Azure, where no variable of this kind names anything of the cloud's.
    """
    for pattern, consequence in variables().refused.items():
        if fnmatchcase(name.upper(), pattern):
            return consequence
    for pattern, consequence in variables().addresses.items():
        if fnmatchcase(name.upper(), pattern):
            return None if value is not None and _is_own(value, regions) else consequence
    return None


def _is_own(address: str, regions: Collection[str]) -> bool:
    """Whether an address, with or without a scheme, is within the task or one of AWS's services in the regions."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return False
    of_aws = _OF_AWS.fullmatch(host)
    return _LOCAL.fullmatch(host) is not None or (of_aws is not None and of_aws["region"] in regions)
