"""Self-signed certificates for 127.0.0.1, made with openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from functools import cache
from pathlib import Path

from tests.suite import lacking


@cache
def certificate(folder: Path, days: int) -> Path:
    """Make a file with a self-signed certificate for 127.0.0.1 and its key; if `days` is negative, it is expired."""
    if not shutil.which("openssl"):
        lacking("openssl")
    key, request, names, file = (folder / f"{days}.{name}" for name in ("key", "csr", "ext", "pem"))
    names.write_text("subjectAltName=IP:127.0.0.1\n")
    create = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*create, "-keyout", key, "-out", request], check=True, capture_output=True)
    sign = ["openssl", "x509", "-req", "-days", f"{days}"]
    files: list[str | Path] = ["-in", request, "-signkey", key, "-extfile", names, "-out", file]
    subprocess.run([*sign, *files], check=True, capture_output=True)
    file.write_text(file.read_text() + key.read_text())
    return file


def server(file: Path, trusted: Path | None = None) -> ssl.SSLContext:
    """Return the TLS context of a server with that certificate; with `trusted`, it requires that client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if trusted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trusted)
    return context
