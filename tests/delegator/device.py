"""A device that makes a passkey and shows it, as a browser brings it: for pages at http://localhost."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

HERE = "http://localhost"
FLAG = AuthenticatorData.FLAG


class Device:
    """`holder_shown`: whether it asked for a finger, a face or a PIN."""

    def __init__(self, *, origin: str = HERE, host: str = "localhost", holder_shown: bool = True) -> None:
        self.origin, self.host_hash = origin, sha256(host.encode()).digest()
        self.flags = FLAG.UP | FLAG.UV if holder_shown else FLAG.UP
        self.key, self.name = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
        self.holder = ""

    def make(self, options: dict[str, Any]) -> str:
        """What the browser sends when it made one, by the options that the page gave it."""
        asked = options["publicKey"]
        self.holder = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        made = AttestedCredentialData.create(Aaguid.NONE, self.name, public)
        data = AuthenticatorData.create(self.host_hash, self.flags | FLAG.AT, 0, made)
        said = self._said("webauthn.create", asked)
        return self._sent(clientDataJSON=said, attestationObject=AttestationObject.create("none", data, {}))

    def show(self, options: dict[str, Any]) -> str:
        """What the browser sends when its holder showed it."""
        said = self._said("webauthn.get", options["publicKey"])
        data = AuthenticatorData.create(self.host_hash, self.flags, 0)
        signature = self.key.sign(bytes(data) + said.hash, ec.ECDSA(SHA256()))
        holder = websafe_decode(self.holder)
        return self._sent(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=holder)

    def _said(self, kind: str, asked: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, asked["challenge"], self.origin)

    def _sent(self, **response: bytes) -> str:
        name = websafe_encode(self.name)
        written = {part: websafe_encode(bytes(value)) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": written})
