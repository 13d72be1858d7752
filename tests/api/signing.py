"""Signing as the partners do, written apart from the code that checks it."""

import base64
import hashlib
import hmac
import time


def sign(body: str, partner: str, secret: str, *, stamp: object = None) -> dict[str, str]:
    """The headers of a partner of our own."""
    stamp = str(int(time.time())) if stamp is None else str(stamp)
    signature = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"Tracking-Partner": partner, "Tracking-Timestamp": stamp, "Tracking-Signature": signature}


def sign_aftership(body: str, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return {"aftership-hmac-sha256": base64.b64encode(digest).decode()}


def sign_17track(body: str, key: str) -> dict[str, str]:
    return {"sign": hashlib.sha256(f"{body}/{key}".encode()).hexdigest()}
