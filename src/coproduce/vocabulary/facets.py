"""The facets of a contribution: the primitives that every definition and typology is worked out from."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One simple property of a contribution.

    Parameters
    ----------
    name
        Its key, in columns, options and rules.
    meaning
        What it asks, in plain words.
    meanings
        Each value with its meaning.
    several
        Whether an initiative may have several values of it at once.
    """

    name: str
    meaning: str
    meanings: Mapping[str, str]
    several: bool = True

    @property
    def values(self) -> tuple[str, ...]:
        """The values, in order."""
        return tuple(self.meanings)


FACETS: Mapping[str, Facet] = {
    facet.name: facet
    for facet in (
        Facet(
            name="phase",
            meaning="the part of the service cycle that it goes into",
            meanings={
                "commission": "deciding what is to be provided, and with what means",
                "design": "shaping a service before it is delivered",
                "deliver": "making the service happen",
                "assess": "judging what the service does",
            },
        ),
        Facet(
            name="activity",
            meaning="what is done within the phase",
            meanings={
                "prioritise": "commission: choosing what matters most",
                "finance": "commission: raising or sharing out the money",
                "plan": "commission: working out what will be provided, where and when",
                "ideate": "design: finding ideas",
                "prototype": "design: making and trying a first version",
                "customise": "design: fitting a service to one person or place",
                "perform": "deliver: doing the work of the service",
                "manage": "deliver: running the service",
                "monitor": "assess: watching while it goes on",
                "evaluate": "assess: judging what came of it",
            },
        ),
        Facet(
            name="level",
            meaning="who takes part and who benefits",
            meanings={
                "individual": "one person, for that person's own benefit",
                "group": "several people together, for those who take part or are alike",
                "collective": "benefits open to the whole community",
            },
        ),
        Facet(
            name="capacity",
            meaning="as what the giver gives",
            meanings={
                "user": "someone who uses the service",
                "carer": "a relative or friend who looks after a user",
                "volunteer": "someone who helps without using the service",
                "community_member": "someone who lives in the place that is served",
                "self_organised_group": "a group that citizens formed themselves",
            },
        ),
        Facet(
            name="beneficiary",
            meaning="whom it is for",
            meanings={
                "self": "the giver, or the one whom the giver cares for",
                "similar_others": "people in a like situation",
                "community": "everyone in the community",
            },
        ),
        Facet(
            name="obligation",
            meaning="whether the giver could have left it",
            meanings={
                "inherent": "there is no service without it",
                "voluntary": "given freely",
                "compelled": "there is a sanction behind it",
            },
        ),
        Facet(
            name="form",
            meaning="whether it is said or done",
            meanings={
                "voice": "information, opinion or decision",
                "action": "work, behaviour or resources",
            },
        ),
        Facet(
            name="input",
            meaning="what is put in",
            meanings={
                "time": "hours of work or presence",
                "knowledge": "experience, skills or information",
                "money": "money",
                "assets": "rooms, tools or other things",
                "behaviour": "a change in what the giver does",
            },
        ),
        Facet(
            name="task",
            meaning="how near it is to the organisation's primary task",
            meanings={
                "core": "part of the primary task",
                "complementary": "beside the primary task",
            },
        ),
        Facet(
            name="planned_by",
            meaning="who plans and designs the service",
            meanings={
                "professionals": "professionals alone",
                "both": "professionals and citizens together",
                "citizens": "citizens alone",
            },
            several=False,
        ),
        Facet(
            name="delivered_by",
            meaning="who delivers the service",
            meanings={
                "professionals": "professionals alone",
                "both": "professionals and citizens together",
                "citizens": "citizens alone",
            },
            several=False,
        ),
        Facet(
            name="initiated_by",
            meaning="who started it",
            meanings={
                "organisation": "the organisation asked or invited",
                "citizens": "citizens began it",
            },
            several=False,
        ),
        Facet(
            name="scope",
            meaning="how far it reaches",
            meanings={
                "own_service": "the giver's own service",
                "service_system": "services at large",
            },
        ),
        Facet(
            name="relation",
            meaning="what it does to professional input (estimated, never assumed)",
            meanings={
                "substitute": "it takes the place of professional input",
                "complement": "it makes professional input worth more",
                "unknown": "nobody has estimated it",
            },
            several=False,
        ),
    )
}
"""Every facet by its name, in the order in which people think of them."""

