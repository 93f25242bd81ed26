"""When a transfer did what, as libcurl tells it: for a trace."""

from __future__ import annotations

import time

import pycurl

from pixhaul.timing import Timing

_MOMENTS = {
    "found": pycurl.NAMELOOKUP_TIME,
    "connected": pycurl.CONNECT_TIME,
    "secured": pycurl.APPCONNECT_TIME,
    "ready": pycurl.PRETRANSFER_TIME,
    "answered": pycurl.STARTTRANSFER_TIME,
    "total": pycurl.TOTAL_TIME,
}
_ENDS = (pycurl.LOCAL_IP, pycurl.LOCAL_PORT, pycurl.PRIMARY_IP, pycurl.PRIMARY_PORT)


def timing(curl: pycurl.Curl, began: float, ended: float) -> Timing:
    """The moments of a transfer that has been looked at just now; `began` and `ended` are of the monotonic clock."""
    info = curl.getinfo
    moments = {name: info(kind) for name, kind in _MOMENTS.items()}
    connection = " ".join(str(info(kind)) for kind in _ENDS) if info(pycurl.LOCAL_PORT) > 0 else ""
    fresh = info(pycurl.NUM_CONNECTS) > 0
    return Timing(began, ended=ended, checked=time.monotonic(), connection=connection, fresh=fresh, **moments)
