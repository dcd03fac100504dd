"""The errors of JSON-RPC, as Kodi words them."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
BAD_PERMISSION = -32099
FAILED_TO_EXECUTE = -32100

MESSAGES = {
    PARSE_ERROR: "Parse error.",
    INVALID_REQUEST: "Invalid request.",
    METHOD_NOT_FOUND: "Method not found.",
    INVALID_PARAMS: "Invalid params.",
    INTERNAL_ERROR: "Internal error.",
    BAD_PERMISSION: "Bad client permission.",
    FAILED_TO_EXECUTE: "Failed to execute method.",
}


class RpcError(Exception):
    """A call is refused."""

    def __init__(self, code: int, data: dict[str, object] | None = None) -> None:
        """Remember the code, and what more is told."""
        super().__init__(MESSAGES[code])
        self.code = code
        self.data = data

    def as_json(self) -> dict[str, object]:
        """Return the error as it is sent."""
        told: dict[str, object] = {"code": self.code, "message": str(self)}
        if self.data is not None:
            told["data"] = self.data
        return told


def invalid(method: str, name: str, message: str) -> RpcError:
    """Return the error for a parameter that does not fit."""
    stack = {"message": message, "name": name, "type": "object"}
    return RpcError(INVALID_PARAMS, {"method": method, "stack": stack})
