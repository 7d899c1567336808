# SPDX-License-Identifier: Apache-2.0
"""The content of a saved run: the measurements, the contenders and the machine."""

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

OURS = "loss-server"


@dataclass(frozen=True)
class Row:
    """One quantity in one case: for each contender, one value per round.

    `unit` is one that `table.text` can format.
    """

    section: str
    case: str
    quantity: str
    unit: str
    values: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.values[name])

    def ratio(self, name: str) -> float | None:
        """The median ratio to ours, paired within rounds, because a round shares its noise."""
        ours, theirs = self.values.get(OURS), self.values[name]
        if not ours or name == OURS or len(ours) != len(theirs) or not all(ours):
            return None
        return statistics.median(their / our for their, our in zip(theirs, ours))

    def spread(self, name: str) -> float:
        """The range of the values relative to their median."""
        values, median = self.values[name], self.median(name)
        return (max(values) - min(values)) / median if median else 0


@dataclass
class Run:
    """The rows of a run, with notes, skipped parts and failures."""

    machine: dict[str, str]
    versions: dict[str, str]
    command: str
    date: str
    rounds: int
    rows: list[Row] = field(default_factory=list)
    notes: list[list[str]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, section: str, sentence: str) -> None:
        """Adds a remark about a section, or about the whole run if the name is empty."""
        self.notes.append([section, sentence])

    def skip(self, what: str) -> None:
        if what not in self.skipped:
            self.skipped.append(what)

    def write(self, path: Path) -> None:
        """Writes the run as JSON, with one line for each row."""
        members = []
        for name, value in asdict(self).items():
            content = json.dumps(value, ensure_ascii=False)
            if name == "rows":
                content = "[\n  " + ",\n  ".join(json.dumps(row) for row in value) + "\n ]"
            members.append(f' "{name}": {content}')
        path.write_text("{\n" + ",\n".join(members) + "\n}\n")

    @classmethod
    def read(cls, path: Path) -> "Run":
        kept = json.loads(path.read_text())
        kept["rows"] = [Row(**row) for row in kept["rows"]]
        return cls(**kept)
