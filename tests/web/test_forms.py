"""How forms are drawn."""

import pytest

from coproduce_web.forms.commissioning import ProposalForm
from coproduce_web.forms.deliver import RoleForm
from coproduce_web.forms.designing import StepForm


@pytest.mark.parametrize("form", [ProposalForm, StepForm])
def test_what_must_be_chosen_does_not_offer_nothing(form):
    assert "---" not in str(form())


def test_what_may_be_left_open_offers_that(db):
    assert 'type="radio" name="side" value=""' in str(RoleForm())
