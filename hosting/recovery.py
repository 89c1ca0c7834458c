"""After a run that was killed: objects that it was making are adopted, so that the next run makes nothing twice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hosting.engine import PendingOperation, StackEngine, State
from hosting.errors import HostingError

Find = Callable[[str, Mapping[str, Any]], Sequence[str]]
"""The ids of the objects in the cloud that creating a resource of a type with some inputs would have made."""


def resume(engine: StackEngine, find: Find | None, say: Callable[[str], None]) -> State:
    """Settles what an interrupted run left open: looks for each object under way, and adopts it if it is there.

    Gives the state in which nothing is left open. Raises HostingError when the cloud can't be searched (`find` is
    None) or more than one object fits.
    """
    state = engine.state()
    if not state.pending_operations:
        return state
    creating = [
        operation
        for operation in state.pending_operations
        if operation.operation == "creating" and operation.resource.is_in_cloud
    ]
    if creating and find is None:
        raise HostingError(_by_hand(engine.name, creating))
    known = {(resource.kind, resource.identity) for resource in state.resources}
    found: dict[str, str] = {}
    for operation in creating:
        assert find is not None
        resource = operation.resource
        fitting = find(resource.kind, resource.inputs)
        candidates = [identity for identity in fitting if (resource.kind, identity) not in known]
        if len(candidates) > 1:
            raise HostingError(
                f"The interrupted creation of {resource.kind} {resource.name!r} fits {len(candidates)} objects in the "
                f"cloud ({', '.join(candidates)}): remove those that are not in use and run the command again."
            )
        for identity in candidates:
            found[resource.urn] = identity
            known.add((resource.kind, identity))
    engine.adopt(found)
    say(f"An earlier run was interrupted: {len(found)} of {len(creating)} objects under way exist and are adopted.")
    return engine.state()


def _by_hand(stack: str, creating: Sequence[PendingOperation]) -> str:
    names = ", ".join(f"{operation.resource.kind} {operation.resource.name!r}" for operation in creating)
    return (
        f"An earlier run of {stack} was interrupted while it created {names}: look each one up in the cloud, then run "
        f"`pulumi refresh -s {stack}`, which asks for the ids of those that exist and clears the others."
    )
