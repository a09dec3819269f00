"""dbt's command line, which ends when the run that started it does, however that ends.

Without this a killed run would leave a dbt behind that writes into the working folder of the next. Started as a file:
`python -P dbt_process.py <dbt's arguments>`.
"""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt's command line on the arguments of this process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    from dbt.cli.main import cli

    cli()


if __name__ == "__main__":
    main()
