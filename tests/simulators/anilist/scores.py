"""Scores, which are kept out of 100 and told in the format of whoever asks."""

from math import ceil

STARS = (10, 30, 50, 70, 90)
FACES = (35, 60, 85)


def told(raw: float, form: str) -> float:
    """Return a score in a format; 0 is none in each of them."""
    match form:
        case "POINT_100":
            return round(raw)
        case "POINT_10_DECIMAL":
            return round(raw / 10, 1)
        case "POINT_10":
            return round(raw / 10)
        case "POINT_5":
            return ceil(raw / 20)
    return 0 if not raw else 1 + sum(raw > face for face in FACES[:-1])


def kept(score: float, form: str) -> float:
    """Return what a score in a format is out of 100."""
    match form:
        case "POINT_100":
            return round(score)
        case "POINT_10_DECIMAL":
            return round(score * 10)
        case "POINT_10":
            return round(score) * 10
        case "POINT_5":
            return STARS[round(score) - 1] if score else 0
    return FACES[round(score) - 1] if score else 0
