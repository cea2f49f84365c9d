"""Every round of equal shares as data: who could pay what, and what became of the other projects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from coproduce.methods.budgeting.market import Market, Pick, Scene
from coproduce.methods.budgeting.outcome import Loss, Round, Share, Tie
from coproduce.methods.budgeting.purses import Purses


@dataclass(slots=True, kw_only=True)
class _Fate:
    """What became of the supporters' money of a project that is not bought."""

    money: Fraction
    round_number: int | None = None
    spent: dict[int, Fraction] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Told:
    """The rounds of a count, and the fate of each project that was not bought, by its place."""

    rounds: list[Round] = field(default_factory=list)
    fates: dict[int, _Fate] = field(default_factory=dict)

    def losses(self, scene: Scene) -> Mapping[int, Loss]:
        """Why each of those projects was not bought."""
        return {place: _loss(scene, place, fate=fate) for place, fate in self.fates.items()}

    def ties(self, scene: Scene) -> tuple[Tie, ...]:
        """The rounds in which more than one project had the lowest price."""
        return tuple(_tie(scene, each) for each in self.rounds if each.ties)


def explained(scene: Scene, share: Fraction) -> Told:
    """Count again where each voter starts with a share, and note what happens in each round."""
    market, told = Market(scene, share=share), Told()
    for place, supporters in scene.supporters.items():
        fate = _Fate(money=market.purses.money(supporters))
        told.fates[place] = fate
        if fate.money < supporters.cost:
            fate.round_number = 0
    while (pick := market.cheapest()) is not None:
        number, before = len(told.rounds) + 1, told.fates.pop(pick.place).money
        paid = _paid(scene, pick, purses=market.purses)
        market.buy(pick)
        lost = _follow(scene, market, told=told, pick=pick, number=number)
        after = market.purses.money(scene.supporters[pick.place])
        told.rounds.append(_round(scene, pick, number=number, paid=paid, money=(before, after), lost=lost))
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """What the supporters of a project pay for it."""

    in_full: tuple[Share, ...]
    short: int
    short_paid: Fraction


def _paid(scene: Scene, pick: Pick, *, purses: Purses) -> _Paid:
    """Who can pay the whole price for their utility, and who pays all that they have."""
    full: dict[int, int] = {}
    short, short_paid = 0, Fraction(0)
    for holding in purses.held(scene.supporters[pick.place]):
        has = Fraction(holding.amount, purses.scale)
        if has >= pick.price * holding.utility:
            full[holding.utility] = full.get(holding.utility, 0) + holding.voters
        else:
            short += holding.voters
            short_paid += has * holding.voters
    in_full = tuple(
        Share(
            points=Fraction(1) if scene.utility == "cost" else Fraction(utility, scene.utility_unit),
            voters=voters,
            each=pick.price * utility / scene.money_unit,
        )
        for utility, voters in sorted(full.items())
    )
    return _Paid(in_full=in_full, short=short, short_paid=short_paid / scene.money_unit)


def _follow(scene: Scene, market: Market, *, told: Told, pick: Pick, number: int) -> tuple[str, ...]:
    """Note what the purchase took from the supporters of the others; the projects that they can no longer pay."""
    lost = []
    for place, fate in told.fates.items():
        if fate.round_number is not None:
            continue
        supporters = scene.supporters[place]
        money = market.purses.money(supporters)
        if money != fate.money:
            fate.spent[pick.place] = fate.money - money
            fate.money = money
        if money < supporters.cost:
            fate.round_number = number
            lost.append(scene.election.projects[place])
    return tuple(lost)


def _round(
    scene: Scene,
    pick: Pick,
    *,
    number: int,
    paid: _Paid,
    money: tuple[Fraction, Fraction],
    lost: tuple[str, ...],
) -> Round:
    election = scene.election
    names = tuple(election.projects[place] for place in pick.level)
    return Round(
        number=number,
        project=election.projects[pick.place],
        cost=election.costs[pick.place],
        supporters=paid.short + sum(share.voters for share in paid.in_full),
        price=scene.price(pick.price),
        most=max(share.each for share in paid.in_full),
        in_full=paid.in_full,
        short=paid.short,
        short_paid=paid.short_paid,
        money_before=money[0] / scene.money_unit,
        money_after=money[1] / scene.money_unit,
        ties=names if len(names) > 1 else (),
        unaffordable=lost,
    )


def _loss(scene: Scene, place: int, *, fate: _Fate) -> Loss:
    election = scene.election
    money = fate.money / scene.money_unit
    spent = sorted(fate.spent.items(), key=lambda item: (-item[1], item[0]))
    return Loss(
        project=election.projects[place],
        cost=election.costs[place],
        supporters=int(scene.supporters[place].voters.sum()),
        reason="supporters_money",
        round_number=fate.round_number,
        money=money,
        missing=election.costs[place] - money,
        spent=tuple((election.projects[other], amount / scene.money_unit) for other, amount in spent),
    )


def _tie(scene: Scene, each: Round) -> Tie:
    names = scene.election.projects
    first, second = (names.index(project) for project in each.ties[:2])
    if scene.election.costs[first] != scene.election.costs[second]:
        by: Literal["cost", "votes", "order"] = "cost"
    else:
        by = "votes" if scene.votes[first] != scene.votes[second] else "order"
    return Tie(projects=each.ties, by=by, round_number=each.number)
