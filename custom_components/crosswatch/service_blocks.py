"""Actions that keep items from being synced, let go of them, and list them."""

from collections.abc import Iterable
from copy import replace
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .blocking import add_blocks, blocks_of, reconsider, remove_blocks, same_item
from .const import DOMAIN
from .engine.blocks import Block
from .engine.model import Feature
from .service_fields import ATTR_BLOCK_ID, ATTR_FEATURE
from .service_items import block_of, way_of
from .service_targets import Scope, check_features, scope_of, scopes_of, settings_of
from .state_access import open_state


async def async_block(call: ServiceCall) -> ServiceResponse:
    """Keep an item from being synced by a pair, or written to an account."""
    scope = scope_of(call.hass, call.data[ATTR_DEVICE_ID])
    named = block_of(call.data, scope.scope_id)
    features = call.data.get(ATTR_FEATURE, [None])
    _check_features(scope, {feature for feature in features if feature})
    wanted = [replace(named, feature=feature) for feature in dict.fromkeys(features)]
    async with open_state(call.hass) as store:
        blocks, added = await call.hass.async_add_executor_job(
            add_blocks, store, wanted, dt_util.utcnow()
        )
    return {"blocks": [_as_dict(block, scope) for block in blocks], "added": added}


async def async_unblock(call: ServiceCall) -> ServiceResponse:
    """Let go of blocks, and let a pair take up an item again."""
    scope = scope_of(call.hass, call.data[ATTR_DEVICE_ID])
    features = frozenset(call.data.get(ATTR_FEATURE, ()))
    named = None
    if way_of(call.data, ATTR_BLOCK_ID) != ATTR_BLOCK_ID:
        named = block_of(call.data, scope.scope_id)
    settings = settings_of(scope.entry, scope.pair) if scope.pair else None
    in_thread = call.hass.async_add_executor_job
    async with open_state(call.hass) as store:
        blocks = await in_thread(blocks_of, store, scope.scope_id, features)
        if named is not None:
            blocks = [block for block in blocks if same_item(block, named)]
        else:
            blocks = [_numbered(blocks, call.data[ATTR_BLOCK_ID], scope)]
            # Nothing is to be taken up again where the block did not hold.
            features = features or frozenset(filter(None, [blocks[0].feature]))
        removed = await in_thread(
            remove_blocks, store, blocks, features, dt_util.utcnow()
        )
        reconsidered = 0
        if settings is not None:
            reconsidered = await in_thread(
                reconsider,
                store,
                scope.scope_id,
                (scope.entry.entry_id, settings.target),
                [*blocks, named] if named else blocks,
                features or settings.features,
            )
    return {"removed": removed, "reconsidered": reconsidered}


async def async_list_blocks(call: ServiceCall) -> ServiceResponse:
    """Return the blocks of pairs and accounts."""
    scopes = {scope.scope_id: scope for scope in scopes_of(call)}
    if not scopes:
        # Without an account there is no state, and none is made for this.
        return {"blocks": []}
    async with open_state(call.hass) as store:
        blocks = await call.hass.async_add_executor_job(store.blocks, scopes)
    return {"blocks": [_as_dict(block, scopes[block.scope]) for block in blocks]}


def _numbered(blocks: Iterable[Block], block_id: int, scope: Scope) -> Block:
    """Return the block of this number."""
    for block in blocks:
        if block.block_id == block_id:
            return block
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_such_block",
        translation_placeholders={"block_id": str(block_id), "name": scope.name},
    )


def _check_features(scope: Scope, features: Iterable[Feature]) -> None:
    """Raise an error for features that a pair is not set to sync."""
    if scope.pair is not None and (wanted := frozenset(features)):
        check_features(scope.pair, settings_of(scope.entry, scope.pair), wanted)


def _as_dict(block: Block, scope: Scope) -> JsonObjectType:
    """Return a block in the shape that actions answer with."""
    return {
        "block_id": block.block_id,
        "scope": "pair" if scope.pair else "account",
        "name": scope.name,
        "feature": block.feature.value if block.feature else None,
        "kind": block.kind.value if block.kind else None,
        "ids": dict[str, Any](block.ids or block.show_ids),
        "title": block.title or None,
        "year": block.year,
        "season": block.season,
        "episode": block.number,
        "created": block.created.isoformat() if block.created else None,
    }
