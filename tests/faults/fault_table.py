"""The fault table: everything that a server of ours does to pixhaul, with what must come of it beside it."""

from __future__ import annotations

import fault_bodies
import fault_chunks
import fault_codings
import fault_cuts
import fault_heads
import fault_lengths
import fault_pictures
import fault_redirects
import fault_times
from fault import Case

FAMILIES: dict[str, list[Case]] = {
    "cuts": fault_cuts.cuts(),
    "coded cuts": fault_cuts.coded_cuts(),
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
}
"""Cases by what they are about; those of one family run together, each at a host of its own."""
