"""The judge gives verdicts on any response of a target, and never a traceback."""

from __future__ import annotations

import dataclasses
import random

import pytest

from contract_tests.checks.judge import judge
from contract_tests.checks.requirements import requirements
from contract_tests.contract import CONTRACT
from contract_tests.record.exchange import Exchange
from contract_tests.record.har import Record
from contract_tests.report.results import Outcome, Results
from mock_server.embedded import serve
from scripts.fault_matrix import verdicts

BODIES = [
    b"", b"[]", b"null", b"5", b'"text"', b"{}", b"\xff\xfe", b'{"label": NaN}', b"[" * 100_000, b'{"bundle": []}',
    b'{"bundle": {"bundle_list": [1], "bundle_id": {}}, "label": {"a": 1}, "auth_type": [], "hold_music": true}',
    b'{"bundle": {"bundle_list": {"x": null, "1": {"active": "yes"}}}, "label": "\\ud800"}',
    b'{"hangup_timeout": 1e999}', b'{"label": 1, "label": 2, "\\u0000": null}', b"<html>503</html>",
]  # fmt: skip
STATUSES = [0, 100, 200, 201, 204, 301, 400, 401, 403, 404, 405, 418, 500, 501, 503, 599]


@pytest.fixture(scope="module")
def record() -> Record:
    with serve() as mock:
        return verdicts(mock).records[0]


def judged(record: Record) -> Results:
    results = Results.declared(requirements(CONTRACT).values())
    judge(record, CONTRACT, results)
    return results


def garbled(exchange: Exchange, rng: random.Random) -> Exchange:
    """Replace the response of an exchange by a random one."""
    headers = [exchange.headers, {}, {"allow": "", "content-type": ";", "x-ratelimit-limit": "é"}]
    return dataclasses.replace(
        exchange,
        status=rng.choice(STATUSES),
        body=rng.choice([exchange.body, *BODIES]),
        headers=rng.choice(headers),
    )


@pytest.mark.parametrize("seed", range(30))
def test_random_responses_give_verdicts(seed: int, record: Record) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    share = rng.choice([0.02, 0.3, 1.0])
    exchanges = [garbled(exchange, rng) if rng.random() < share else exchange for exchange in record]
    results = judged(Record(record.target, exchanges))
    if share == 1.0:
        assert results.count(Outcome.failed) > 10
    assert results.as_json(record.target)["results"]


@pytest.mark.parametrize("length", [0, 1, 2, 10, 100])
def test_an_incomplete_record_gives_verdicts_on_its_exchanges(length: int, record: Record) -> None:
    results = judged(Record(record.target, record.exchanges[:length]))
    assert results.count(Outcome.failed) == results.count(Outcome.warned) == 0
    assert results.count(Outcome.not_testable)


def test_the_same_record_gives_the_same_verdicts(record: Record) -> None:
    assert judged(record).as_json({})["results"] == judged(record).as_json({})["results"]
