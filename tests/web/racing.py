"""Many people at once, on a database of its own: run as a program with `DATABASE_URL`, it prints what came of it."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import django


def together(*acts):
    """Do things at once, each in a thread with a connection of its own; what each came to, by its name."""
    from django.db import connection

    gate = Barrier(len(acts))

    def run(act):
        gate.wait(60)
        try:
            act()
        except Exception as error:  # noqa: BLE001  # a test says which are right
            return type(error).__name__
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


class Races:
    """The races, in a small world with time credits."""

    def __init__(self):
        from tests.web.world import make_world

        from coproduce_web.models import Service

        self.world = make_world()
        Service.objects.update(credits=True)
        self.day = 0

    def claimed(self, role, minutes=60, *, by=None, need=None):
        """A contribution of a citizen, of a day of its own."""
        from django.utils import timezone

        from coproduce_web.actions.claims import Given, claim

        self.day += 1
        made = claim(
            by=self.world.by(by or role),
            activity=self.fresh(self.world.activity),
            given_on=timezone.localdate() - timedelta(days=self.day),
            given=[Given(actor=self.world.people[role].actor, minutes=minutes)],
            need=need,
        )
        return made.contributions.get()

    def fresh(self, row):
        """The row with nothing remembered of others."""
        return type(row).objects.get(pk=row.pk)

    def confirming(self, contribution, by="coordinator"):
        """The act of confirming."""
        from coproduce_web.actions.claims import respond

        return lambda: respond(by=self.world.by(by), contribution=self.fresh(contribution), answer="confirm")

    def balance(self, role):
        """What somebody has."""
        from coproduce_web.ledger import balance
        from coproduce_web.models import Account

        return balance(Account.objects.get(service=self.world.service, actor=self.world.people[role].actor))

    def need_of(self, role):
        """A need."""
        from coproduce_web.actions.needs import raise_need

        return raise_need(by=self.world.by(role), initiative=self.world.initiative, title="Shopping")

    def confirmed_at_once(self):
        """Four confirm the same contribution, the first of a citizen with no account yet."""
        from coproduce_web.models import Transfer

        contribution = self.claimed("citizen", 60)
        came = together(*[self.confirming(contribution)] * 4)
        return [came, Transfer.objects.filter(contribution=contribution).count(), self.balance("citizen")]

    def first_accounts(self):
        """Three contributions of somebody with no account yet are confirmed at once."""
        from coproduce_web.models import Account

        acts = [self.confirming(self.claimed("other_citizen", 10)) for _ in range(3)]
        came = together(*acts)
        accounts = Account.objects.filter(actor=self.world.people["other_citizen"].actor).count()
        return [came, accounts, self.balance("other_citizen")]

    def spent_at_once(self):
        """Three of 25 minutes each are paid out of 60 at once: two are, the service pays the third."""
        need = self.need_of("citizen")
        acts = [self.confirming(self.claimed("other_citizen", 25, need=need)) for _ in range(3)]
        return [together(*acts), self.balance("citizen"), self.balance("other_citizen")]

    def crossing(self):
        """Two pay each other at once, four times over: neither waits for the other for ever."""
        acts = []
        for giver, helped in (("citizen", "other_citizen"), ("other_citizen", "citizen")) * 4:
            acts.append(self.confirming(self.claimed(giver, 5, need=self.need_of(helped))))
        return [together(*acts), self.balance("citizen"), self.balance("other_citizen")]

    def claimed_twice(self):
        """A citizen and a professional claim the same time at once."""
        self.day += 1
        day = self.day

        def claiming(by):
            def act():
                from django.utils import timezone

                from coproduce_web.actions.claims import Given, claim

                claim(
                    by=self.world.by(by),
                    activity=self.fresh(self.world.activity),
                    given_on=timezone.localdate() - timedelta(days=day),
                    given=[Given(actor=self.world.people["citizen"].actor, minutes=30)],
                )

            return act

        return together(claiming("citizen"), claiming("professional"), claiming("coordinator"))

    def one_place(self):
        """Four sign up for one place at once; then two who have or wait for it give it back at once."""
        from coproduce_web.actions import sessions
        from coproduce_web.models import Place, SignUp

        session = self.world.more["session"]
        place = Place.objects.create(opportunity=session.opportunity, role="Walker", places=1)
        roles = ("citizen", "other_citizen", "professional", "coordinator")
        signing = [
            lambda role=role: sessions.sign_up(
                by=self.world.by(role), session=self.fresh(session), place=self.fresh(place)
            )
            for role in roles
        ]
        together(*signing)
        before = sorted(SignUp.objects.values_list("state", flat=True))
        first = SignUp.objects.get(state="going").actor
        second = SignUp.objects.filter(state="waiting").order_by("signed_up_at", "pk")[0].actor
        leaving = [role for role in roles if self.world.people[role].actor in {first, second}]
        together(
            *[
                lambda role=role: sessions.withdraw(by=self.world.by(role), session=self.fresh(session))
                for role in leaving
            ]
        )
        return [before, sorted(SignUp.objects.values_list("state", flat=True))]

    def ledger_held(self):
        """What the database refuses, asked in plain SQL."""
        from django.db import DatabaseError, connection, transaction

        from coproduce_web.models import Account, Transfer

        first = Transfer.objects.order_by("pk")[0]
        elsewhere = Account.objects.create(service=self.world.other_service)
        out, into, minutes, given = first.out_of_id, first.into_id, first.minutes, first.contribution_id

        def row(*values):
            columns = "service_id, out_of_id, into_id, minutes, contribution_id, reverses_id, reason, made_at"
            told = ", ".join("NULL" if value is None else repr(value) for value in values)
            return (
                f"INSERT INTO platform_transfer ({columns}) VALUES "
                f"({first.service_id}, {told}, CURRENT_TIMESTAMP)"
            )

        statements = {
            "change": "UPDATE platform_transfer SET minutes = 1",
            "delete": "DELETE FROM platform_transfer",
            "change account": "UPDATE platform_account SET actor_id = NULL",
            "delete account": "DELETE FROM platform_account",
            "nothing": row(into, out, 0, None, first.pk, "why"),
            "one account": row(into, into, minutes, None, first.pk, "why"),
            "no ground": row(into, out, minutes, None, None, "why"),
            "no reason": row(into, out, minutes, None, first.pk, ""),
            "other minutes": row(into, out, minutes + 1, None, first.pk, "why"),
            "same way": row(out, into, minutes, None, first.pk, "why"),
            "other service": row(elsewhere.pk, into, 5, given, None, ""),
            "credited twice": row(out, into, 5, given, None, ""),
        }
        held = {}
        for name, statement in statements.items():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
                held[name] = False
            except DatabaseError:
                held[name] = True
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(row(into, out, minutes, None, first.pk, "why"))  # what is right is taken
        return held

    def all_sum_to_nought(self):
        """Every account's balance, summed."""
        from coproduce_web.ledger import balance
        from coproduce_web.models import Account

        return sum(balance(account) for account in Account.objects.all())


def main():
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    races = Races()
    names = (
        "confirmed_at_once",
        "first_accounts",
        "spent_at_once",
        "crossing",
        "claimed_twice",
        "one_place",
        "ledger_held",
        "all_sum_to_nought",
    )
    json.dump({name: getattr(races, name)() for name in names}, sys.stdout)


if __name__ == "__main__":
    main()
