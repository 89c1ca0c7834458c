"""Which resources of the stack a value inside a property means."""

from collections.abc import Callable, Mapping, Sequence

from policies.properties import UndeterminedError
from policies.resources import Resource, Stack, identities


def meant(
    stack: Stack,
    resource: Resource,
    name: str,
    *,
    read: Callable[[], object],
    targets: Mapping[str, Sequence[str]],
) -> list[Resource]:
    """The resources that the value which `read` gives may mean; none for a stranger's, or where nothing is set.

    `targets` says by which properties each type of target is known, `name` in which property of `resource` the value
    lies. What isn't known yet may mean whatever of these types the property was computed from. Raises
    UndeterminedError when it was computed from none.
    """
    sources = [source for source in stack.sources(resource, name) if source.resource_type in targets]
    try:
        value = read()
    except UndeterminedError:
        if not sources:
            raise
        return sources
    if value is None:
        return []
    known = {target.urn: identities(target, *targets[target.resource_type]) for target in stack.of_type(*targets)}
    return [
        target
        for target in stack.of_type(*targets)
        if value in known[target.urn] or (not known[target.urn] and target in sources)
    ]


def means(
    stack: Stack,
    resource: Resource,
    name: str,
    *,
    read: Callable[[], object],
    targets: Mapping[str, Sequence[str]],
    fits: Callable[[Resource], bool] = lambda _: True,
) -> bool:
    """Whether the value which `read` gives means a resource of the stack that `fits`; see `meant`.

    Raises UndeterminedError when it isn't known yet and only some of what it was computed from would fit.
    """
    answers = {fits(target) for target in meant(stack, resource, name, read=read, targets=targets)}
    if len(answers) > 1:
        raise UndeterminedError(f"which resource {name} means is not known before the update")
    return True in answers
