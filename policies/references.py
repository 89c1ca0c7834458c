"""Whether a value inside a property means a resource of the stack, and not a stranger's."""

from collections.abc import Callable, Mapping, Sequence

from policies.properties import NOT_KNOWN, UndeterminedError
from policies.resources import Resource, Stack


def means(
    stack: Stack,
    resource: Resource,
    name: str,
    *,
    read: Callable[[], str | None],
    targets: Mapping[str, Sequence[str]],
    fits: Callable[[Resource], bool] = lambda _: True,
) -> bool:
    """Whether the value which `read` gives means a resource of the stack that `fits`.

    `targets` says by which properties each type of target is known, `name` in which property of `resource` the value
    lies. What isn't known yet may mean whatever of these types the property was computed from. Raises UndeterminedError
    when it was computed from none, or when only some of them would fit.
    """
    identifiers = sorted({each for names in targets.values() for each in names})
    answers = {target: fits(target) for target in stack.meant(resource, name, tuple(targets), *identifiers, read=read)}
    if len(set(answers.values())) > 1:
        possible = " or ".join(sorted(target.resource_name for target in answers))
        raise UndeterminedError(f"{name} of {resource.resource_name}, which may come to mean {possible},{NOT_KNOWN}")
    return True in answers.values()
