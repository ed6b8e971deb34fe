"""seccomp: the kernel refuses system calls that a reader of files has no use for.

A filter of a few dozen lines in place of a library: libseccomp's bindings are in no wheel on PyPI.
"""

import ctypes
import errno
import os
import platform
import struct

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE = 0x00050000 | errno.EPERM
NOT_KNOWN = 0x00050000 | errno.ENOSYS
"""The C library then falls back to `clone`, whose flags a filter can read."""
LOAD, EQUAL, AT_LEAST, HAS_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER_OFFSET, ARCHITECTURE_OFFSET, FIRST_ARGUMENT_OFFSET = 0, 4, 16
CLONE_THREAD = 0x00010000
X32_CALLS = 0x40000000
"""Another numbering of the calls of x86-64."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NAMES = (
    *("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg"),
    *("fork", "vfork", "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "kill", "tkill"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "bpf", "perf_event_open", "userfaultfd"),
    *("io_uring_setup", "io_uring_enter", "keyctl", "add_key", "request_key", "open_by_handle_at"),
    *("name_to_handle_at", "init_module", "finit_module", "delete_module", "kexec_load", "setuid", "setgid"),
    *("prlimit64", "setrlimit", "memfd_create", "shmget", "msgget", "mq_open"),
)
NUMBERS = {
    "x86_64": dict(
        zip(
            NAMES,
            (
                *(41, 53, 42, 49, 50, 43, 288, 44, 46, 307),
                *(57, 58, 59, 322, 101, 310, 311, 62, 200),
                *(434, 438, 424, 129, 297),
                *(165, 166, 155, 161, 272, 308, 321, 298, 323),
                *(425, 426, 250, 248, 249, 304),
                *(303, 175, 313, 176, 246, 105, 106),
                *(302, 160, 319, 29, 68, 240),
            ),
            strict=True,
        )
    ),
    "aarch64": dict(
        zip(
            NAMES,
            (
                *(198, 199, 203, 200, 201, 202, 242, 206, 211, 269),
                *(-1, -1, 221, 281, 117, 270, 271, 129, 130),
                *(434, 438, 424, 138, 240),
                *(40, 39, 41, 51, 97, 268, 280, 241, 282),
                *(425, 426, 219, 217, 218, 265),
                *(264, 105, 273, 106, 104, 146, 144),
                *(261, 164, 279, 194, 186, 180),
            ),
            strict=True,
        )
    ),
}
"""-1: the architecture has no such call."""
CLONE, CLONE3 = {"x86_64": 56, "aarch64": 220}, 435

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def is_supported() -> bool:
    """Whether this architecture has a filter, and the kernel takes filters."""
    return platform.machine() in ARCHITECTURES and os.path.exists("/proc/sys/kernel/seccomp/actions_avail")


def refuse_calls() -> None:
    """Let the kernel refuse what is named above, and new processes. Threads may start. Cannot be undone.

    Raises OSError.
    """
    code = _filter_for(platform.machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))


def _filter_for(machine: str) -> bytes:
    """The program, in the kernel's form. Each jump leads over a number of instructions: if true, and if not."""
    instructions = [
        (LOAD, 0, 0, ARCHITECTURE_OFFSET),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER_OFFSET),
    ]
    if machine == "x86_64":
        instructions += [(AT_LEAST, 0, 1, X32_CALLS), (RETURN, 0, 0, REFUSE)]
    for number in sorted(set(NUMBERS[machine].values()) - {-1}):
        instructions += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    instructions += [
        (EQUAL, 0, 1, CLONE3),
        (RETURN, 0, 0, NOT_KNOWN),
        (EQUAL, 0, 3, CLONE[machine]),
        (LOAD, 0, 0, FIRST_ARGUMENT_OFFSET),
        (HAS_BITS, 1, 0, CLONE_THREAD),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def _prctl(option: int, first: int, second: object = None) -> None:
    zero = ctypes.c_ulong(0)
    if _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(first), second or zero, zero, zero) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
