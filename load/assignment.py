"""What the leading process gives a worker to do, and what a worker accepts of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from contract_tests.contract import CONTRACT
from contract_tests.contract.json_values import Json
from contract_tests.errors import UsageError
from contract_tests.target.options import Options
from contract_tests.target.servers import choose_server, with_access_to
from contract_tests.target.target import Target

from .crew import RESERVED
from .options import LoadOptions, checked


def assignment(options: Options, load: LoadOptions, own: Sequence[str], share: float, *, is_confirmed: bool) -> Json:
    """What a worker needs, without anything that is secret: its credentials come from its own environment.

    Args:
        options: Of the run.
        load: Of the run.
        own: The extensions of this worker.
        share: Their part of all extensions.
        is_confirmed: Whether the user of the leading process confirmed them.
    """
    ids = ",".join(own)
    most = int(options.max_requests * share)
    return {
        "base_url": options.base_url,
        "extension_id": ids,
        "mode": options.mode,
        "confirm": ids if is_confirmed else "",
        "rate": load.rate * share,
        "seconds": load.seconds,
        "max_requests": max(RESERVED * len(own) + 1, most) if options.max_requests else 0,
        "seed": options.seed,
        "timeout": options.timeout,
    }


def accepted(
    assigned: Mapping[str, Json], options: Options, environment: Mapping[str, str]
) -> tuple[Sequence[Target], LoadOptions]:
    """The extensions of a worker, with the credentials of its own environment.

    Args:
        assigned: What the leading process says; its messages do not authenticate it.
        options: What the user of the worker chose.
        environment: Holds the credentials.

    Raises:
        UsageError: The user of the worker did not allow that.
    """
    base_url = str(assigned["base_url"])
    id_, mode, confirm = (str(assigned[name]) for name in ("extension_id", "mode", "confirm"))
    chosen = replace(options, base_url=base_url, extension_id=id_, mode=mode, confirm=confirm)
    server = with_access_to(choose_server(chosen), environment, CONTRACT)
    is_named = options.base_url.rstrip("/") == base_url.rstrip("/")
    if not (server.targets[0].is_loopback or is_named):
        raise UsageError(f"the leading process names {base_url}: allow it by --base-url {base_url}")
    rates = LoadOptions(rate=float(assigned["rate"]), seconds=float(assigned["seconds"]))
    return server.targets, checked(rates, chosen, server)
