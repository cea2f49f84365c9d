"""What is designed in the small world: two versions of the blueprint, one of them being drawn, and an idea."""

from coproduce_web.actions import designing


def blueprint(world):
    """A version that everyone sees, with a step of each lane."""
    by = world.by("professional")
    version = designing.draw_version(by=by, initiative=world.initiative)
    for lane, title in (("citizens", "Ask"), ("organisation", "Listen"), ("backstage", "Plan the rounds")):
        designing.add_step(by=by, blueprint=version, lane=lane, title=title)
    return designing.show_version(by=by, blueprint=version, note="The first one")


def design(world):
    """A shown version, the next one being drawn, and a citizen's idea with a first version to try."""
    shown = blueprint(world)
    drawn = designing.draw_version(by=world.by("professional"), initiative=world.initiative)
    idea = designing.share_idea(by=world.by("citizen"), initiative=world.initiative, title="Visits at night")
    prototype = designing.make_prototype(by=world.by("citizen"), idea=idea, title="One night")
    return {
        "version": shown.version,
        "before": shown.version,
        "after": shown.version,
        "step": drawn.steps.get(lane="citizens").pk,
        "idea": idea.pk,
        "prototype": prototype.pk,
    }
