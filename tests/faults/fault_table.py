"""The fault table: everything that a server of ours does to pixhaul, with what must come of it beside it."""

from __future__ import annotations

import shutil

import fault_bodies
import fault_chunks
import fault_codings
import fault_cuts
import fault_heads
import fault_http2
import fault_lengths
import fault_pictures
import fault_redirects
import fault_times
from fault import Case

FAMILIES: dict[str, list[Case]] = {
    "cuts": fault_cuts.cuts(),
    "coded cuts": fault_cuts.coded_cuts(),
    "begun twice": fault_cuts.begun_twice() + fault_cuts.hollow() + fault_cuts.cut_behind(),
    "lengths": fault_lengths.lengths() + fault_lengths.odd_lengths() + fault_lengths.after_the_body(),
    "chunks": fault_chunks.broken_chunks() + fault_chunks.odd_chunks(),
    "codings": fault_codings.decoded() + fault_codings.refused(),
    "coded bombs": fault_codings.bombs(),
    "garbage": fault_heads.garbage(),
    "heads": fault_heads.odd_heads() + fault_heads.floods(),
    "strangers": fault_bodies.strangers() + fault_bodies.other_pictures() + fault_bodies.empty(),
    "labels and placeholders": fault_bodies.labels() + fault_bodies.placeholders(),
    "statuses": fault_bodies.statuses(),
    "whole pictures": fault_pictures.whole() + fault_pictures.first_alone(),
    "bombs": fault_pictures.bombs(),
    "stalls": fault_times.stalls() + fault_times.drips() + fault_times.patience() + fault_times.hops_in_time(),
    "schemes": fault_redirects.schemes(),
    "redirects": fault_redirects.followed() + fault_redirects.chains() + fault_redirects.forbidden(),
    "HTTP/2: streams that are reset": fault_http2.resets() + fault_http2.old_protocol(),
    "HTTP/2: connections that end": fault_http2.goaways() + fault_http2.ends_of_connections(),
    "HTTP/2: lengths and heads": fault_http2.lengths() + fault_http2.heads(),
    "HTTP/2: floods and frames": fault_http2.floods() + fault_http2.frames(),
    "HTTP/2: stalls": fault_http2.stalls(),
}
if shutil.which("openssl") is None:  # no certificate, no HTTP/2
    FAMILIES = {name: family for name, family in FAMILIES.items() if not name.startswith("HTTP/2")}
"""Cases by what they are about; those of one family run together, each at a host of its own."""
