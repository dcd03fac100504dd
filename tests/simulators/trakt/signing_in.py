"""The OAuth endpoints."""

from .wire import Answer, Call


def device_code(call: Call) -> Answer:
    """POST /oauth/device/code."""
    return Answer(call.service.oauth.request_code(call.body.get("client_id")))


def device_token(call: Call) -> Answer:
    """POST /oauth/device/token."""
    body = call.body
    return Answer(
        call.service.oauth.poll(
            body.get("code"), body.get("client_id"), body.get("client_secret")
        )
    )


def token(call: Call) -> Answer:
    """POST /oauth/token."""
    return Answer(call.service.oauth.refresh(call.body))


def revoke(call: Call) -> Answer:
    """POST /oauth/revoke."""
    call.service.oauth.revoke(call.body)
    return Answer()
