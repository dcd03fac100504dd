"""The blocks that people have made."""

from collections.abc import Iterable
from copy import replace
from datetime import datetime

from ..blocks import Block
from ..codec import decode_block, encode_block
from .database import Database


class BlockTables(Database):
    """Keeps blocks, of pairs and of accounts."""

    def add_block(self, block: Block, at: datetime) -> Block:
        """Keep a block; return it as it is kept."""
        with self._transaction() as connection:
            block_id = connection.execute(
                "INSERT INTO block (scope, feature, kind, ids, show_ids, title, year,"
                " season, number, created_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
                (*encode_block(block), at.timestamp()),
            ).lastrowid
        return replace(block, block_id=block_id, created=at)

    def remove_block(self, block_id: int) -> bool:
        """Let go of a block, and tell whether there was one."""
        with self._transaction() as connection:
            removed = connection.execute(
                "DELETE FROM block WHERE block_id = ?", (block_id,)
            ).rowcount
        return bool(removed)

    def blocks(self, scopes: Iterable[str]) -> list[Block]:
        """Return the blocks of these pairs and accounts, each in order of age."""
        with self._transaction() as connection:
            rows = [
                row
                for scope in dict.fromkeys(scopes)
                for row in connection.execute(
                    "SELECT scope, feature, kind, ids, show_ids, title, year, season,"
                    " number, created_at, block_id FROM block WHERE scope = ?"
                    " ORDER BY block_id",
                    (scope,),
                )
            ]
        return list(map(decode_block, rows))
