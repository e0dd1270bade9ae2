"""Starts programs and tells what the kernel counted of each: `python -I -S launcher.py [CPU]`.

A process of its own, and small: the peak memory that the kernel tells of a child counts what its
parent had when it was started. Requests and answers are marshalled, one after the other.
"""

import _signal  # type: ignore[import-not-found]  # signal itself loads enum, a whole MiB
import fcntl
import marshal
import posix
import sys
import termios
import time

# What to run: argv, environment, directory, kind of output, file for stderr, seconds, window.
Request = tuple[list[str], dict[str, str], str, str, str, int, bytes]
_BUFFERS = [bytearray(65536)]  # one for all reads: a peak that grew would be told of children
_NOT_STARTED = 127


def open_output(kind: str, window: bytes) -> tuple[int, int]:
    """Open what the child writes to, and where that is read: a pipe or a terminal."""
    if kind != "terminal":
        return posix.pipe()
    reading, writing = posix.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, window)
    return reading, writing


def drain(reading: int) -> tuple[int, float]:
    """Read to the end; give the bytes read and when the first of them came."""
    size, first = 0, 0.0
    while True:
        try:
            count = posix.readv(reading, _BUFFERS)
        except OSError:  # Linux ends a terminal so
            count = 0
        if not count:
            return size, first
        first = first or time.monotonic()
        size += count


def run(request: Request) -> dict[str, float]:
    """Run one program to its end; times in seconds, memory in bytes."""
    argv, environment, directory, output, errors, patience, window = request
    posix.chdir(directory)
    reading, writing = open_output(output, window)
    write = posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC
    actions = [
        (posix.POSIX_SPAWN_OPEN, 0, "/dev/null", posix.O_RDONLY, 0),
        (posix.POSIX_SPAWN_DUP2, writing, 1),
        (posix.POSIX_SPAWN_OPEN, 2, errors, write, 0o600),
    ]
    started = time.monotonic()
    try:
        child = posix.posix_spawn(argv[0], argv, environment, file_actions=actions, setpgroup=0)
    except OSError:
        posix.close(reading)
        return {"code": _NOT_STARTED}
    finally:
        posix.close(writing)
    _signal.signal(_signal.SIGALRM, lambda *_: posix.killpg(child, _signal.SIGKILL))
    _signal.alarm(patience)
    size, first = drain(reading)
    _, status, used = posix.wait4(child, 0)
    ended = time.monotonic()
    _signal.alarm(0)
    posix.close(reading)
    return {
        "wall": ended - started,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "first": first - started if first else 0.0,
        "bytes": size,
        "code": posix.waitstatus_to_exitcode(status),
    }


def main() -> None:
    """Answer requests until there are no more."""
    if len(sys.argv) > 1 and hasattr(posix, "sched_setaffinity"):
        posix.sched_setaffinity(0, {int(sys.argv[1])})
    while True:
        try:
            request = marshal.load(sys.stdin.buffer)  # noqa: S302  it comes from our own parent
        except EOFError:
            return
        marshal.dump(run(request), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
