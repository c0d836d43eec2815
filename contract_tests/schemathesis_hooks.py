"""What plain `schemathesis run` loads: the semantic checks, and the rule that inferred findings only warn.

SCHEMATHESIS_HOOKS=contract_tests.schemathesis_hooks schemathesis run openapi.yaml --url http://127.0.0.1:8054/api/ver1.0
"""

from __future__ import annotations

import sys
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from contract_tests.contract.property import Evidence
from contract_tests.fuzz import checks as checks  # importing it registers the checks
from contract_tests.fuzz.weight import weigh

_warned: set[str] = set()


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """Keep a failure that the page backs; print any other once, as a warning."""
    if weigh(failure.checks[0] if failure.checks else "", failure, case, response) > Evidence.inferred:
        return True
    if failure.title not in _warned:
        _warned.add(failure.title)
        print(f"warning (not backed by the page): {failure.title}: {failure.message}", file=sys.stderr)  # noqa: T201
    return False
