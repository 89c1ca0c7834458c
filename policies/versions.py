"""Which version of a provider carries out what the program asks for."""

from importlib.metadata import version

from policies.resources import Resource
from policies.rulebook import Findings


def is_as_locked(provider: Resource) -> Findings:
    """Yields a finding where a provider is of another version than the SDK of its package that is installed.

    An SDK names its own version unless the program names another. An older provider has faults that were mended since,
    and neither leaves out nor adds what the reviewed one does. Raises PackageNotFoundError without the SDK.
    """
    own = version(f"pulumi-{provider.resource_type.rpartition(':')[2]}")
    if provider.get("version", own) != own:
        yield "another version of the provider is used than uv.lock holds: remove the argument version"
