"""Who the embedded PostgreSQL runs as, and how its processes end with the one that started them."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from assurance.embedded.layout import GuardianError

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT = 1, 28, 47
PR_CAP_AMBIENT_IS_SET, PR_CAP_AMBIENT_RAISE = 1, 2
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE, CAP_SETPCAP = 1, 8
CAPABILITY_VERSION_3 = 0x20080522
ON_LINUX = sys.platform == "linux"
LIBC = ctypes.CDLL(None, use_errno=True)


class CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class CapabilitySets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def end_with_parent(parent: int, signal_number: signal.Signals) -> None:
    """Ask the kernel (Linux) to send this process a signal when `parent`, which started it, ends."""
    if ON_LINUX:
        _prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)


def _prctl(option: int, first: int, second: int = 0) -> int:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    result = int(LIBC.prctl(option, *arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"prctl {option}")
    return result


@dataclass(frozen=True)
class Account:
    """A user to run as when we are root."""

    uid: int
    gid: int
    keeps_reach: bool

    @classmethod
    def for_root(cls) -> Account:
        """The user for PostgreSQL, which refuses to be root."""
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise GuardianError(
                "PostgreSQL does not run as root, and this machine has no user 'nobody' to run it as. "
                "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None
        return cls(nobody.pw_uid, nobody.pw_gid, _can_hand_on_reach())

    @classmethod
    def owner_of(cls, folder: Path) -> Account:
        status = folder.stat()
        return cls(status.st_uid, status.st_gid, _can_hand_on_reach())

    def become(self) -> None:
        """Turn this process into this user, for good.

        The checkout may lie below a folder closed to others (/root), whose permissions are not ours
        to loosen. So the server keeps one of root's rights, to pass such folders (CAP_DAC_OVERRIDE,
        which plain containers grant too), and loses all others. NO_SETUID_FIXUP makes access(2),
        with which PostgreSQL looks for its own program, respect it.
        """
        if self.keeps_reach:
            _prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.keeps_reach:
            bit = 1 << CAP_DAC_OVERRIDE
            sets = (CapabilitySets * 2)(CapabilitySets(bit, bit, bit), CapabilitySets(0, 0, 0))
            if LIBC.capset(ctypes.byref(CapabilityHeader(CAPABILITY_VERSION_3, 0)), sets) < 0:
                raise OSError(ctypes.get_errno(), "capset")
            _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def _can_hand_on_reach() -> bool:
    if not ON_LINUX:
        return False
    status = Path("/proc/self/status").read_text()
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    needed = 1 << CAP_DAC_OVERRIDE | 1 << CAP_SETPCAP
    if effective & needed != needed:
        return False
    try:
        _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_DAC_OVERRIDE)
    except OSError:
        return False
    return True
