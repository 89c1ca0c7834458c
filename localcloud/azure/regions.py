"""Regions, in the one way of writing them in which they can be compared."""

from collections.abc import Mapping
from typing import Any


def region_of(inputs: Mapping[str, Any]) -> Any:
    """The region of an object as Azure writes it: `East US` is `eastus`; UNKNOWN and absent stay what they are."""
    location = inputs.get("location")
    return location.replace(" ", "").lower() if isinstance(location, str) else location
