"""No address leads away, whatever a request says of where to go on."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tasks.models import Owner
from tests.delegator.test_isolation import a_bit_of_everything
from tests.delegator.web.test_headers_everywhere import addresses

pytestmark = pytest.mark.django_db
AWAY = [
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "javascript:alert(1)",
    "///evil.example", "http:///evil.example", "\t//evil.example", "/%09/evil.example", "data:text/html,x",
]  # fmt: skip
NAMES = ("next", "back", "url", "then", "return", "redirect_to", "to", "from")


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_address_leads_away(nora: Owner, *, signed_in: bool) -> None:
    a_bit_of_everything(nora)
    followed = 0
    for place, url in enumerate(addresses(nora)):
        client = Client(raise_request_exception=False)
        if signed_in:
            client.force_login(nora)
        away = AWAY[place % len(AWAY)]
        asked = "&".join(f"{name}={quote(away)}" for name in NAMES)
        for answer in (client.get(f"{url}?{asked}"), client.post(f"{url}?{asked}", dict.fromkeys(NAMES, away))):
            location = answer.headers.get("Location", "/")
            followed += "Location" in answer.headers
            # Asked back on the way to signing in it is a value, and no address.
            assert location.startswith("/"), (url, location)
            assert not location.startswith(("//", "/\\", "/\t")), (url, location)
            assert "evil.example" not in location.partition("?")[0], (url, location)
    assert followed > 50
