import pytest
from django.test import Client, override_settings
from django.core.management import call_command
from tests import factories
from datetime import date
pytestmark = pytest.mark.django_db

@pytest.mark.parametrize("path", ["/unsubscribe/a\x00b/", "/h/a\x00b/", "/password/new/a%00/b/", "/sign-up/confirm/a%00/", "/day/0001-01-01/", "/plan/?budget=%00", "/mail/?page=%00", "/assistants/99999999999999999999999/", "/hand-offs/new/?task=%00&to=1","/hand-offs/new/?task=99999999999999999999999&to=99999999999999999999"])
def test_a(path, nora, client):
    from urllib.parse import quote
    client.force_login(nora)
    r = client.get(path.replace("\x00", "%00"))
    print(path, r.status_code)

@pytest.mark.parametrize("path", ["/day/0001-01-01/copy/", "/day/9999-12-31/copy/"])
def test_b(path, nora, client):
    client.force_login(nora)
    r = client.post(path)
    print(path, r.status_code)

def test_429(client):
    for n in range(8):
        r = client.post("/sign-in/", {"login": "a@example.com", "password": "x"})
        print(r.status_code)
    print(r.content.decode()[:3000])
    for n in range(30):
        r = client.post("/sign-in/", {"login": f"a{n}@example.com", "password": "x"})
    print(r.status_code, r.content.decode()[:3000], r.headers)
