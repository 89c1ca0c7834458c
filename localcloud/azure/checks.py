"""What is wrong with inputs alone, beyond the SDK's types: names, regions, and the checks of the table."""

import re
from collections.abc import Iterator

from localcloud.azure.cloud import Kind
from localcloud.azure.regions import region_of
from localcloud.azure.rules.common import tags
from localcloud.azure.table import KINDS
from localcloud.backend import CheckFailure, Properties
from localcloud.paths import select


def failures_of(line: Kind, inputs: Properties) -> Iterator[CheckFailure]:
    """What Azure has against the inputs of a type, which are of the right types already."""
    own = line.own_name
    for name in line.given:
        if name != "subscriptionId" and inputs.get(name) is None:
            yield CheckFailure(name, "must be given: nothing is named by chance here")
    value = inputs.get(own)
    if line.name and isinstance(value, str) and re.fullmatch(line.name.pattern, value) is None:
        yield CheckFailure(own, f"{value!r} is not a name that Azure accepts: {line.name.words}")
    location = inputs.get("location")
    if "location" in line.schema.inputs.properties and location is None:
        yield CheckFailure("location", "must be given, here or in the provider's configuration")
    if line.everywhere and isinstance(location, str) and region_of(inputs) != "global":
        yield CheckFailure("location", f"must be global for this type, not {location!r}")
    if isinstance(location, str) and re.fullmatch(r"[a-z]+[0-9]*", region_of(inputs)) is None:
        yield CheckFailure("location", f"{location!r} is not the name of an Azure region")
    for check in (tags, *line.checks):
        yield from check(inputs)
    for name, token in line.inline.items():
        child = KINDS[token]
        for path, body in select(inputs, f"{name}[]"):
            for check in child.checks:
                for failure in check(body):
                    yield CheckFailure(f"{path}.{failure.property}", failure.reason)
