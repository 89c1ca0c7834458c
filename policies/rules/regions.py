"""Where resources lie, in both clouds."""

from typing import Final, Literal

from policies.resources import Resource, Stack
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule
from policies.tables import jurisdictions

_GROUP: Final = "azure-native:resources:ResourceGroup"

_MEND = "use a region of the stack's jurisdiction (policies/jurisdictions.toml)"


@stack_rule(ANY_TYPE)
def region_is_within_jurisdiction(resource: Resource, stack: Stack) -> Findings:
    """Customers were promised in which jurisdiction their data lie; outside it other laws reach them."""
    match resource.resource_type.split(":")[0]:
        case "aws":
            yield _lies_within("aws", resource.get("region", None) or resource.provider_property("region"), stack)
        case "azure-native":
            location = resource.get("location", None)
            if location is None and resource.resource_type == _GROUP:
                yield f"it is not said in which region what the group holds lies by default: set location; {_MEND}"
                return
            if location is None:
                not_applicable("the resource lies where its parent lies")
            if _normal(location) == "global" and resource.resource_type in jurisdictions().global_types:
                return
            yield _lies_within("azure", _normal(location), stack)
        case "pulumi" if resource.resource_type == "pulumi:providers:aws":
            yield _lies_within("aws", resource.get("region", None), stack)
            # STS gives out the credentials: in the provider's region, unless it is told another.
            if (sts_region := resource.get("sts_region", None)) is not None:
                yield _lies_within("aws", sts_region, stack)
        case "pulumi" if resource.resource_type == "pulumi:providers:azure-native":
            location = resource.get("location", None)
            if location is not None:
                yield _lies_within("azure", _normal(location), stack)
        case _:
            not_applicable("the resource has no region")


def _lies_within(cloud: Literal["aws", "azure"], region: str | None, stack: Stack) -> Findings:
    if region is None:
        yield f"it is not said in which region this lies: set it on the provider; {_MEND}"
    elif region not in jurisdictions().regions(cloud, stack.jurisdiction):
        yield f"the region is outside the stack's jurisdiction: {_MEND}"


def _normal(location: str) -> str:
    """Azure takes `East US` for `eastus`."""
    return location.replace(" ", "").lower()
