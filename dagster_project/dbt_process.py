"""dbt's command line, which ends when the run that started it does, however that ends. Started as a file:

    python -P dbt_process.py <dbt's arguments>      runs dbt; in the process at hand, where there is one
    python -P dbt_process.py --at-hand <socket>     loads dbt, reads the project, and runs the first that comes

Without the first a killed run would leave a dbt behind that writes into the working folder of the next. The second
spares a night the seconds that dbt takes to begin, while the night loads the graph and reads what is new.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

AT_HAND = "NEDSLAG_DBT_AT_HAND"
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt's command line on the arguments of this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # Looking for cycles costs a sixth of a build, and frees some 50 MB of a process that ends soon.
    gc.disable()
    if sys.argv[1:2] == ["--at-hand"]:
        sys.exit(_wait(sys.argv[2]))
    address = os.environ.get(AT_HAND)
    if address:
        with socket.socket(socket.AF_UNIX) as at_hand:
            try:
                at_hand.connect(address)
            except OSError:
                pass
            else:
                sys.exit(_ask(at_hand))
    _prepare_engine()
    from dbt.cli.main import cli

    cli()


def _prepare_engine() -> None:
    """Open the session that the models run in, on an engine whose adapter leaves that to others."""
    if os.environ.get("NEDSLAG_ENGINE") == "spark":
        # What a forgotten cycle refers to in Java stays there: every table that was ever sent to all workers.
        gc.enable()
        sys.path.append(os.environ["NEDSLAG_CODE"])
        spark = importlib.import_module("dagster_project.spark_session")
        spark.let_models_in_python_run()
        spark.open_session()


def _ask(at_hand: socket.socket) -> int:
    """Have the process at hand do it, with this one's output; the exit status that dbt would have had."""
    request = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": str(Path.cwd())}
    socket.send_fds(at_hand, [b"."], [1, 2])
    at_hand.sendall(json.dumps(request).encode() + b"\n")
    status = at_hand.recv(1)
    return status[0] if status else 2


def _wait(address: str) -> int:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(1)
        from dbt.cli.main import dbtRunner
        from dbt.contracts.graph.manifest import Manifest

        for loaded_late in ("dbt.adapters.duckdb", "dbt.task.build"):
            importlib.import_module(loaded_late)
        parsed = dbtRunner().invoke(["--quiet", "parse"]).result
        project = parsed if isinstance(parsed, Manifest) else None
        caller, _ = listener.accept()
    _, outputs, _, _ = socket.recv_fds(caller, 1, 2)
    request = json.loads(caller.makefile("rb").readline())
    for descriptor, output in enumerate(outputs, start=1):
        os.dup2(output, descriptor)
        os.close(output)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()
    _prepare_engine()
    outcome = dbtRunner(manifest=project).invoke(request["arguments"])
    sys.stdout.flush()
    status = 0 if outcome.success else 2 if outcome.exception else 1
    caller.sendall(bytes([status]))
    # The caller's end is the end of this process too.
    signal.pause()
    return status


def _end_with(caller: socket.socket) -> None:
    caller.recv(1)
    os._exit(0)


if __name__ == "__main__":
    main()
