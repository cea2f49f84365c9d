"""Questionnaires, and their waves: who is asked, what they answer, and how the way back to them is cut."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from coproduce.records.forms import SILENT, Form
from coproduce_web.actions.acting import By, NotNow, Trail, acting, locked
from coproduce_web.grouping import kept_groups
from coproduce_web.models import (
    Actor,
    Answer,
    Demographics,
    Initiative,
    Instrument,
    Membership,
    Respondent,
    Service,
    Wave,
)
from coproduce_web.permissions import TEAM_ROLES, Permission
from coproduce_web.questionnaires import READY, form_of, sheets_of
from coproduce_web.signing_in import hashed, new_secret
from coproduce_web.survey_letters import send_letters
from coproduce_web.survey_links import new_code, secret_of

DAY = timedelta(days=1)
_ROLES = {"citizens": {"citizen"}, "team": TEAM_ROLES, "everyone": {"citizen"} | TEAM_ROLES}


def add_ready(*, by: By, service: Service, about: str) -> Instrument:
    """Add a questionnaire that comes with the platform."""
    form = READY[about]()
    with acting(by, Permission.SEND_SURVEY, service=service) as trail:
        if Instrument.objects.filter(
            service=service, about=about, title=form.title, retired_at=None
        ).exists():
            raise NotNow(_("It is there already."))
        return trail.add(Instrument(service=service, title=form.title, about=about, form=sheets_of(form)))


def add_instrument(*, by: By, service: Service, title: str, about: str, form: Form) -> Instrument:
    """Add a questionnaire of one's own."""
    with acting(by, Permission.SEND_SURVEY, service=service) as trail:
        return trail.add(Instrument(service=service, title=title, about=about, form=sheets_of(form)))


def retire_instrument(*, by: By, instrument: Instrument) -> Instrument:
    """Start no more waves with a questionnaire; those there are go on."""
    with acting(by, Permission.SEND_SURVEY, service=instrument.service) as trail:
        now = locked(instrument)
        if now.retired_at:
            raise NotNow(_("It is retired already."))
        return trail.change(now, retired_at=timezone.now())


def plan_wave(
    *,
    by: By,
    initiative: Initiative,
    instrument: Instrument,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
) -> Wave:
    """Plan to send a questionnaire."""
    with acting(by, Permission.SEND_SURVEY, initiative=initiative) as trail:
        if instrument.retired_at or instrument.service_id != initiative.service_id:
            raise NotNow(_("This questionnaire cannot be sent here."))
        return trail.add(
            Wave(
                initiative=initiative,
                instrument=instrument,
                title=title,
                opens_at=opens_at,
                closes_at=closes_at,
            )
        )


def ask(*, by: By, wave: Wave, whom: str, base: str) -> int:
    """Ask members of the service in a wave: each gets a link of their own, by letter where they have an address.

    Who was asked already is not asked again.

    Returns
    -------
    int
        How many were asked anew.
    """
    with acting(by, Permission.SEND_SURVEY, initiative=wave.initiative) as trail:
        now = _taking(locked(wave))
        members = Membership.objects.filter(
            Q(until=None) | Q(until__gt=timezone.now()),
            service=wave.initiative.service,
            role__in=_ROLES[whom],
            actor__left_at=None,
        )
        asked = Respondent.objects.filter(wave=now, actor__isnull=False).values("actor")
        actors = list(Actor.objects.filter(pk__in=members.values("actor")).exclude(pk__in=asked))
        secrets.SystemRandom().shuffle(actors)  # the order in which they joined must not show in the numbers
        trail.all_secretly([_respondent(now, actor) for actor in actors], of=now)
        transaction.on_commit(partial(send_letters.enqueue, wave=now.pk, base=base, reminding=False))
        return len(actors)


def _taking(wave: Wave) -> Wave:
    """The wave, if it takes answers or will."""
    if wave.closed_at or wave.closes_at <= timezone.now():
        raise NotNow(_("It is closed."))
    return wave


def _respondent(wave: Wave, actor: Actor) -> Respondent:
    code = new_code()
    return Respondent(wave=wave, code=code, hashed=hashed(secret_of(wave.pk, code)), actor=actor)


def remind(*, by: By, wave: Wave, base: str) -> None:
    """Send another letter to those who were asked and have not answered."""
    with acting(by, Permission.SEND_SURVEY, initiative=wave.initiative) as trail:
        now = _taking(locked(wave))
        since = timezone.now() - DAY
        if now.respondents.filter(Q(asked_at__gt=since) | Q(reminded_at__gt=since)).exists():
            raise NotNow(_("Letters went out less than a day ago. Give people time."))
        trail.secretly(now, of=now)
        transaction.on_commit(partial(send_letters.enqueue, wave=now.pk, base=base, reminding=True))


def sent_letters(*, by: By, wave: Wave, keys: list[int], reminding: bool) -> None:
    """Write down that letters went out: all at one moment, so that no time leads to a letter."""
    with acting(by, Permission.SEND_SURVEY, initiative=wave.initiative) as trail:
        now = timezone.now()
        held = Respondent.objects.select_for_update().filter(pk__in=keys, actor__isnull=False)
        for respondent in held:
            if reminding:
                respondent.reminded_at = now
            else:
                respondent.asked_at = now
            trail.secretly(respondent, of=wave)


