"""What the suite owes to a server: the right result of a run, as data."""

from dataclasses import dataclass

EXIT_PASS, EXIT_FAIL, EXIT_ERROR, EXIT_USAGE, EXIT_LEFT = 0, 1, 3, 4, 6


@dataclass(frozen=True)
class Owed:
    """The results of a run that are right for a server.

    In every case the state of all extensions is afterwards as it was before,
    or the run ends with exit code 6 and names each property that differs.

    Attributes:
        exits: The exit codes that are right.
        remark: The warning or note that is owed, in plain words; empty if none.
        names: Words of which the output must hold at least one.
        findings: The largest number of failures that may be reported.
        may_keep: The only properties that may be left changed, with exit code 6; None: any that exit code 6 names.
        no_writes: No PUT may be sent.
        credentials: Run with client id and secret instead of a ready token.
        options: The option that a user has to give, as on the command line; empty if none.
        seconds: The longest time that a run may take; 0 if that is not judged.
        token_requests: The largest number of requests to the token endpoint; None if that is not judged.
        ignored_keys: Keys of the state which the server changes by itself.
    """

    exits: tuple[int, ...]
    remark: str = ""
    names: tuple[str, ...] = ()
    findings: int | None = None
    may_keep: tuple[str, ...] | None = None
    no_writes: bool = False
    credentials: bool = False
    options: str = ""
    seconds: float = 0
    token_requests: int | None = None
    ignored_keys: tuple[str, ...] = ()


NO_FAILURE = Owed(exits=(EXIT_PASS,), findings=0, may_keep=())
# Where a server breaks PUT itself, an exact restore may be out of reach: then 6, with names.
FAILURE = Owed(exits=(EXIT_FAIL, EXIT_LEFT))
