"""
Who is at the other end of a request: what limits are counted by.

Only proxies of the operator's own are believed, as many as TRUSTED_PROXY_COUNT says: each writes down whom it talked
to at the right end of X-Forwarded-For, so what stands further left is whatever a visitor claims.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

# Whoever comes through a socket of this computer, which has no address.
NOBODY = "local"
# An IPv6 address has this many bits that its owner may choose as they like.
OWN_BITS = 64


def of(request: HttpRequest) -> str:
    """
    The peer's address as text; of IPv6 its network of 64 bits, since a single visitor has all of it.

    A header that is missing, too short or no address is not believed: then it is the one that the server talks to.
    """
    return _claimed(request) or _network(request.META.get("REMOTE_ADDR", "")) or NOBODY


def _claimed(request: HttpRequest) -> str:
    hops = settings.TRUSTED_PROXY_COUNT
    addresses = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hops else []
    return _network(addresses[-hops]) if len(addresses) >= hops > 0 else ""


def _network(text: str) -> str:
    """'' for what is no address; some proxies write it with a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    # An IPv4 visitor of a server that listens on both; else all of them were one network.
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> OWN_BITS << OWN_BITS))
