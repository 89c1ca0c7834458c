"""A picture of what is deployed: the rooms of a stack, how much is in them, and who needs whom, as Mermaid.

It is drawn from the stack's state, so it shows what is there and not what somebody once meant.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from hosting.engine import Deployed
from hosting.words import counted
from infra.tenants import TENANT_COMPONENT

BEGIN: Final = "<!-- drawn by `hosting diagram`: begin -->"
END: Final = "<!-- drawn by `hosting diagram`: end -->"

_TENANT: Final = "tenant"

_WORDS: Final = re.compile(r"[A-Z]?[a-z0-9]+")

SHOWN: Final = 4
"""So many types of a room are named, the most frequent ones."""


def draw(resources: Sequence[Deployed]) -> str:
    """The stack as a Mermaid flowchart: an arrow leads from a room to another that it needs."""
    by_urn = {resource.urn: resource for resource in resources}
    room_of = {urn: room for urn, resource in by_urn.items() if (room := _room(resource, by_urn)) is not None}
    tenants = sum(resource.kind == TENANT_COMPONENT for resource in resources)
    held: dict[str, Counter[str]] = defaultdict(Counter)
    needs: set[tuple[str, str]] = set()
    for urn, room in room_of.items():
        resource = by_urn[urn]
        if not resource.is_in_cloud:
            continue
        held[room][_type_name(resource.kind)] += 1
        needs |= {(room, room_of[needed]) for needed in resource.dependencies if needed in room_of}
    lines = ["flowchart LR"]
    for room in sorted(held):
        share = tenants if room == _TENANT and tenants else 1
        label = f"each of {counted(tenants, 'tenant')}" if room == _TENANT else _words(room)
        counts = {kind: count // share for kind, count in held[room].items()}
        lines.append(f'  {room}["<b>{label}</b> ({sum(counts.values())})<br>{_contents(counts)}"]')
    lines += [f"  {room} --> {needed}" for room, needed in sorted(needs) if room != needed]
    return "\n".join(lines) + "\n"


def put_into(page: str, diagram: str) -> str:
    """The page with the diagram between its two marks. Raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place for a diagram: put the lines {BEGIN} and {END} into it")
    return f"{before}{BEGIN}\n\n```mermaid\n{diagram}```\n\n{END}{after}"


def _room(resource: Deployed, by_urn: Mapping[str, Deployed]) -> str | None:
    """The component of a room, right below the service's, or the tenant's."""
    chain = [resource]
    while chain[-1].parent in by_urn:
        chain.append(by_urn[chain[-1].parent])
    components = [each for each in reversed(chain) if each.kind.startswith("hosting:")]
    if any(each.kind == TENANT_COMPONENT for each in components):
        return _TENANT
    return components[1].name if len(components) > 1 else None


def _type_name(kind: str) -> str:
    return kind.rpartition(":")[2]


def _words(name: str) -> str:
    return " ".join(word.lower() for word in _WORDS.findall(name))


def _contents(counts: Mapping[str, int]) -> str:
    common = sorted(counts, key=lambda kind: (-counts[kind], kind))
    parts = [f"{counts[kind]} {kind}" if counts[kind] > 1 else kind for kind in common[:SHOWN]]
    return ", ".join(parts) + (", …" if len(common) > SHOWN else "")
