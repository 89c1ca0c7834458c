"""What actions of AWS do to the measures (`effects.toml`): which ones a role has only where its design says so."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from pydantic import BaseModel, ConfigDict

from policies.documents import Statement, matches_action
from policies.loading import Table

_NAMED: Final = 8
"""How many actions a message names."""


class Effects(BaseModel):
    """Actions by what they do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rights: tuple[str, ...]
    """Gives rights or credentials, or takes away what bounds them."""
    watch: tuple[str, ...]
    """Stops, deafens or empties what watches the account."""
    guards: tuple[str, ...]
    """Opens, ends or leads away what other rules hold closed, kept or encrypted."""
    copies: tuple[str, ...]
    """Copies data, or has data copied from now on."""
    runs: tuple[str, ...]
    """Runs code with rights that are there already, or gets somebody into code that runs."""
    work: tuple[str, ...]
    """What services do otherwise."""
    operation: tuple[str, ...]
    """What people do otherwise."""
    looks: tuple[str, ...]
    """Patterns of what only looks."""

    @property
    def of_few(self) -> tuple[str, ...]:
        """What only those roles have whose work takes it."""
        return (*self.rights, *self.watch, *self.guards, *self.copies, *self.runs)


effects: Final = Table("effects.toml", Effects)


def of_few(statement: Statement) -> frozenset[str]:
    """Which of the actions that are of few a statement surely (Deny) or possibly (Allow) covers."""
    if statement.leaves_out_actions:
        return frozenset(effects().of_few) if statement.is_allow else frozenset()
    return frozenset[str]().union(*(_of_few(pattern) for pattern in statement.actions()))


def in_words(actions: Collection[str]) -> str:
    """Some of the actions, and how many more there are."""
    first = sorted(actions)[:_NAMED]
    more = len(actions) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


@lru_cache(maxsize=4096)
def _of_few(pattern: str) -> frozenset[str]:
    return frozenset(action for action in effects().of_few if matches_action(action, pattern))


@lru_cache(maxsize=4096)
def is_classified(pattern: str) -> bool:
    """Whether somebody has said what an action does, or all that a pattern covers.

    What else a pattern covers than the actions that stand here, nobody knows, nor what it will cover: one that isn't
    within a pattern of what only looks counts as unknown.
    """
    known = (*effects().work, *effects().operation, *effects().of_few)
    return any(matches_action(pattern, look) for look in effects().looks) or pattern.lower() in map(str.lower, known)


@lru_cache(maxsize=4096)
def is_of_others(pattern: str, *, people: bool) -> bool:
    """Whether an action, or a pattern that covers it, is what services do, asked of people, or the other way round."""
    own, others = effects().work, effects().operation
    if people:
        own, others = others, own
    return any(matches_action(action, pattern) for action in set(others) - set(own))
