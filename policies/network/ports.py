"""Sets of ports, by protocol, and what is known of who gets through on them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

LAST_PORT: Final = 65535

_NUMBERS: Final = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmp", "icmpv6": "icmp"}

_EVERY: Final = frozenset({"-1", "*", "all", "any", "asterisk"})
"""How the clouds say "any protocol"."""

_PROTOCOLS: Final = ("tcp", "udp", "icmp", "other")
"""All there are: what has no ports (ICMP, ESP) counts as a protocol that is open on all of them or on none."""

_TEXT: Final = re.compile(r"(tcp|udp)/(\d{1,5})(?:-(\d{1,5}))?")

_Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Ports:
    """A set of ports. Spans are apart from each other and in order."""

    _spans: Mapping[str, _Spans] = field(default_factory=dict[str, _Spans])

    @staticmethod
    def of(protocol: str, first: int = 0, last: int = LAST_PORT) -> "Ports":
        """The ports from `first` to `last` of a protocol, by any of the names that the clouds give it."""
        name = protocol.lower()
        if name in _EVERY:
            # Where ports are named, what has none isn't meant.
            named = _PROTOCOLS if (first, last) == _WHOLE[0] else ("tcp", "udp")
            return Ports(dict.fromkeys(named, ((first, last),)))
        name = _NUMBERS.get(name, name)
        if name not in ("tcp", "udp"):
            return Ports({name if name == "icmp" else "other": _WHOLE})
        return Ports({name: ((first, last),)}) if first <= last else NO_PORTS

    @staticmethod
    def parse(texts: Iterable[str]) -> "Ports":
        """The ports that texts such as `tcp/443` and `udp/1024-65535` mean. Raises ValueError."""
        found = NO_PORTS
        for text in texts:
            match = _TEXT.fullmatch(text)
            first, last = (int(match[2]), int(match[3] or match[2])) if match else (1, 0)
            if match is None or not first <= last <= LAST_PORT:
                raise ValueError(f"{text} names no ports: write tcp/443 or udp/1024-65535")
            found |= Ports.of(match[1], first, last)
        return found

    def __or__(self, other: "Ports") -> "Ports":
        """Both together."""
        return Ports(
            {name: _joined([*self._of(name), *other._of(name)]) for name in {*self._spans, *other._spans}}  # noqa: SLF001
        )

    def __and__(self, other: "Ports") -> "Ports":
        """What is in both."""
        return self - (self - other)

    def __sub__(self, other: "Ports") -> "Ports":
        """What is in this one only."""
        left = {name: _without(spans, other._of(name)) for name, spans in self._spans.items()}  # noqa: SLF001
        return Ports({name: spans for name, spans in left.items() if spans})

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any(self._spans.values())

    def __str__(self) -> str:
        """Such as `tcp 80, tcp 8000-8100` or `every port`."""
        if not ALL_PORTS - self:
            return "every port"
        return ", ".join(
            f"{name} {first}" if first == last else f"{name} {first}-{last}" if (first, last) != _WHOLE[0] else name
            for name in _PROTOCOLS
            for first, last in self._of(name)
        )

    def _of(self, name: str) -> _Spans:
        return self._spans.get(name, ())


_WHOLE: Final[_Spans] = ((0, LAST_PORT),)

NO_PORTS: Final = Ports()
ALL_PORTS: Final = Ports.of("-1")


def _joined(spans: Iterable[tuple[int, int]]) -> _Spans:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def _without(spans: _Spans, taken: _Spans) -> _Spans:
    for first, last in taken:
        left: list[tuple[int, int]] = []
        for start, end in spans:
            left += [part for part in ((start, min(end, first - 1)), (max(start, last + 1), end)) if part[0] <= part[1]]
        spans = tuple(left)
    return spans


@dataclass(frozen=True)
class Access:
    """On which ports somebody gets through: surely, and perhaps besides, as values that aren't known yet decide."""

    surely: Ports = NO_PORTS
    perhaps: Ports = NO_PORTS
    hops: tuple[str, ...] = ()
    """What lets them through, in the order in which they pass it."""
    unknown: tuple[str, ...] = ()
    """What isn't known yet."""

    def __or__(self, other: "Access") -> "Access":
        """Through the one or the other; of two ways that lead as far, one is told."""
        for one, another in ((self, other), (other, self)):
            if not (another.surely | another.perhaps) - one.surely:
                return one
        surely = self.surely | other.surely
        ways = dict.fromkeys(" -> ".join(each.hops) for each in (self, other) if each.hops)
        return Access(
            surely,
            (self.perhaps | other.perhaps) - surely,
            (" or ".join(ways),) if ways else (),
            tuple(dict.fromkeys((*self.unknown, *other.unknown))),
        )

    def __and__(self, other: "Access") -> "Access":
        """Through the one and then the other."""
        surely = self.surely & other.surely
        most = (self.surely | self.perhaps) & (other.surely | other.perhaps)
        return Access(
            surely,
            most - surely,
            tuple(dict.fromkeys((*self.hops, *other.hops))),
            tuple(dict.fromkeys((*self.unknown, *other.unknown))),
        )

    def __bool__(self) -> bool:
        """Whether anybody gets through, or may do so."""
        return bool(self.surely or self.perhaps)


CLOSED: Final = Access()


def opened(ports: Ports, *hops: str) -> Access:
    """Access on these ports."""
    return Access(ports, hops=hops)


def undecided(ports: Ports, reason: str, *hops: str) -> Access:
    """Perhaps access on these ports: `reason` says what isn't known."""
    return Access(perhaps=ports, hops=hops, unknown=(reason,))


def possibly(access: Access, reason: str) -> Access:
    """The same access, if something that isn't known yet turns out so."""
    return Access(perhaps=access.surely | access.perhaps, hops=access.hops, unknown=(*access.unknown, reason))
