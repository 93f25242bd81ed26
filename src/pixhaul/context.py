"""What a run lends to its sources: the API's client, a clock, a memory, and word that it is being stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

from pixhaul.options import Options
from pixhaul.protocols import Api


class Context:
    """What a source may use of a run."""

    def __init__(self, options: Options, client_id: str, warn: Callable[[str], None]) -> None:
        self.options = options
        self.warn = warn
        self.client_id_known = bool(client_id)
        self.stopped = Event()
        self.memory: dict[str, Any] = {}
        """What sources have learned in this run, such as the credits left."""
        self._client_id = client_id
        self._api: Api | None = None
        self._local: bool | None = None

    @property
    def api(self) -> Api | None:
        """The API's client, made when it is first needed; None without a client ID."""
        if self._api is None and self._client_id:
            from pixhaul.api import ImgurApi

            self._api = ImgurApi(self.options, self._client_id, self.stopped.is_set)
        return self._api

    @property
    def local(self) -> bool:
        """Whether the API is on loopback, so that what it links to may be as well."""
        if self._local is None:
            from pixhaul.api import api_base, is_local

            self._local = is_local(api_base(self.options.api))
        return self._local

    def wait(self, seconds: float) -> bool:
        """Sleep; False as soon as the run is being stopped."""
        return not self.stopped.wait(seconds)

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()
