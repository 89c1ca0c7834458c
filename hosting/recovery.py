"""After a run that was killed: objects that it was making are adopted, so that the next run makes nothing twice."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from hosting.engine import Deployed, StackEngine, State
from hosting.errors import HostingError

Find = Callable[[Deployed], Sequence[str]]
"""The ids of the objects in the cloud that creating a resource would have made."""


def resume(engine: StackEngine, find: Find, say: Callable[[str], None]) -> State:
    """Settles what an interrupted run left open: looks for each object under way, and adopts it if it is there.

    Gives the state in which nothing is left open. Raises HostingError when more than one object fits.
    """
    state = engine.state()
    if not state.pending_operations:
        return state
    creating = [
        operation.resource
        for operation in state.pending_operations
        if operation.operation == "creating" and operation.resource.is_in_cloud
    ]
    known = {(*_where(resource), resource.identity) for resource in state.resources}
    found: dict[str, str] = {}
    for resource in creating:
        candidates = [identity for identity in find(resource) if (*_where(resource), identity) not in known]
        if len(candidates) > 1:
            raise HostingError(
                f"The interrupted creation of {resource.kind} {resource.name!r} fits {len(candidates)} objects in the "
                f"cloud ({', '.join(candidates)}): remove those that are not in use and run the command again."
            )
        for identity in candidates:
            found[resource.urn] = identity
            known.add((*_where(resource), identity))
    engine.adopt(found)
    say(
        f"An earlier run was interrupted: {len(found)} of {len(creating)} objects under way exist and are adopted."
        if creating
        else "An earlier run was interrupted while it made nothing."
    )
    return engine.state()


def _where(resource: Deployed) -> tuple[str, str | None]:
    """Where an id means one object: the same name may be there once in each of the stack's regions."""
    return resource.kind, resource.inputs.get("region")


def found_by_a_person(pairs: Iterable[str]) -> Find:
    """Finds what a person has looked up in the cloud, each given as `URN=ID`, or as `URN=` if there is none.

    Raises HostingError for a pair of another form; what it gives raises HostingError for a resource without a pair.
    """
    identities: dict[str, str] = {}
    for pair in pairs:
        urn, separator, identity = pair.partition("=")
        if not separator or not urn.startswith("urn:pulumi:"):
            raise HostingError(f"--adopt {pair!r} is not of the form URN=ID, or URN= for what doesn't exist.")
        identities[urn] = identity

    def find(resource: Deployed) -> Sequence[str]:
        if resource.urn not in identities:
            raise HostingError(
                f"An earlier run was interrupted while it created {resource.kind} {resource.name!r}: look it up in the "
                f"cloud, then run `hosting up` with --adopt '{resource.urn}=ID', or with nothing behind the = if it "
                "isn't there."
            )
        return [identities[resource.urn]] if identities[resource.urn] else []

    return find


def found_in(search: Callable[[str, Mapping[str, object]], Sequence[str]]) -> Find:
    """Finds what a cloud's own search by type and inputs gives."""
    return lambda resource: search(resource.kind, resource.inputs)
