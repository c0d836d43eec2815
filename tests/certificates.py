"""Certificates of 127.0.0.1 that sign themselves, made by openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from functools import cache
from pathlib import Path

from tests.suite import lacking


@cache
def certificate(folder: Path, days: int) -> Path:
    """A file with a certificate of 127.0.0.1 that signs itself, and its key; below 0 days it has expired."""
    if not shutil.which("openssl"):
        lacking("openssl")
    key, ask, names, file = (folder / f"{days}.{name}" for name in ("key", "csr", "ext", "pem"))
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    new = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*new, "-keyout", key, "-out", ask], check=True, capture_output=True)
    by = ["openssl", "x509", "-req", "-days", f"{days}"]
    files: list[str | Path] = ["-in", ask, "-signkey", key, "-extfile", names, "-out", file]
    subprocess.run([*by, *files], check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


def server(file: Path, trusted: Path | None = None) -> ssl.SSLContext:
    """TLS of a server with that certificate; where clients are trusted, it lets nobody else in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trusted)
    return context
