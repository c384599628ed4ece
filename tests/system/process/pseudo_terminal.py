"""Runs a command on a pseudo-terminal of its own.

argv: the number of columns (0: the terminal has no size), and the command.
stdin: lines of JSON, `{"keys": "…"}` or `{"columns": 40}`. stdout: what the
command writes to its terminal. stderr, at the end: a line of JSON with the
exit code, and whether the terminal echoes and gathers lines, as a shell needs.
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios

BLOCK = 65536


def resize(terminal: int, columns: int) -> None:
    rows = 24 if columns > 0 else 0
    size = struct.pack("HHHH", rows, columns, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)


def start(command: list[str], slave: int) -> subprocess.Popen:
    def take_terminal() -> None:
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    return subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=take_terminal,
    )


def obey(terminal: int, line: bytes) -> None:
    command = json.loads(line)
    if "columns" in command:
        resize(terminal, command["columns"])
    else:
        os.write(terminal, command["keys"].encode())


def output_of(terminal: int) -> bytes:
    """Gives nothing once no process has the terminal open."""
    try:
        return os.read(terminal, BLOCK)
    except OSError:
        return b""


def relay(terminal: int) -> None:
    commands = sys.stdin.fileno()
    sources = [terminal, commands]
    pending = b""
    while True:
        readable, _, _ = select.select(sources, [], [])
        if commands in readable:
            block = os.read(commands, BLOCK)
            if not block:
                sources = [terminal]
            *lines, pending = (pending + block).split(b"\n")
            for line in lines:
                obey(terminal, line)
        if terminal in readable:
            output = output_of(terminal)
            if not output:
                return
            sys.stdout.buffer.write(output)
            sys.stdout.buffer.flush()


def main() -> None:
    columns, *command = sys.argv[1:]
    terminal, slave = pty.openpty()
    resize(terminal, int(columns))
    child = start(command, slave)
    os.close(slave)
    relay(terminal)
    modes = termios.tcgetattr(terminal)[3]
    end = {
        "code": child.wait(),
        "echoes": bool(modes & termios.ECHO),
        "gathersLines": bool(modes & termios.ICANON),
    }
    print(json.dumps(end), file=sys.stderr)


main()
