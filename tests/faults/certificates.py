"""Certificates for servers of our own, good and bad, made with the openssl program."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """A certificate and its key."""

    certificate: Path
    key: Path


class Workshop:
    """Makes certificates in a folder, signed by an authority of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0
        self.authority = self.itself("pixhaul test authority", authority=True)

    def itself(self, name: str, authority: bool = False, names: str = "", days: int = 30) -> Pair:
        """A certificate signed by itself."""
        pair = self._new()
        more = ["-addext", f"subjectAltName={names}"] if names else []
        basic = "critical,CA:TRUE" if authority else "CA:FALSE"
        self._run(
            *("req", "-x509", *_KEY, "-nodes", "-keyout", str(pair.key), "-out", str(pair.certificate)),
            *("-subj", f"/CN={name}", "-days", str(days), "-addext", f"basicConstraints={basic}", *more),
        )
        return pair

    def signed(self, names: str, *extensions: str, by: Pair | None = None, since: str = "", until: str = "") -> Pair:
        """A certificate for names such as IP:127.0.0.1, signed by the authority or by another.

        Args:
            names: subjectAltName; empty: the common name alone.
            extensions: More lines of extensions.
            by: Who signs.
            since: Not valid before, YYYYMMDDHHMMSSZ; empty: now.
            until: Not valid after; empty: in thirty days.
        """
        signer, pair, request = by or self.authority, self._new(), self.folder / f"{self._number}.csr"
        self._run(
            "req", "-new", *_KEY, "-nodes", "-keyout", str(pair.key), "-out", str(request), "-subj", "/CN=127.0.0.1"
        )
        lines = [*([f"subjectAltName={names}"] if names else []), *extensions]
        config = self.folder / f"{self._number}.cnf"
        config.write_text(self._authority_config(signer, lines))
        times = ["-startdate", since or "20200101000000Z", "-enddate", until or "20490101000000Z"]
        self._run(
            "ca",
            "-batch",
            "-notext",
            "-config",
            str(config),
            *times,
            "-in",
            str(request),
            "-out",
            str(pair.certificate),
        )
        return pair

    def weak(self, bits: int = 2048, digest: str = "sha256") -> Pair:
        """A certificate for 127.0.0.1 of a short RSA key, or signed with an old digest."""
        pair, request = self._new(), self.folder / f"{self._number}.csr"
        key = ("-newkey", f"rsa:{bits}", "-nodes", "-keyout", str(pair.key))
        self._run("req", "-new", *key, "-out", str(request), "-subj", "/CN=127.0.0.1")
        names = self.folder / f"{self._number}.ext"
        names.write_text("subjectAltName=IP:127.0.0.1")
        by = ("-CA", str(self.authority.certificate), "-CAkey", str(self.authority.key), "-set_serial", "99")
        made = ("-in", str(request), "-out", str(pair.certificate), "-extfile", str(names), "-days", "9")
        self._run("x509", "-req", *by, *made, f"-{digest}")
        return pair

    def _authority_config(self, signer: Pair, lines: list[str]) -> str:
        index = self.folder / f"{self._number}.index"
        index.write_text("")
        (self.folder / f"{self._number}.index.attr").write_text("unique_subject = no\n")
        return (
            "[ca]\ndefault_ca=it\n[it]\n"
            f"database={index}\nnew_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
            f"certificate={signer.certificate}\nprivate_key={signer.key}\nx509_extensions=ext\n"
            "[any]\ncommonName=supplied\n[ext]\n" + "\n".join(lines or ["basicConstraints=CA:FALSE"]) + "\n"
        )

    def _new(self) -> Pair:
        self._number += 1
        return Pair(self.folder / f"{self._number}.pem", self.folder / f"{self._number}.key")

    def _run(self, *arguments: str) -> None:
        ended = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        if ended.returncode:
            raise AssertionError(ended.stderr)


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


def context(pair: Pair, ciphers: str = "", **options: object) -> ssl.SSLContext:
    """What a server needs to present a certificate; `ciphers` as OpenSSL names them, for weak ones."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers:
        found.set_ciphers(ciphers)
    found.load_cert_chain(pair.certificate, pair.key)
    for name, value in options.items():
        setattr(found, name, value)
    return found
