"""Contracts for import-linter that know folders, not lists of modules.

A new module, or a whole new provider, is under them without being named anywhere.
"""

import sys
from typing import Any, override

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

type Imports = list[tuple[str, str]]


def _within(module: str, package: str) -> bool:
    """Return whether a module is a package or lies in it."""
    return module == package or module.startswith(f"{package}.")


def _check(unwanted: Imports) -> ContractCheck:
    """Return what came of a contract that found these imports."""
    return ContractCheck(kept=not unwanted, metadata={"unwanted": sorted(unwanted)})


def _render(check: ContractCheck) -> None:
    """Print each import that broke a contract."""
    for importer, imported in check.metadata["unwanted"]:
        output.print_error(f"- {importer} imports {imported}", bold=False)


class ConfinedContract(Contract):
    """A package imports only itself, the standard library and what is listed."""

    package: Any = fields.StringField()
    may_import: Any = fields.ListField(subfield=fields.StringField())

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at every import of the package's modules."""
        allowed = {self.package, *self.may_import, *sys.stdlib_module_names}
        return _check(
            [
                (importer, imported)
                for importer in graph.modules
                if _within(importer, self.package)
                for imported in graph.find_modules_directly_imported_by(importer)
                if not any(_within(imported, package) for package in allowed)
            ]
        )

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that lead out of the package."""
        _render(check)


class SoleImporterContract(Contract):
    """What a module imports from the packages beside it, nobody else imports.

    So the registry is the one place that names providers, while a base that some of them
    share stays free for them.
    """

    importer: Any = fields.StringField()

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at who else imports what the importer does."""
        if self.importer not in graph.modules:
            return _check([])
        folder = self.importer.rpartition(".")[0]
        named = {
            package
            for imported in graph.find_modules_directly_imported_by(self.importer)
            for package in graph.find_children(folder)
            if _within(imported, package) and graph.find_children(package)
        }
        return _check(
            [
                (outsider, module)
                for package in named
                for module in (package, *graph.find_descendants(package))
                for outsider in graph.find_modules_that_directly_import(module)
                if outsider != self.importer and not _within(outsider, package)
            ]
        )

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that only one module may have."""
        _render(check)
