"""Who we say we are, and whose word we take for who others are."""

from __future__ import annotations

import os

from pixhaul import __version__
from pixhaul.options import Options

USER_AGENT = f"pixhaul/{__version__} (+https://github.com/pixhaul/pixhaul)"


def user_agent(options: Options) -> str:
    """Who we say we are: honestly ourselves with a contact, or what the person chose."""
    return options.user_agent or USER_AGENT


def certificates(options: Options) -> str:
    """The file of certificate authorities to trust; empty: libcurl's own choice."""
    return options.cacert or os.environ.get("SSL_CERT_FILE", "")
