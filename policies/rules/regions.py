"""Where resources lie, in both clouds."""

from collections import defaultdict
from typing import Final, Literal

from policies.resources import OF_NO_REGION, TENANT_TYPE, Resource, Stack, aws_region
from policies.rulebook import ANY_TYPE, Findings, not_applicable, stack_rule
from policies.tables import jurisdictions

_GROUP: Final = "azure-native:resources:ResourceGroup"

_SERVICE: Final = "hosting:cloud_integrated:CloudIntegrated"
_IN_ALL_REGIONS: Final = (TENANT_TYPE, "hosting:cloud_integrated:Access", _SERVICE)
"""The components that hold what there is of one thing in each region: a tenant, the account's access."""

_MEND = "use a region of the stack's jurisdiction (policies/jurisdictions.toml)"


@stack_rule(ANY_TYPE)
def region_is_within_jurisdiction(resource: Resource, stack: Stack) -> Findings:
    """Customers were promised in which jurisdiction their data lie; outside it other laws reach them."""
    match resource.resource_type.split(":")[0]:
        case "aws":
            yield _lies_within("aws", _aws_region(resource), stack)
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


@stack_rule(_SERVICE)
def room_lies_in_one_region(service: Resource, stack: Stack) -> Findings:
    """A piece that doesn't say its region falls into the first one: when that is lost, the second stands without it.

    So all that hangs below one component lies in one region, and of two rooms of one kind each in its own.
    """
    taken: dict[tuple[str, str], Resource] = {}
    for room, pieces in _rooms(stack):
        known = [region for each in pieces if (region := aws_region(each)) is not None]
        region = max(known, key=known.count, default=None)
        for piece in pieces:
            yield _lies_in(region, piece)
        if region is None or room.parent_urn != service.urn:
            continue
        if taken.setdefault((room.resource_type, region), room) is not room:
            yield f"the room {room.resource_name} lies in the region of another of its kind: set the region of its own"


def _rooms(stack: Stack) -> list[tuple[Resource, list[Resource]]]:
    """The components that lie in one region, each with what hangs directly below it."""
    pieces: dict[str, list[Resource]] = defaultdict(list)
    for resource in stack.resources:
        is_regional = resource.resource_type.startswith("aws:") and not resource.resource_type.startswith(OF_NO_REGION)
        if is_regional and resource.parent_urn is not None:
            pieces[resource.parent_urn].append(resource)
    rooms = [each for each in stack.resources if each.urn in pieces]
    return [
        (room, pieces[room.urn])
        for room in rooms
        if room.resource_type.startswith("hosting:") and room.resource_type not in _IN_ALL_REGIONS
    ]


def _lies_in(region: str | None, piece: Resource) -> Findings:
    if _aws_region(piece) != region:
        what = f"the {piece.resource_type.split(':')[2]} {piece.resource_name}"
        yield f"{what} lies in another region than the rest of its room: set region"


def _aws_region(resource: Resource) -> str | None:
    """The region of a resource of AWS. Raises UndeterminedError when it isn't known yet, as `aws_region` doesn't."""
    return resource.get("region", None) or resource.provider_property("region")


def _lies_within(cloud: Literal["aws", "azure"], region: str | None, stack: Stack) -> Findings:
    if region is None:
        yield f"it is not said in which region this lies: set it on the provider; {_MEND}"
    elif region not in jurisdictions().regions(cloud, stack.jurisdiction):
        yield f"the region is outside the stack's jurisdiction: {_MEND}"


def _normal(location: str) -> str:
    """Azure takes `East US` for `eastus`."""
    return location.replace(" ", "").lower()
