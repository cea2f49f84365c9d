"""A tutorial as steps that a browser follows: pressed is what stands in bold, typed what stands as code, seen the rest.

Only numbered steps and pictures are followed; whatever else a page says is for its reader alone. In a step, in the
order of its words: **bold** is a button or link to press, *italics* is what stands on the page, and *italics*: `code`
is a field and what is typed or chosen in it. A few plain phrases (`PHRASES`) change the window or follow a link that
is only shown.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

PHRASES = {
    "the link that the terminal shows": "first",
    "the link that is shown": "shown",
    "in your own window": "own",
    "in the private window": "private",
    "take the first": "among",
}
TOKEN = re.compile(
    r"!\[[^\]]*\]\(images/(?P<picture>[\w-]+)\.png\)"
    r"|\*\*(?P<press>[^*]+)\*\*"
    r"|\*(?P<field>[^*]+)\*: `(?P<typed>[^`]+)`"
    r"|\*(?P<seen>[^*]+)\*"
    r"|(?P<phrase>" + "|".join(PHRASES) + ")",
    flags=re.IGNORECASE,
)
DAYS = {"today": 0, "tomorrow": 1}
YOU = "your pseudonym"


@dataclass
class Step:
    """One thing to do: a kind and its words; where it stands in the page."""

    does: str
    said: str
    typed: str = ""
    line: int = 0


def steps(text):
    """Everything that a tutorial has its reader do, in its order."""
    for number, line in _followed(text):
        for found in TOKEN.finditer(line):
            yield _step(found, line=number)


def _followed(text):
    """Its numbered steps, with the lines that belong to them, and its pictures."""
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        within = (
            bool(re.match(r"\d+\. ", line)) or (within and line.startswith("   ")) or line.startswith("![")
        )
        if within:
            yield number, line


def _step(found, *, line):
    kind = found.lastgroup
    if kind == "typed":
        return Step(does="type", said=found["field"], typed=found["typed"], line=line)
    if kind == "phrase":
        return Step(does=PHRASES[found["phrase"].lower()], said=found["phrase"], line=line)
    return Step(does=kind, said=found[kind], line=line)


class Follower:
    """Follows steps in windows of a browser: one's own and a private one."""

    def __init__(self, *, site, first, folder):
        self.site = site
        self.first = first
        self.folder = folder
        self.windows = {}
        self.among_several = False
        self.page = self.window("own")

    def window(self, name):
        """The window of that name, opened when it is first wanted."""
        if name not in self.windows:
            self.windows[name] = self.site.open("/", viewport={"width": 1000, "height": 1080})
            self.windows[name].set_default_timeout(5_000)
        return self.windows[name]

    def follow(self, step):
        """Do one step; what cannot be done says where the tutorial and the platform differ."""
        act = getattr(self, f"_{step.does}", None)
        try:
            if step.does in {"own", "private"}:
                self.page = self.window(step.does)
            else:
                act(step)
        except Exception as error:
            seen = self.page.locator("body").inner_text()
            raise AssertionError(f"line {step.line}: {step}\n{error}\non {self.page.url}:\n{seen}") from error

    def _first(self, _step):
        self.page.goto(self.site.address + self.first)

    def _shown(self, _step):
        shown = self.page.locator("main .co-secret").first.inner_text().strip()
        self.page.goto(shown)

    def _among(self, _step):
        self.among_several = True

    def _press(self, step):
        named = {"name": step.said, "exact": True}
        begins = {"name": re.compile(f"^{re.escape(step.said)}")}
        main, body = self.page.locator("main"), self.page.locator("body")
        for found in (
            main.get_by_role("button", **named).or_(main.get_by_role("link", **named)),
            body.get_by_role("button", **named).or_(body.get_by_role("link", **named)),
            main.get_by_role("link", **begins),  # a day or a number may follow
        ):
            if found.count():
                self._only_one(found, said=step.said)
                self.among_several = False
                found.first.click()
                self.page.wait_for_load_state()
                return
        raise AssertionError(f"no button and no link is called “{step.said}”")

    def _only_one(self, found, *, said):
        """Nobody is left to guess which is meant."""
        places = {each.get_attribute("href") for each in found.all()}
        assert self.among_several or len(places) < 2, f"“{said}” leads to {places}: which is meant?"

    def _seen(self, step):
        self.page.get_by_text(step.said).locator("visible=true").first.wait_for()

    def _type(self, step):
        typed = step.typed
        if typed in DAYS:
            typed = (timezone.localdate() + timedelta(days=DAYS[typed])).isoformat()
        elif typed == YOU:
            typed = self.windows["own"].locator(".co-header__link").nth(1).inner_text()
        called = re.compile(rf"^\s*{re.escape(step.said)}( \(optional\))?\s*$")
        field = self.page.get_by_label(called)
        if not field.count():
            group = self.page.get_by_role("group", name=called)
            group.get_by_label(re.compile(rf"^{re.escape(typed)}\b")).first.check()
        elif field.first.evaluate("(each) => each.tagName") == "SELECT":
            field.first.select_option(label=typed)
        else:
            field.first.fill(typed)

    def _picture(self, step):
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.screenshot(path=self.folder / f"{step.said}.png")
