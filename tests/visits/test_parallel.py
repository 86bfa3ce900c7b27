"""Wrong codes at the same moment, with real commits and a connection for each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from koumen.audit.models import Fact
from koumen.visits.models import Alert, Visit
from koumen.visits.rules.outcomes import CodeResult
from tests.visits.stories import Story, a_visit

pytestmark = pytest.mark.usefixtures("committed")


def _try(story: Story, code: str) -> CodeResult:
    try:
        return story.says(code)
    finally:
        connection.close()


def test_twenty_parallel_wrong_codes_never_give_a_fourth_try(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    wrong = story.wrong_code()
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: _try(story, wrong), range(20)))
    assert results.count(CodeResult.WRONG) == 2
    assert results.count(CodeResult.LOCKED) == 18
    assert Visit.objects.get(id=story.visit_id).code_tries == 3
    counted = Fact.objects.filter(subject_id=story.visit_id, kind__in=["CodeRefused", "CodeLocked"])
    assert counted.count() == 3
    assert Alert.objects.filter(visit_id=story.visit_id).count() == 1


def test_a_right_code_among_twenty_opens_once_or_is_locked_out(at: datetime) -> None:
    story = a_visit(at).proven()
    story.agrees()
    code, wrong = story.code(), story.wrong_code()
    said = [wrong, code, *[wrong] * 18]
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda typed: _safely(story, typed), said))
    assert results.count("right") <= 1
    assert Visit.objects.get(id=story.visit_id).code_tries <= 3


def _safely(story: Story, code: str) -> str:
    from koumen.kit.errors import Conflict

    try:
        return _try(story, code)
    except Conflict as refused:
        return refused.code
