"""The places on networks that texts name, and those at which a stack in Azure answers: the table `places.toml`."""

import re
from typing import Final
from urllib.parse import urlsplit

from policies.resources import Stack, identities
from policies.tables import places

_URL: Final = re.compile(r"^//|[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"""[\s,;|"'{}]+""")
"""What stands between the places of a list, a connection string or a document in JSON."""
_HOST: Final = re.compile(r"(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|\d+)\.?(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?", re.IGNORECASE)
_ABOUT_PLACES: Final = re.compile(
    r"(?:address|broker|brokers|domain|endpoint|host|issuer|server|uri|url)s?$", re.IGNORECASE
)
_OF_CLOUDS: Final = (".amazonaws.com", ".azure.com", ".azure.net", ".azurecr.io", ".azurewebsites.net", ".windows.net")

LOCAL: Final = ("127.0.0.1", "::1", "localhost")
"""The same replica."""

UNREADABLE: Final = "?"
"""The host of what looks like a URL and is none."""


def hosts_in(name: str, value: str) -> list[str]:
    """The hosts that a variable leads to, as `host_in` finds each: in a list, a connection string, a JSON document."""
    found = (host_in(name, piece) for piece in _BETWEEN.split(value))
    return list(dict.fromkeys(host for host in found if host is not None))


def host_in(name: str, value: str) -> str | None:
    """The host of one place; None if the value is no place.

    Without a scheme a value is taken for a host if the variable's name says so, or if only a cloud has such hosts.
    """
    url = _URL.search(value)
    if url is not None:
        value = value[url.start() :]
    else:
        value = value.partition("/")[0]
        host = value.lower().rstrip(".")
        about = _ABOUT_PLACES.search(name) or re.sub(r":\d+$", "", host).endswith(_OF_CLOUDS)
        if not about or not _HOST.fullmatch(value):
            return None
        value = f"//{value}"
    try:
        return (urlsplit(value).hostname or UNREADABLE).rstrip(".")
    except ValueError:
        return UNREADABLE


class Places:
    """The hosts of a stack in Azure. Made by `Stack.derived`."""

    def __init__(self, stack: Stack) -> None:
        self._hosts = {
            pattern.replace("{}", name.lower())
            for kind, place in places().items()
            for resource in stack.of_type(kind)
            for name in identities(resource, *place.names)
            for pattern in place.hosts
        }

    def has(self, host: str) -> bool:
        """Whether the host is the stack's own, or the replica's that asks."""
        return host in LOCAL or host in self._hosts