ACTIVITIES: Mapping[str, tuple[str, ...]] = {
    phase: tuple(
        activity
        for activity, meaning in FACETS["activity"].meanings.items()
        if meaning.startswith(f"{phase}:")
    )
    for phase in FACETS["phase"].values
}
"""The activities of each phase."""

PHASE_OF: Mapping[str, str] = {activity: phase for phase, found in ACTIVITIES.items() for activity in found}
"""The phase of each activity."""

Facets = Mapping[str, str | Collection[str] | None]
"""What is known of a contribution: each facet's value; several values of an initiative; None where it is not known."""

Known = Mapping[str, tuple[str, ...]]
"""The same, tidied: only what is known, always as a tuple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetFault:
    """Something in a description that no contribution can have: which facet, what was found, what would be right."""

    facet: str
    found: str
    wanted: str
    nearest: str | None = None


def check_facets(facets: Facets, *, several: bool = True) -> tuple[FacetFault, ...]:
    """Find everything that is wrong with a description, all at once.

    Parameters
    ----------
    facets
        Facet -> value, values, or None.
    several
        Whether a facet may have several values, as an initiative's may and a single contribution's may not.

    Returns
    -------
    tuple of FacetFault
        Empty where the description is in order.

    Examples
    --------
    >>> for fault in check_facets(
    ...     {"fase": "deliver", "form": "voise", "phase": "deliver", "activity": "plan"}
    ... ):
    ...     print(fault.facet, "-", fault.found, "-", fault.nearest)
    fase - fase - phase
    form - voise - voice
    activity - plan - None
    """
    unknown = [
        FacetFault(
            facet=name,
            found=name,
            wanted="one of the facets: " + ", ".join(FACETS),
            nearest=near(name, FACETS),
        )
        for name in facets
        if name not in FACETS
    ]
    found = {name: values for name, values in _listed(facets).items() if name in FACETS}
    wrong = [
        fault
        for name, values in found.items()
        for fault in (*_values(FACETS[name], values), *_number(FACETS[name], values, several=several))
    ]
    return (*unknown, *wrong, *_strangers(found))


def _listed(facets: Facets) -> dict[str, tuple[str, ...]]:
    return {
        name: (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
        for name, value in facets.items()
        if value
    }


def _values(facet: Facet, values: Iterable[str]) -> Iterable[FacetFault]:
    for value in values:
        if value not in facet.values:
            wanted = "one of " + ", ".join(facet.values)
            yield FacetFault(facet=facet.name, found=value, wanted=wanted, nearest=near(value, facet.values))


def _number(facet: Facet, values: tuple[str, ...], *, several: bool) -> Iterable[FacetFault]:
    if len(values) > 1 and not (several and facet.several):
        yield FacetFault(facet=facet.name, found=", ".join(values), wanted="one value")


def _strangers(found: Known) -> Iterable[FacetFault]:
    """Activities that belong to none of the phases that are given."""
    phases = [phase for phase in found.get("phase", ()) if phase in ACTIVITIES]
    for activity in found.get("activity", ()):
        if phases and activity in PHASE_OF and PHASE_OF[activity] not in phases:
            mine = ", ".join(of for phase in phases for of in ACTIVITIES[phase])
            wanted = (
                f"an activity of {' or '.join(phases)} ({mine}); {activity} belongs to {PHASE_OF[activity]}"
            )
            yield FacetFault(facet="activity", found=activity, wanted=wanted)


def tidied(facets: Facets) -> dict[str, tuple[str, ...]]:
    """What is known, as tuples, with the phase that a known activity implies.

    Examples
    --------
    >>> tidied({"activity": "perform", "level": None})
    {'activity': ('perform',), 'phase': ('deliver',)}
    """
    known = _listed(facets)
    if "activity" in known and "phase" not in known:
        known["phase"] = tuple(dict.fromkeys(PHASE_OF[activity] for activity in known["activity"]))
    return known


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that is nearest, or None where nothing is near."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return close[0] if close else None
