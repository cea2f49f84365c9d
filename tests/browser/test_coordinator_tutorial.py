"""The coordinator's tutorial, followed word by word on the running platform; its pictures are made on the way."""

import re
import zipfile

import pytest
from django.core.management import call_command
from tests.browser.followed import Follower, steps

import coproduce as cp
from coproduce_web import learning
from coproduce_web.models import Service
from coproduce_web.signing_in import first_token

LATER = "## Half a year later"


@pytest.fixture(scope="module")
def tutorial(root):
    """The page in two parts: on an empty platform, and on the demo; each with the number of its first line."""
    text = (root / "docs/tutorials/coordinator.md").read_text(encoding="utf-8")
    empty, _, demo = text.partition(LATER)
    return {"empty": list(steps(empty)), "demo": list(steps(demo)), "text": text}


@pytest.fixture
def follower(site, root):
    """Somebody who does what is written."""
    return Follower(site=site, first=f"/first/{first_token()}", folder=root / "build" / "screenshots")


def test_an_empty_platform_becomes_what_the_page_says(follower, tutorial):
    for step in tutorial["empty"]:
        follower.follow(step)


def test_what_is_taken_away_is_answered_to_the_numbers_of_the_page(follower, tutorial, tmp_path):
    call_command("demo")
    *all_but_one, last = tutorial["demo"]
    for step in all_but_one:
        follower.follow(step)
    with follower.page.expect_download() as taken:
        follower.follow(last)
    assert f"zipfile -e {taken.value.suggested_filename} neighbourhood-care" in tutorial["text"]
    with zipfile.ZipFile(taken.value.path()) as packed:
        packed.extractall(tmp_path / "neighbourhood-care")
    found = cp.run(cp.read_study(tmp_path / "neighbourhood-care"))
    service = Service.objects.get()
    shown = learning.findings_of(learning.latest(service))
    assert [one.id for one in shown.findings] == [one.id for one in found.findings]
    told = [question["column"] for question in service.asked]
    for one in shown.findings:
        again = numbers(found.finding(one.id), but=told)
        assert again
        assert again == pytest.approx(numbers(one, but=told), abs=1e-9)


def numbers(finding, *, but):
    """The numbers of a finding, but those by what people told of themselves, of which too little may leave."""
    return {
        (each.name, each.group): each.value
        for each in finding.estimates
        if not any(column in f"{each.name} {each.group}" for column in but)
    }


def test_the_steps_are_numbered_through_and_every_picture_is_there(root, tutorial):
    numbers = [int(each) for each in re.findall(r"^(\d+)\. ", tutorial["text"], flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    shown = {each.said for each in tutorial["empty"] + tutorial["demo"] if each.does == "picture"}
    kept = {
        file.stem: file.stat().st_size for file in (root / "docs/tutorials/images").glob("coordinator-*.png")
    }
    assert kept.keys() == shown
    assert max(kept.values()) < 200_000
