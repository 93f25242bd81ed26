"""What the mount table says of a directory, and what the ledger makes of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pixhaul import database, filesystems
from pixhaul.filesystems import is_network, of_table
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Job, Reason
from pixhaul.store import open_directory

TABLE = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:41 / /mnt/nas rw - cifs //nas/share rw
31 22 0:42 / /mnt/a\\040b rw - nfs4 host:/export rw
32 30 254:16 / /mnt/nas/local rw - xfs /dev/vdb rw
33 22 0:43 / /mnt/far rw - fuse.sshfs me@host: rw
broken line
"""


@pytest.mark.parametrize(
    ("place", "device", "kind"),
    [
        ("/home/me", "254:0", "ext4"),
        ("/mnt/nas/pictures", "0:41", "cifs"),
        ("/mnt/nas", "0:41", "cifs"),
        ("/mnt/nas/local/x", "254:16", "xfs"),
        ("/mnt/nasty", "254:0", "ext4"),
        ("/mnt/a b/c", "0:42", "nfs4"),
        ("/mnt/far/x", "0:43", "fuse.sshfs"),
        ("/mnt/nas/x", "9:9", ""),
    ],
)
def test_the_deepest_mount_of_the_device_tells_the_type(place: str, device: str, kind: str) -> None:
    assert of_table(TABLE, place, device) == kind


@pytest.mark.parametrize(
    ("kind", "network"),
    [("nfs", True), ("nfs4", True), ("cifs", True), ("smb3", True), ("fuse.sshfs", True), ("9p", True), ("ceph", True)]
    + [(name, False) for name in ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuseblk", "vfat", "exfat", "zfs", "")],
)
def test_network_file_systems_are_told_from_disks(
    kind: str, network: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filesystems, "kind", lambda directory: kind)
    assert is_network(tmp_path) is network


def test_the_disk_of_the_tests_is_none_of_the_network(tmp_path: Path) -> None:
    assert not is_network(tmp_path)


@pytest.mark.parametrize(("network", "mode"), [(True, "delete"), (False, "wal")])
def test_over_a_network_the_ledger_keeps_no_log_that_needs_shared_memory(
    network: bool, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "is_network", lambda directory: network)
    open_directory(tmp_path)
    for _ in range(2):
        with closing(Ledger(tmp_path)) as ledger:
            ledger.record([Failed(Job("http://h/a"), Reason.TIMEOUT)])
            connection = ledger._database
            assert connection.execute("PRAGMA journal_mode").fetchone()[0] == mode
            assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL


def test_a_ledger_may_move_between_a_disk_and_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_directory(tmp_path)
    for network in (False, True, False):
        monkeypatch.setattr(database, "is_network", lambda directory, network=network: network)
        with closing(Ledger(tmp_path)) as ledger:
            ledger.record([Failed(Job(f"http://h/{network}"), Reason.TIMEOUT)])
    with closing(Ledger(tmp_path, readonly=True)) as ledger:
        assert len(list(ledger.rows("failed"))) == 2
