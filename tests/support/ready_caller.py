"""Has the program of tests/support/ready.py run one command; by itself it has nothing to import."""

import json
import os
import socket
import sys

address, *argv = sys.argv[1:]
order = {"argv": argv, "folder": os.getcwd(), "environ": dict(os.environ)}  # noqa: PTH109
with socket.socket(socket.AF_UNIX) as caller:
    caller.connect(address)
    socket.send_fds(caller, [b" "], [0, 1, 2])
    caller.sendall(json.dumps(order).encode())
    caller.shutdown(socket.SHUT_WR)
    sys.exit(int(caller.recv(10)))
