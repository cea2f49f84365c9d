"""Looks at a platform that was visited by many at once: queries of each page, the ledger, allocation by lot.

`checking.py queries` counts the queries of pages; `checking.py truth` says what is wrong in the ledger and what comes
of enrolling many at once. Both print JSON.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from coproduce_web.actions import evaluating  # noqa: E402
from coproduce_web.actions.acting import By, NotNow  # noqa: E402
from coproduce_web.models import Actor, Initiative, Membership, Person, Unit  # noqa: E402

AT_ONCE = 8
UNITS = 240
STRATA = ("north", "south")

WRONG = {
    "confirmed by a citizen and not credited exactly once": """
        SELECT count(*) FROM (
            SELECT c.id FROM platform_contribution c
            LEFT JOIN platform_transfer t ON t.contribution_id = c.id AND t.minutes = c.minutes
            WHERE c.status = 'confirmed' AND c.side = 'citizen' GROUP BY c.id HAVING count(t.id) <> 1) AS wrong
    """,
    "credited and not confirmed": """
        SELECT count(*) FROM platform_transfer t JOIN platform_contribution c ON c.id = t.contribution_id
        WHERE c.status <> 'confirmed' OR c.side <> 'citizen'
    """,
    "confirmed without exactly one confirming answer of the other side": """
        SELECT count(*) FROM (
            SELECT c.id FROM platform_contribution c JOIN platform_claim k ON k.id = c.claim_id
            LEFT JOIN platform_response r ON r.contribution_id = c.id AND r.answer = 'confirm'
                AND (r.answered_side = 'citizen') <> (k.claimed_side = 'citizen')
            WHERE c.status = 'confirmed' GROUP BY c.id HAVING count(r.id) <> 1) AS wrong
    """,
    "minutes by which the ledger does not sum to nought": """
        SELECT abs(coalesce(sum(balance), 0)) FROM (
            SELECT into_id AS account, minutes AS balance FROM platform_transfer
            UNION ALL SELECT out_of_id, -minutes FROM platform_transfer) AS entries
    """,
    "citizens in debt": """
        SELECT count(*) FROM (
            SELECT account FROM (
                SELECT into_id AS account, minutes AS balance FROM platform_transfer
                UNION ALL SELECT out_of_id, -minutes FROM platform_transfer) AS entries
            JOIN platform_account a ON a.id = account
            WHERE a.actor_id IS NOT NULL GROUP BY account HAVING sum(balance) < 0) AS debts
    """,
    "confirmed without its entries in the trail": """
        SELECT count(*) FROM platform_contribution c WHERE status = 'confirmed' AND NOT EXISTS (
            SELECT FROM platform_trailentry e
            WHERE e.kind = 'contribution' AND e.key = c.id AND e.action = 'respond')
    """,
}
"""What must be nought, whoever confirmed what at once."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """The queries that are made meanwhile."""
    queries: list[str] = []

    def note(execute: Any, sql: str, *more: Any) -> Any:
        queries.append(sql)
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        yield queries


def queries(pages: dict[str, str], users: list[dict[str, Any]]) -> dict[str, int]:
    """The most queries that a page makes, as a coordinator and as a citizen see it, and confirming."""
    most: Counter[str] = Counter()
    for told in (users[0], users[-1]):
        browser = Client(headers={"host": "127.0.0.1"})
        browser.force_login(Person.objects.get(pk=told["person"]))
        answer = told["confirms"][-1]
        for name, path in {**pages, "answer to a claim": answer}.items():
            with counted() as made:
                response = browser.get(path)
            if response.status_code != 200:
                raise SystemExit(f"{path} answered {response.status_code}")
            most[name] = max(most[name], len(made))
        with counted() as made:
            browser.post(answer, {"answer": "confirm", "once": answer})
        most["confirming"] = max(most["confirming"], len(made))
    return most


def wrong() -> dict[str, int]:
    """How many there are of what must not be."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in WRONG.items():
            cursor.execute(query)
            found[name] = int(cursor.fetchone()[0])
    return found


def allocated() -> dict[str, int]:
    """Enrol units by many at once, each unit by two; what must not be and was."""
    initiative = Initiative.objects.get(pk=1)
    membership = Membership.objects.filter(service=initiative.service, role="coordinator").earliest("pk")
    by = By(actor=membership.actor)
    evaluation = _frozen(initiative, actor=membership.actor)
    names = [{"name": f"unit {i}", "stratum": STRATA[i % 2]} for i in range(UNITS)]
    units = evaluating.name_units(by=by, initiative=initiative, units=names)

    def enrol(unit: Unit) -> bool:
        try:
            evaluating.enrol(by=by, evaluation=evaluation, unit=unit)
        except NotNow:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = sum(pool.map(enrol, [unit for unit in units for _twice in range(2)]))
    held = list(evaluation.allocations.values_list("stratum", "position", "unit", "arm"))
    places = {(stratum, position) for stratum, position, _unit, _arm in held}
    whole = {(stratum, 1 + place) for stratum in STRATA for place in range(UNITS // 2)}
    return {
        "units not enrolled exactly once": abs(done - UNITS) + UNITS - len({unit for *_, unit, _arm in held}),
        "places in the list left out or given twice": len(whole ^ places) + len(held) - len(places),
        "strata in which arms are further apart than a block allows": sum(
            abs(2 * sum(arm == "now" for where, *_, arm in held if where == stratum) - UNITS // 2) > 3
            for stratum in STRATA
        ),
    }


def _frozen(initiative: Initiative, *, actor: Actor) -> Any:
    """An evaluation by lot whose plan is frozen, by the coordinator made its evaluator too."""
    Membership.objects.create(actor=actor, service=initiative.service, role="evaluator")
    by = By(actor=actor)
    measure = evaluating.choose_measure(
        by=by, initiative=initiative, name="wellbeing", label="Wellbeing", better="up", set_by="jointly"
    )
    made = evaluating.plan(
        by=by,
        initiative=initiative,
        measures=[measure],
        title="Do visits help?",
        question="Do visits help?",
        design="randomised",
        arms=["now", "later"],
    )
    return evaluating.freeze(by=by, evaluation=made)


if __name__ == "__main__":
    if sys.argv[1] == "queries":
        told = json.load(sys.stdin)
        print(json.dumps(queries(told["pages"], told["users"])))
    else:
        print(json.dumps(wrong() | allocated()))