def make_open_link(*, by: By, wave: Wave) -> str:
    """Make a link that anyone may answer by, once a device; one made before works no longer.

    Returns
    -------
    str
        The link's secret: only its hash is kept.
    """
    with acting(by, Permission.SEND_SURVEY, initiative=wave.initiative) as trail:
        secret = new_secret()
        trail.change(_taking(locked(wave)), open_link=hashed(secret))
        return secret


def answer(*, by: By, respondent: Respondent, given: Mapping[str, str]) -> None:
    """Keep all answers of a respondent, as they are after this page; what is in `given` no more goes.

    Who answers is nobody named: the trail says that somebody did.
    """
    wave = respondent.wave
    with acting(by, Permission.ANSWER_SURVEY, initiative=wave.initiative) as trail:
        now = _open(locked(wave))
        whose = Respondent.objects.select_for_update().get(pk=respondent.pk)
        _keep(trail, now, whose, given=given)


def answer_openly(*, by: By, wave: Wave, device: str, given: Mapping[str, str]) -> Respondent:
    """Keep the answers that came by the open link; of one device (its secret) there is one respondent."""
    with acting(by, Permission.ANSWER_SURVEY, initiative=wave.initiative) as trail:
        now = _open(locked(wave))
        whose = Respondent.objects.filter(wave=now, came_openly=True, hashed=hashed(device)).first()
        if whose is None:
            whose = Respondent(wave=now, code=new_code(), hashed=hashed(device), came_openly=True)
            trail.secretly(whose, of=now)
        _keep(trail, now, whose, given=given)
        return whose


def _open(wave: Wave) -> Wave:
    if not wave.is_open:
        raise NotNow(_("This survey takes no answers now."))
    return wave


def _keep(trail: Trail, wave: Wave, whose: Respondent, *, given: Mapping[str, str]) -> None:
    form = form_of(wave.instrument)
    silent = {question.name for question in form.questions if question.kind in SILENT}
    new = [
        Answer(respondent=whose, item=item, value=value)
        for item, value in given.items()
        if value and item not in silent
    ]
    for each in new:
        each.clean_fields(exclude=["respondent"])
    trail.write_anew(Answer.objects.filter(respondent=whose), new, of=wave)
    if bool(new) != bool(whose.answered_at):
        whose.answered_at = timezone.now() if new else None
        trail.secretly(whose, of=wave)


def close_wave(*, by: By, wave: Wave) -> Wave:
    """Close a wave before its time."""
    with acting(by, Permission.SEND_SURVEY, initiative=wave.initiative) as trail:
        now = locked(wave)
        if now.closed_at:
            raise NotNow(_("It is closed already."))
        return _close(trail, now)


def close_due_waves(*, by: By) -> int:
    """Close the waves whose time is over; how many respondents were cut from who they were."""
    with acting(by, Permission.SEND_SURVEY) as trail:
        due = Wave.objects.select_for_update().filter(closes_at__lte=timezone.now(), closed_at=None)
        cut = 0
        for wave in due.order_by("pk"):
            cut += wave.respondents.filter(actor__isnull=False).count()
            _close(trail, wave)
        return cut


def _close(trail: Trail, wave: Wave) -> Wave:
    """Write all respondents and answers anew, in an order drawn by chance, and nobody's: nothing leads back."""
    wave = Wave.objects.select_related("initiative__service").get(pk=wave.pk)
    old = list(wave.respondents.order_by("pk"))
    secrets.SystemRandom().shuffle(old)
    groups = _groups(old, service=wave.initiative.service)
    new = [
        Respondent(
            wave=wave,
            code=new_code(),
            hashed=hashed(new_secret()),
            groups=groups.get(each.pk, {}),
            came_openly=each.came_openly,
            asked_at=_day(each.asked_at),
            reminded_at=_day(each.reminded_at),
            answered_at=_day(each.answered_at),
        )
        for each in old
    ]
    places = {each.pk: place for place, each in enumerate(old)}
    answers = sorted(
        Answer.objects.filter(respondent__wave=wave), key=lambda each: (places[each.respondent_id], each.item)
    )
    copies = [
        Answer(respondent=new[places[each.respondent_id]], item=each.item, value=each.value)
        for each in answers
    ]
    trail.write_anew(wave.respondents.filter(pk__in=list(places)), new, copies, of=wave)
    return trail.change(locked(wave), closed_at=timezone.now(), open_link="")


def _day(moment: datetime | None) -> datetime | None:
    """The day of a moment: the minute could be held against what somebody did just then."""
    return moment and moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _groups(respondents: list[Respondent], *, service: Service) -> dict[int, dict[str, str]]:
    """The groups of those who were asked, where enough of them share them."""
    columns = [question["column"] for question in service.asked]
    told = dict(
        Demographics.objects.filter(actor__in=[each.actor_id for each in respondents]).values_list(
            "actor", "values"
        )
    )
    asked = {
        each.pk: tuple(str(told.get(each.actor_id, {}).get(column) or "") for column in columns)
        for each in respondents
        if each.actor_id is not None
    }
    kept = kept_groups(asked, fewest=service.small_numbers)
    return {
        key: {column: value for column, value in zip(columns, values, strict=True) if value}
        for key, values in kept.items()
    }
