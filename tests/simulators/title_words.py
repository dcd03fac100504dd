"""Words from which believable titles are made."""


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text."""
    return tuple(text.split())


ADJECTIVES = words(
    "Silent Crimson Broken Golden Hidden Last Frozen Burning Endless Distant "
    "Forgotten Quiet Bitter Electric Hollow Scarlet Midnight Pale Restless Savage "
    "Secret Sudden Velvet Wicked Winter Wandering Brave Careless Clever Darling "
    "Eager Faithful Gentle Honest Iron Jealous Kind Lonely Modern Narrow Old "
    "Perfect Quick Rusty Simple Tender Upper Vanishing Wild Young"
)

NOUNS = words(
    "Harbour Garden Witness Signal Mirror Orchard Bridge Letter Kingdom River "
    "Lantern Stranger Voyage Promise Shadow Summer Station Painter Island Engine "
    "Horizon Clockmaker Detective Daughter Garrison Highway Inheritance Jury "
    "Kitchen Lighthouse Mountain Neighbour Observatory Passenger Quarry Railway "
    "Sailor Thief Umbrella Village Wedding Archive Border Cathedral Dancer Echo "
    "Festival Ghost Hunter Interview Journey Keeper Librarian Messenger Notebook "
    "Oath Pilot Question Rain Season Tower Uncle Valley Widow Year"
)

PLACES = words(
    "Lisbon Tromsø Kyoto Marseille Odesa Bogotá Reykjavík Kraków Zürich Malmö "
    "Valparaíso Tbilisi Naples Galway Antwerp Québec Hanoi Salamanca Plzeň İzmir"
)

FOREIGN = (
    "Über den {place}er Dächern",
    "L'été à {place}",
    "El último tren a {place}",
    "Żegnaj, {place}",
    "{place}でさようなら",
    "Сказки города {place}",
    "Der Himmel über {place}",
    "Ça c'est {place} !",
)

PATTERNS = (
    "The {adjective} {noun}",
    "{adjective} {noun}",
    "The {noun} of {place}",
    "{noun} & {other}",
    "{a_noun} in {place}",
    "{adjective}: {noun} of {place}",
)

EPISODE_TITLES = (
    "Pilot",
    "The {adjective} {noun}",
    "{noun}",
    "{adjective}",
    "{a_noun} for {place}",
    "The {noun} and the {other}",
    "Goodbye, {place}",
)
