"""A page that reads itself aloud to whom letters are hard."""

import pytest

from tests.browser import PageFor
from tests.journeys.town import Town
from tests.journeys.walker import Walker, customer_signs_in

pytestmark = pytest.mark.journey

# The browser of the tests has no voice: what it would say is kept.
VOICE = """() => {
  window.said = [];
  speechSynthesis.cancel = () => {};
  speechSynthesis.speak = (one) => window.said.push({ text: one.text, lang: one.lang });
}"""


def test_home_in_large_letters_reads_what_is_owed_and_falls_silent_again(
    town: Town, server: str, page_for: PageFor
) -> None:
    household = town.household("张阿兰", language="zh-hans", elder=True)
    customer = Walker(page_for(390, language="zh-hans", elder=True, address=server), server, "read-aloud")
    customer_signs_in(customer, household, Walker(page_for(390, address=server), server, "read-aloud-public"))
    customer.page.evaluate(VOICE)
    button = customer.page.locator("[data-read-aloud]")
    button.click()
    (said,) = customer.page.evaluate("window.said")
    assert said["lang"] == "zh-CN"
    assert "¥" in said["text"]
    assert "念给我听" not in said["text"], "the button itself is not read"
    assert button.inner_text().strip() == "停止朗读"
    button.click()
    assert button.inner_text().strip() == "把这一页念给我听"
