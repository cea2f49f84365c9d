"""Roles, invitations, links and erasure at once: run as a program with `DATABASE_URL`, it prints what came of it."""

import json
import sys

import django


class Races:
    """The races, in a small world with two stewards."""

    def __init__(self):
        from tests.web.world import make_world

        from coproduce_web.actions import roles

        self.world = make_world()
        self.steward = self.world.by("steward")
        roles.grant(by=self.steward, actor=self.world.people["evaluator"].actor, role="steward", service=None)

    def invited(self):
        """An invitation that several people take up."""
        from tests.web.racing import together

        from coproduce_web.actions import people, roles
        from coproduce_web.models import Membership

        invitation, _ = roles.invite(
            by=self.steward, service=self.world.service, role="evaluator", side="organisation", days=1
        )

        def come(number):
            return lambda: people.come_by_invitation(
                invitation=invitation, name="N", email=f"come{number}@example.org", password="a" * 20
            )

        came = together(*map(come, range(4)))
        return came, Membership.objects.filter(actor__person__email__startswith="come").count()

    def both_sides_of_the_fence(self):
        """Somebody is made a harm handler and a coordinator."""
        from tests.web.racing import together

        from coproduce_web.actions import people, roles
        from coproduce_web.models import Membership

        new = people.add_person(
            by=self.steward, service=self.world.service, role="evaluator", side="organisation", name="New"
        )

        def made(role):
            return lambda: roles.grant(
                by=self.steward, actor=new.actor, role=role, service=self.world.service
            )

        came = together(made("handler"), made("coordinator"))
        return came, Membership.objects.filter(actor=new.actor).count()

    def one_link(self):
        """One letter's link is opened in several browsers."""
        from django.test import Client
        from django.urls import reverse
        from tests.web.racing import together

        from coproduce_web.signing_in import link_token

        link = reverse("use_link", args=[link_token(self.world.people["professional"])])
        browsers = [Client() for _ in range(3)]
        together(*(lambda browser=browser: browser.post(link) for browser in browsers))
        return sum(browser.get(reverse("account")).status_code == 200 for browser in browsers)

    def one_address(self):
        """Several people join with one address."""
        from tests.web.racing import together

        from coproduce_web.actions import people
        from coproduce_web.models import Person

        def join(email):
            return lambda: people.join(service=self.world.service, name="N", email=email, password="a" * 20)

        came = together(join("one@example.org"), join("ONE@example.org"), join("One@example.org"))
        return came.count("done"), Person.objects.filter(email__iexact="one@example.org").count()

    def erased_at_once(self):
        """Somebody is erased by themselves and by a steward."""
        from tests.web.racing import together

        from coproduce_web.actions import forgetting
        from coproduce_web.actions.acting import By
        from coproduce_web.models import Person, TrailEntry

        person = self.world.people["outsider"]
        came = together(
            lambda: forgetting.erase(by=By(actor=person.actor), actor=person.actor),
            lambda: forgetting.erase(by=self.steward, actor=person.actor),
        )
        left = Person.objects.filter(pk=person.pk).count()
        return came, left, TrailEntry.objects.filter(kind="person", key=person.pk, after__isnull=True).count()

    def last_stewards(self):
        """Each of two stewards takes the role of the other."""
        from tests.web.racing import together

        from coproduce_web.actions import roles
        from coproduce_web.models import Membership

        held = {
            role: Membership.objects.get(
                actor=self.world.people[role].actor, role="steward", service=None, until=None
            )
            for role in ("steward", "evaluator")
        }
        came = together(
            lambda: roles.withdraw_role(by=self.world.by("steward"), membership=held["evaluator"]),
            lambda: roles.withdraw_role(by=self.world.by("evaluator"), membership=held["steward"]),
        )
        return came.count("done"), Membership.objects.filter(role="steward", service=None, until=None).count()


def main():
    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    call_command("migrate", verbosity=0)
    setup_test_environment()
    races = Races()
    names = (
        "invited",
        "both_sides_of_the_fence",
        "one_link",
        "one_address",
        "erased_at_once",
        "last_stewards",
    )
    json.dump({name: getattr(races, name)() for name in names}, sys.stdout)


if __name__ == "__main__":
    main()
