"""Barriers of a page: violations that axe finds, and controls that no key reaches."""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.browser import NARROW, WIDE

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SET_DARK_CLASS = """isDark => {
    document.documentElement.classList.toggle('dark', isDark);
    document.getAnimations().filter(animation => animation instanceof CSSTransition).forEach(each => each.finish());
}"""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
CONTROLS = "a[href], button, input, select, textarea, summary, audio[controls], video[controls], [tabindex='0']"
NUMBER_CONTROLS = """selector => {
    const isTabStop = control => {  // of a group of radio buttons Tab reaches one
        const group = [...(control.form?.elements ?? [])].filter(
            other => other.type === 'radio' && other.name === control.name);
        return control.type !== 'radio' || control === (group.find(other => other.checked) ?? group[0]);
    };
    const controls = [...document.querySelectorAll(selector)].filter(control => isTabStop(control) &&
        control.checkVisibility({visibilityProperty: true}) && control.tabIndex >= 0 && !control.disabled);
    controls.forEach((control, number) => control.dataset.control = number);
    window.reachedControls = new Set();
    document.addEventListener('focusin', event => reachedControls.add(event.target.dataset.control));
    document.activeElement.blur();
    window.scrollTo(0, 0);
    return controls.map(control => control.outerHTML.slice(0, 150));
}"""
BUTTONS_OF_PLAYER = 10
"""At most, which Tab reaches one by one and which no element stands for."""
REACHED_CONTROLS = "[...reachedControls].filter(number => number)"
PRESSES_BETWEEN_LOOKS = 10
PAGE_WIDTH = "document.documentElement.scrollWidth"


def find_violations(page: Page) -> dict[str, list[str]]:
    """The violations of WCAG 2.2 AA on the page: by rule, the elements."""
    return _run_axe(page, "tag", STANDARD)


def _run_axe(page: Page, kind: str, names: list[str]) -> dict[str, list[str]]:
    options = {"runOnly": {"type": kind, "values": names}, "resultTypes": ["violations"]}
    results: Any = Axe().run(page, options=options).response
    return {violation["id"]: [node["html"][:200] for node in violation["nodes"]] for violation in results["violations"]}


def find_violations_of_schemes(page: Page) -> dict[str, list[str]]:
    """The same in light, and violations by the colours in dark. The page stays as it is, and is light again."""
    violations = find_violations(page)
    _apply_scheme(page, "dark")
    violations |= {f"dark {rule}": elements for rule, elements in _run_axe(page, "rule", COLOUR_RULES).items()}
    _apply_scheme(page, "light")
    return violations


def _apply_scheme(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Unfold chooses a class when a page is loaded; stylesheets of this project follow the preference as well."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(SET_DARK_CLASS, scheme == "dark")


def check_page(page: Page) -> None:
    """Expect no violations by axe, and a page that fits the width of a phone."""
    page.wait_for_load_state("load")  # an audio player keeps its request open
    violations = find_violations(page)
    assert violations == {}, (page.url, violations)
    page.set_viewport_size(NARROW)
    width = page.evaluate(PAGE_WIDTH)
    page.set_viewport_size(WIDE)
    assert width <= NARROW["width"], page.url


def find_unreached_controls(page: Page) -> list[str]:
    """The visible controls that Tab does not reach from the start of the page."""
    controls = page.evaluate(NUMBER_CONTROLS, CONTROLS)
    player_count = page.locator("audio:visible, video[controls]:visible").count()
    # Scrolled regions are stops of their own, at most one for each control.
    presses = 2 * len(controls) + BUTTONS_OF_PLAYER * (1 + player_count)
    reached: set[str] = set()
    for _ in range(0, presses, PRESSES_BETWEEN_LOOKS):
        for _ in range(PRESSES_BETWEEN_LOOKS):
            page.keyboard.press("Tab")
        reached = set(page.evaluate(REACHED_CONTROLS))
        if len(reached) == len(controls):
            break
    return [control for number, control in enumerate(controls) if str(number) not in reached]
