"""What a person may choose for an account."""

from typing import Final

from ..sign_in import FieldKind, FormField

DROPPED: Final = "dropped"
OPTIONS: Final = (FormField(DROPPED, FieldKind.SWITCH, default=False),)
