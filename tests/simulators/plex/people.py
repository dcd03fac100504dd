"""The people who have an account at the simulated cloud."""

from dataclasses import dataclass, field
from hashlib import md5

FIRST_ID = 1_000_001


def digest(text: str) -> str:
    """Return 32 hexadecimal digits that belong to a text."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True, eq=False)
class Account:
    """A person; `tokens` says which client each valid account token belongs to.

    Who is in a home has its `admin`; the admin of a home has itself there. A managed
    user is `restricted` and has neither a user name nor an address.
    """

    id: int
    title: str
    username: str = ""
    email: str = ""
    pin: str | None = None
    restricted: bool = False
    guest: bool = False
    plex_pass: bool = True
    admin: Account | None = None
    friends: list[Account] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    tokens_made: int = 0

    @property
    def uuid(self) -> str:
        """Return the other id of the account."""
        return digest(f"account:{self.id}")[:16]

    @property
    def thumb(self) -> str:
        """Return the address of the avatar."""
        return f"https://plex.tv/users/{self.uuid}/avatar?c=1700000000"

    @property
    def in_home(self) -> bool:
        """Return whether the account belongs to a home."""
        return self.admin is not None

    @property
    def is_home_admin(self) -> bool:
        """Return whether the account runs a home."""
        return self.admin is self

    def token_for(self, client: str) -> str:
        """Return the token of a client, made when it is needed first."""
        for token, owner in self.tokens.items():
            if owner == client:
                return token
        # Counted, so that a token that was ended does not come back.
        self.tokens_made += 1
        token = digest(f"token:{self.id}:{client}:{self.tokens_made}")[:20]
        self.tokens[token] = client
        return token


def make_account(name: str, number: int = FIRST_ID) -> Account:
    """Return an ordinary account with a user name and an address."""
    return Account(number, name, name.lower(), f"{name.lower()}@example.com")
