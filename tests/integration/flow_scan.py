"""Finds in the code what flows show: the keys of errors, and the names of forms."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from custom_components import crosswatch
from custom_components.crosswatch.providers.sign_in import Question, SignInError

FOLDER = Path(crosswatch.__path__[0])


def calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Return all calls of something by its name, in one file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name):
            yield node


def constants(node: ast.AST) -> set[str]:
    """Return all strings in a piece of code."""
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def tables_of_keys(path: Path) -> set[str]:
    """Return the keys in a module's tables, which are named so."""
    return {
        key
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AnnAssign | ast.Assign)
        and isinstance(node.value, ast.Dict)
        and any("KEYS" in name for name in assigned_names(node))
        for value in node.value.values
        for key in constants(value)
    }


def assigned_names(node: ast.AST) -> Iterator[str]:
    """Return the names that a statement assigns to."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def sign_in_errors() -> dict[str, set[str]]:
    """Return the keys of all errors that sign-ins raise, with what stands in them."""
    raised: dict[str, set[str]] = {}
    for path in modules():
        for key in tables_of_keys(path):
            raised.setdefault(key, set())
        for call in calls(path, SignInError.__name__):
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            for key in keys_of(call.args[0], named_in(path)):
                raised.setdefault(key, set()).update(given)
    return raised


@cache
def modules() -> Mapping[Path, ast.Module]:
    """Return the code of all providers."""
    paths = sorted((FOLDER / "providers").rglob("*.py"))
    return {path: ast.parse(path.read_text()) for path in paths}


@cache
def attributes() -> Mapping[str, set[str]]:
    """Return what attributes of classes hold, by their names with a dot before them.

    What two families of servers share is told apart by such attributes.
    """
    found: dict[str, set[str]] = {}
    for module in modules().values():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                for name, held in assigned_in(node.body):
                    found.setdefault(f".{name}", set()).update(held)
    return found


def assigned_in(body: Iterable[ast.stmt]) -> Iterator[tuple[str, set[str]]]:
    """Return the names that are assigned to in a body, with the strings they hold."""
    for node in body:
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
            for name in assigned_names(node):
                yield name, constants(node.value)


def named_in(path: Path) -> dict[str, set[str]]:
    """Return what a module's constants hold, and what its functions return, by name."""
    module = modules()[path]
    named = {**attributes(), **dict(assigned_in(module.body))}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            returned = [
                each.value
                for each in ast.walk(node)
                if isinstance(each, ast.Return) and each.value is not None
            ]
            named[node.name] = set().union(*map(keys_of, returned))
    return named


def keys_of(
    argument: ast.expr, named: Mapping[str, set[str]] | None = None
) -> set[str]:
    """Return the keys that an argument may be: plain, one of several, or by a name."""
    match argument:
        case ast.Constant(value=str(key)):
            return {key}
        case ast.IfExp(body=body, orelse=orelse):
            return keys_of(body, named) | keys_of(orelse, named)
        case ast.BoolOp(values=values):
            return set().union(*(keys_of(value, named) for value in values))
        case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)):
            return (named or {}).get(name, set())
        case ast.Attribute(attr=name):
            return (named or {}).get(f".{name}", set())
    return set()


def steps_of_questions() -> set[str]:
    """Return the names of the further forms that sign-ins ask with."""
    steps: set[str] = set()
    for path in modules():
        for call in calls(path, Question.__name__):
            (step,) = [each.value for each in call.keywords if each.arg == "step"]
            steps |= keys_of(step, named_in(path))
    return steps
