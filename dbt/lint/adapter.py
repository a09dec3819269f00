"""dbt's `adapter` as far as the linter needs it: what engines spell differently is a function of that name."""

from collections.abc import Callable


def dispatch(name: str) -> Callable[..., str]:
    """A macro by its name, for whichever engine; of its arguments those that are SQL, not a sign alone."""
    return lambda *arguments: (
        f"{name}({', '.join(text for text in map(str, arguments) if any(map(str.isalnum, text)))})"
    )
