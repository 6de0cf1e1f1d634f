"""What a hook did not bring, asked of its FHIR server, if the operator has listed that: within limits of time and size.

The token of the hook goes to that server alone. No redirect is followed, no proxy of the environment used, and the address that
was looked up and allowed is the one that is connected to.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from spinegraph.api.hooks_settings import LOCAL, SERVERS, HooksSettings, is_listed_network
from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.cds_hooks.request import Hook

if TYPE_CHECKING:
    import httpx

PATIENT = "{{context.patientId}}"
FHIR = "application/fhir+json"


class Completion(NamedTuple):
    """What a server gave, by key of the prefetch, and why it did not give the rest."""

    fetched: Mapping[str, bytes] = {}
    failed: Mapping[str, str] = {}


class Completer(Protocol):
    """Asks for what a hook did not bring."""

    async def complete(self, hook: Hook, wanted: Mapping[str, str]) -> Completion: ...


class PrefetchAlone:
    """Nothing is asked for: the prefetch is all there is."""

    async def complete(self, hook: Hook, wanted: Mapping[str, str]) -> Completion:  # noqa: ARG002 (one of several)
        return Completion()


class _NotHadError(Exception):
    """Why a server gave no resource."""


class ListedServers:
    """Asks the servers that are listed."""

    def __init__(self, settings: HooksSettings, max_bytes: int, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`max_bytes`: of all answers to one hook together; `transport`: instead of the network."""
        self._settings = settings
        self._max_bytes = max_bytes
        self._transport = transport

    async def complete(self, hook: Hook, wanted: Mapping[str, str]) -> Completion:
        """What the server of a hook gives of the searches in `wanted`."""
        if not wanted or not hook.fhir_server:
            return Completion()
        try:
            base, host, address = await self._checked(hook.fhir_server)
        except _NotHadError as error:
            return Completion(failed=dict.fromkeys(wanted, str(error)))
        return await self._asked(hook, wanted, base, (host, address))

    async def _checked(self, url: str) -> tuple[str, str, str]:
        """The base URL, the host (with its port) and the address of a server. Raises _NotHadError where it may not be asked."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise _NotHadError(f"not sent, and {shortened(url)} is no URL") from None
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if origin not in self._settings.fhir_servers or parts.query or parts.fragment:
            raise _NotHadError("not sent, and its FHIR server is not one that may be asked")
        host = parts.hostname or ""
        addresses = await self._looked_up(host, port)
        allowed = [one for one in addresses if self._is_allowed(one, host)]
        if len(allowed) != len(addresses) or not allowed:
            raise _NotHadError("not sent, and its FHIR server is in a network that may not be asked")
        return url.rstrip("/"), parts.netloc, allowed[0]

    async def _looked_up(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(self._settings.fhir_seconds):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError):
            raise _NotHadError("not sent, and its FHIR server cannot be found") from None
        return [str(entry[4][0]) for entry in found]

    def _is_allowed(self, text: str, host: str) -> bool:
        """Whether an address may be connected to: it is public, in a network that is listed, or itself what is listed."""
        address = ipaddress.ip_address(text.partition("%")[0])
        return address.is_global or host in LOCAL or host == text or is_listed_network(address, self._settings.fhir_networks)

    async def _asked(self, hook: Hook, wanted: Mapping[str, str], base: str, server: tuple[str, str]) -> Completion:
        import httpx

        headers = {"Accept": FHIR, "Accept-Encoding": "identity", "Host": server[0]}
        headers |= {"Authorization": f"Bearer {hook.token}"} if hook.token else {}
        limit = self._settings.fhir_seconds
        transport = self._transport or httpx.AsyncHTTPTransport(trust_env=False)
        left = [self._max_bytes]
        async with httpx.AsyncClient(headers=headers, timeout=limit, follow_redirects=False, transport=transport) as client:
            tasks: dict[str, asyncio.Future[bytes]] = {}
            for key, search in wanted.items():
                url = f"{base}/{search.replace(PATIENT, hook.patient)}"
                tasks[key] = asyncio.ensure_future(_fetch(client, _pinned(url, server[1]), left))
            _, late = await asyncio.wait(tasks.values(), timeout=limit)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        return _sorted(tasks)


def _sorted(tasks: Mapping[str, asyncio.Future[bytes]]) -> Completion:
    fetched, failed = {}, {}
    for key, task in tasks.items():
        if task.cancelled():
            failed[key] = "the FHIR server did not answer in time"
        elif (error := task.exception()) is None:
            fetched[key] = task.result()
        elif isinstance(error, _NotHadError):
            failed[key] = str(error)
        else:
            raise error
    return Completion(fetched, failed)


def _pinned(url: str, address: str) -> tuple[str, str]:
    """A URL at an address that was looked up, and the name that its certificate has to have."""
    parts = urlsplit(url)
    at = f"[{address}]" if ":" in address else address
    return parts._replace(netloc=f"{at}:{parts.port}" if parts.port else at).geturl(), parts.hostname or ""


async def _fetch(client: httpx.AsyncClient, target: tuple[str, str], left: list[int]) -> bytes:
    """One answer of a server. `left`: how many bytes all answers may still have. Raises _NotHadError."""
    import httpx

    url, name = target
    received = bytearray()
    try:
        async with client.stream("GET", url, extensions={"sni_hostname": name}) as reply:
            if reply.status_code != httpx.codes.OK:
                raise _NotHadError(f"the FHIR server answered {reply.status_code}")
            if reply.headers.get("content-encoding", "identity") != "identity":
                raise _NotHadError("the FHIR server answered with what was not asked for (Content-Encoding)")
            async for chunk in reply.aiter_bytes():
                received += chunk
                left[0] -= len(chunk)
                if left[0] < 0:
                    raise _NotHadError("the FHIR server answered with more than is read")
    except httpx.TimeoutException:
        raise _NotHadError("the FHIR server did not answer in time") from None
    except httpx.HTTPError as error:
        raise _NotHadError(f"the FHIR server could not be asked ({type(error).__name__})") from error
    return bytes(received)


def make_completer(settings: HooksSettings, max_bytes: int) -> Completer:
    """What completes the prefetch by settings. Raises SettingsError where what it needs is not installed."""
    if not settings.fhir_servers:
        return PrefetchAlone()
    try:
        import httpx  # noqa: F401
    except ImportError as error:
        raise SettingsError("No FHIR server can be asked.", where=SERVERS, mend="pip install 'spinegraph[hooks]'") from error
    return ListedServers(settings, max_bytes)
