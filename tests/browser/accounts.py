"""How a person connects an account of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from custom_components.crosswatch.providers.registry import PROVIDERS
from custom_components.crosswatch.providers.sign_in import DeviceCode

from ..contract.stage import Stage
from ..contract.stages.anilist import AniListStage
from ..contract.stages.tautulli import TautulliStage
from .person import Person
from .texts import pattern, text

SEARCH_INTEGRATION: Final = "Search for a brand name"
INTEGRATION: Final = "CrossWatch"


@dataclass(frozen=True, slots=True)
class Way:
    """What is asked besides the first form.

    `form` is that form, where a menu leads to it; `code` is entered elsewhere; a
    `question` is the form that comes after.
    """

    form: str = ""
    code: bool = False
    question: str = ""


WAYS: Final[Mapping[str, Way]] = {
    "anilist": Way(question="anilist_pin"),
    "emby": Way(),
    "jellyfin": Way(),
    "kodi": Way(),
    "mdblist": Way(),
    "plex": Way(form="plex_link", code=True),
    "simkl": Way(code=True),
    "tautulli": Way(question="tautulli_user"),
    "tmdb": Way(code=True),
    "tracker": Way(),
    "trakt": Way(code=True),
}


async def add_integration(person: Person) -> None:
    """Add the integration for the first time, from the list of all there are."""
    await person.presses("Add integration")
    await person.searches(SEARCH_INTEGRATION, INTEGRATION)


async def choose_provider(person: Person, slug: str) -> None:
    """Say where the account is."""
    await person.sees(text("config.step.user.title"))
    await person.presses(PROVIDERS[slug].name, "radio")
    await person.presses("Submit")


async def sign_in(person: Person, stage: Stage) -> None:
    """Answer all that is asked."""
    slug = stage.spec.slug
    way = WAYS[slug]
    if way.form:
        await person.picks(text(f"config.step.{slug}.menu_options.{way.form}"))
    await fill_in(person, slug, texts_of(stage.answers(right=True)))
    if way.code:
        await enter_code(person, stage)
    if way.question:
        await answer(person, stage, way.question)


async def fill_in(person: Person, form: str, answers: Mapping[str, str]) -> None:
    """Fill the fields of a form in, and submit it."""
    for name, value in answers.items():
        await person.types(text(f"config.step.{form}.data.{name}"), value)
    if answers:
        await person.presses("Submit")


async def enter_code(person: Person, stage: Stage) -> None:
    """Open the page that is named, elsewhere, and enter the code that is shown."""
    shown = await person.sees(pattern(f"config.progress.{stage.spec.slug}"))
    code = shown.locator("strong")
    url = await shown.get_by_role("link").first.get_attribute("href")
    stage.enter(
        DeviceCode(
            code=await code.inner_text() if await code.count() else "",
            url=url or "",
            secret="",
            expires_in=0,
            interval=0,
        )
    )


async def answer(person: Person, stage: Stage, form: str) -> None:
    """Answer a further form."""
    await person.sees(text(f"config.step.{form}.title"))
    match stage:
        case TautulliStage():
            await person.presses(stage.user.username, "radio")
            await person.presses("Submit")
        case AniListStage():
            await fill_in(person, form, {"pin": stage.service.show_pin()})
        case _:
            raise AssertionError(form)


def texts_of(answers: Mapping[str, str | bool]) -> Mapping[str, str]:
    """Return what is typed; switches stay as they are."""
    return {name: value for name, value in answers.items() if isinstance(value, str)}
