"""What Web Push asks of a sender: a message that only the browser can read (RFC 8291, in the coding of RFC 8188), and
a signed word on who sends it (VAPID, RFC 8292).
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LONGEST = 3_993
"""Bytes of a message: with header, padding and tag it fills the 4096 that every push service takes (RFC 8030, 7.2)."""
_RECORD = 4_096
_SCALAR, _POINT, _SECRET = 32, 65, 16
_SIGNED_FOR = timedelta(hours=12)
"""RFC 8292 allows 24 hours; clocks differ."""


def to_base64(raw: bytes) -> str:
    """Base64url without padding, as all of Web Push writes bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Raises ValueError for what is none."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        raise ValueError("not base64url") from None


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def private_key_of(text: str) -> EllipticCurvePrivateKey:
    """From its 32 bytes in base64url. Raises ValueError."""
    raw = from_base64(text)
    if len(raw) != _SCALAR:
        raise ValueError("a private key is 32 bytes, written in base64url")
    return derive_private_key(int.from_bytes(raw, "big"), SECP256R1())


def private_text(key: EllipticCurvePrivateKey) -> str:
    return to_base64(key.private_numbers().private_value.to_bytes(_SCALAR, "big"))


def public_bytes(key: EllipticCurvePrivateKey) -> bytes:
    """The point, uncompressed: 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def check_keys(p256dh: str, auth: str) -> None:
    """Raises ValueError where a browser's keys are none."""
    if len(from_base64(auth)) != _SECRET:
        raise ValueError("auth is 16 bytes")
    EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _point(p256dh))


def _point(p256dh: str) -> bytes:
    raw = from_base64(p256dh)
    if len(raw) != _POINT:
        raise ValueError("p256dh is a point of 65 bytes")
    return raw


def encrypted(
    message: bytes,
    p256dh: str,
    auth: str,
    *,
    ours: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The body for the browser with these keys: one record of aes128gcm. `ours` and `salt` are new for each message,
    and given only by who proves the published example. Raises ValueError for keys that are none, or too long a message.
    """
    if len(message) > LONGEST:
        raise ValueError(f"{len(message)} bytes are more than the {LONGEST} that a push service takes")
    ours, salt = ours or new_key(), salt or secrets.token_bytes(_SECRET)
    theirs, mine = _point(p256dh), public_bytes(ours)
    shared = ours.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    secret = _hkdf(from_base64(auth), shared, b"WebPush: info\0" + theirs + mine, 32)
    key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    record = AESGCM(key).encrypt(nonce, message + b"\x02", None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + record


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for at most 32 bytes."""
    pseudo_random = hmac.digest(salt, secret, sha256)
    return hmac.digest(pseudo_random, info + b"\x01", sha256)[:length]


def vapid(key: EllipticCurvePrivateKey, *, audience: str, subject: str, at: datetime) -> str:
    """The Authorization header: who sends, to which push service, until when."""
    claims = {"aud": audience, "exp": int((at + _SIGNED_FOR).timestamp()), "sub": subject}
    told = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    r, s = decode_dss_signature(key.sign(told.encode(), ECDSA(SHA256())))
    signature = to_base64(r.to_bytes(_SCALAR, "big") + s.to_bytes(_SCALAR, "big"))
    return f"vapid t={told}.{signature}, k={to_base64(public_bytes(key))}"


def _part(told: Mapping[str, object]) -> str:
    return to_base64(json.dumps(told, separators=(",", ":")).encode())
