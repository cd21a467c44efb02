"""Who has a place among the connections, and who must go when there are too many?

Whoever comes gets in as long as anybody is waited for: the client that has kept the service waiting longest makes room.
So neither many clients that never read nor one that fills all places can lock out the others.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Collection, Container
from typing import Protocol

#: Connections at a time, and of one address. With those that hear a refusal, and those that are accepted in one round,
#: it is below the 1,024 files that a process may usually have open.
MAX_CONNECTIONS = 512
MAX_OF_ADDRESS = 128
MAX_LINGERING = 128
ACCEPTED_AT_ONCE = 256
#: Bytes of answers that clients have not read, of all connections.
MAX_UNREAD = 64 * 1024 * 1024


class Guest(Protocol):
    """What a room asks of a connection."""

    @property
    def address(self) -> str:
        """Where the client, or the proxy, is."""
        ...

    @property
    def waits_since(self) -> float | None:
        """Since when the client is waited for; None if it is the client that waits."""

    def make_room(self) -> None:
        """End, since others need the place."""

    def abort(self) -> None:
        """End at once."""


class Room:
    """The connections of one server. Many clients come through each of the `proxies`: these have all places that there
    are. A room that is `closing` answers what comes, and then ends the connection."""

    def __init__(self, proxies: Container[str] = ()) -> None:
        self._proxies = proxies
        self.closing = False
        self._places: dict[Guest, str] = {}
        self._of_address: Counter[str] = Counter()
        self._lingering: set[Guest] = set()
        self._unread: dict[Guest, int] = {}

    @property
    def empty(self) -> bool:
        """Whether nobody is there."""
        return not self._places

    def admit(self, guest: Guest) -> bool:
        """Whether there is a place for a new connection; another may have to go for it."""
        share = share_of(guest.address)
        crowded = self._of_address[share] >= MAX_OF_ADDRESS and guest.address not in self._proxies
        if crowded or len(self._places) >= MAX_CONNECTIONS:
            slowest = _slowest([other for other, its in self._places.items() if its == share or not crowded])
            if slowest is None:
                return False
            self._give_up(slowest)
            slowest.make_room()
        self._places[guest] = share
        self._of_address[share] += 1
        return True

    def may_linger(self, guest: Guest) -> bool:
        """Whether a connection that has no place any more may hear its client out."""
        self._give_up(guest)
        if len(self._lingering) >= MAX_LINGERING:
            return False
        self._lingering.add(guest)
        return True

    def unread(self, guest: Guest, size: int) -> None:
        """A client has so many bytes of an answer to read. Together they may leave only so many in our memory."""
        self._unread.pop(guest, None)
        if size:
            self._unread[guest] = size
        while len(self._unread) > 1 and sum(self._unread.values()) > MAX_UNREAD:
            slowest = next(iter(self._unread))
            del self._unread[slowest]
            slowest.abort()

    def leave(self, guest: Guest) -> None:
        """A connection is over."""
        self._give_up(guest)
        self._lingering.discard(guest)
        self._unread.pop(guest, None)

    def _give_up(self, guest: Guest) -> None:
        share = self._places.pop(guest, None)
        if share is not None:
            self._of_address[share] -= 1
            if not self._of_address[share]:
                del self._of_address[share]


def _slowest(guests: Collection[Guest]) -> Guest | None:
    waiting = [
        (since, number, guest) for number, guest in enumerate(guests) if (since := guest.waits_since) is not None
    ]
    return min(waiting)[2] if waiting else None


def share_of(address: str) -> str:
    """What counts as one address: in IPv6 the network that a single household or machine has to itself.

    >>> share_of("192.0.2.7"), share_of("2001:db8::7"), share_of("::ffff:192.0.2.7"), share_of("")
    ('192.0.2.7', '2001:db8::/64', '192.0.2.7', '')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
