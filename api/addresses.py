"""Where a request comes from, as far as it can be trusted (PROXY_COUNT)."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings


def client_address(meta: Mapping[str, Any]) -> str:
    """The client's address: the peer's, or behind n proxies the n-th from the right they wrote.

    What a client puts into X-Forwarded-For itself stands further left and is never read.
    """
    peer = str(meta.get("REMOTE_ADDR") or "")
    return trusted_address(peer, str(meta.get("HTTP_X_FORWARDED_FOR") or ""))


def trusted_address(peer: str, forwarded_for: str) -> str:
    """As `client_address`, from the bare values (the socket floor has no META)."""
    count = settings.PROXY_COUNT
    if count > 0:
        hops = forwarded_for.split(",")
        if len(hops) >= count and (found := _normal(hops[-count])):
            return found
    return _normal(peer) or "unknown"


def network_of(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 that one IPv6 client has to itself."""
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/64", strict=False))


def _normal(address: str) -> str:
    """The one spelling of an address; "" if it is none. `::ffff:1.2.3.4` is `1.2.3.4`."""
    try:
        parsed = ip_address(address.strip().split("%")[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)
