"""The program, ready to start: a process that has it imported, and forks for each command.

Most of a short command's time is the start of Python and what it imports, and workflows are many
short commands. Each still has arguments, folder, environment, standard streams and exit code as in
a process of its own, which it is.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shlex
import socket
import sys
import traceback
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import NoReturn

import daily_papers
from daily_papers.__main__ import main
from tests.support.command_line import start_module

#: What a command ends with that met an error nobody expected.
_CRASHED = 70


@cache
def ready_program() -> str:
    """The beginning of a shell's line that runs the program."""
    process = start_module("tests.support.ready")
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    atexit.register(process.communicate)
    caller = Path(__file__).with_name("ready_caller.py")
    return shlex.join([sys.executable, "-I", "-S", str(caller), address])


# --- in the process of its own -----------------------------------------------------------------


def _serve() -> None:
    """Wait for commands until the tests are over, and standard input with them."""
    for module in walk_packages(daily_papers.__path__, "daily_papers."):
        if module.name != "daily_papers.__main__":
            import_module(module.name)
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/calls")
        server.listen()
        sys.stdout.write(f"{server.getsockname()}\n")
        sys.stdout.flush()
        while server in select.select([server, sys.stdin], [], [])[0]:
            caller, _ = server.accept()
            child = os.fork()
            if child == 0:
                _live(caller)
            caller.close()
            os.waitpid(child, 0)


def _live(caller: socket.socket) -> NoReturn:
    told, streams, _, _ = socket.recv_fds(caller, 1_000, maxfds=3)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    while more := caller.recv(100_000):
        told += more
    order = json.loads(told)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    try:
        code = main(order["argv"])
    except SystemExit as exit_:  # argparse's way to end
        code = exit_.code if isinstance(exit_.code, int) else 0
    except BaseException:  # noqa: BLE001 - a child must end, and not go on as its parent
        traceback.print_exc()
        code = _CRASHED
    sys.stdout.flush()
    caller.sendall(str(code).encode())
    os._exit(code)


if __name__ == "__main__":
    _serve()
