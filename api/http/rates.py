"""How fast one client may ask: a bucket of so many requests for each, which fills again at a rate."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_CLIENTS = 10_000
"""So many clients are remembered; who has not asked for longest is forgotten, and begins with a full bucket."""


class Rates:
    """Buckets of `burst` requests, filled at `rate` requests a second; a rate of 0 never refuses anything."""

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Take a request of a client's bucket: 0, or whole seconds after which there will be one."""
        if not self._rate:
            return 0
        now = self._now()
        left, since = self._left.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._rate)
        allowed = left >= 1
        self._left[client] = (left - 1 if allowed else left, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._rate)


def client_of(address: str) -> str:
    """Who counts as one client: an IPv4 address, or the /64 network that one subscriber has in IPv6.

    >>> client_of("192.0.2.7"), client_of("2001:db8::1:2")
    ('192.0.2.7', '2001:db8::/64')
    """
    try:
        version = ipaddress.ip_address(address).version
    except ValueError:
        return address
    return address if version == 4 else str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
