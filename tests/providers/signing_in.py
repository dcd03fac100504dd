"""What tests of signing in have in common, whatever the service."""

from collections.abc import Awaitable

import pytest

from custom_components.crosswatch.providers.sign_in import SignInError


async def refusal_of(step: Awaitable[object]) -> SignInError:
    """Return the error with which a step of a sign-in ends."""
    with pytest.raises(SignInError) as error:
        await step
    return error.value
