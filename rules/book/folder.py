"""The rule folder: one TOML file for each rule, and beside it the decisions about it, one JSON object a line.

Both are text that belongs under version control and is reviewed like code. Decisions are only ever appended.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from graph.model.errors import BadCall, Fatal, Missing
from graph.model.vocabulary import RuleAct, RuleStage
from rules.book.decisions import RuleDecision, RuleEntry
from rules.book.rule import Rule
from rules.book.toml import decode_rule, digest_of, encode_rule

RULE: Final = ".toml"
DECISIONS: Final = ".decisions.ndjson"
MOST_RULES: Final = 1_000
LARGEST_FILE: Final = 1 << 20


class RuleFolder:
    """The rules in one folder. Every method reads it anew, so two people may work in it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def entries(self) -> list[RuleEntry]:
        """Every rule with its decisions, by name. Raises ``BadCall`` for a folder or a file that is none."""
        if not self.place.is_dir():
            raise Missing(
                f"expected a folder of rules, found no {self.place}; give the folder, or propose one"
            )
        names = sorted(path.name.removesuffix(RULE) for path in self.place.glob(f"*{RULE}"))
        if len(names) > MOST_RULES:
            raise BadCall(
                f"expected at most {MOST_RULES} rules in {self.place}, found {len(names)}; move old ones away"
            )
        return [self.entry(name) for name in names]

    def standing(self, ts: int) -> list[RuleEntry]:
        """Those that are proposed or in force at ``ts``; none where there is no folder yet."""
        ended = (RuleStage.REJECTED, RuleStage.RETIRED, RuleStage.EXPIRED)
        entries = self.entries() if self.place.is_dir() else []
        return [each for each in entries if each.stage(ts) not in ended]

    def entry(self, name: str) -> RuleEntry:
        """One rule with its decisions. Raises ``Missing`` and ``BadCall``."""
        path = self._rule(name)
        content = _read(path)
        rule = decode_rule(content, str(path))
        if rule.name != name:
            raise BadCall(
                f"expected the rule {name} in {path}, found {rule.name}; name the file after the rule"
            )
        return RuleEntry(rule, digest_of(content), self._decisions(name))

    def add(self, rule: Rule, notes: tuple[str, ...] = ()) -> Path:
        """Write a new rule. Raises ``BadCall`` when there is one of that name, and ``Fatal``."""
        path = self._rule(rule.name)
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(encode_rule(rule, notes))
        except FileExistsError as error:
            raise BadCall(f"expected no rule {rule.name} yet, found {path}; choose another name") from error
        except OSError as error:
            raise Fatal(
                f"expected to write {path}, found: {error.strerror}; choose another folder"
            ) from error
        return path

    def decide(self, name: str, act: RuleAct, by: str, ts: int, note: str = "") -> RuleEntry:
        """Write down a decision; gives the rule as it stands with it.

        Raises ``BadCall`` for a decision that would mean nothing: on a rule that has ended, by whoever
        proposed it, or given twice.
        """
        entry = self.entry(name)
        decision = RuleDecision(act=act, by=by.strip(), ts=ts, digest=entry.digest, note=note)
        _refuse(entry, decision)
        path = self.place / f"{name}{DECISIONS}"
        try:
            with path.open("ab") as file:
                file.write(msgspec.json.encode(decision) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Fatal(f"expected to write {path}, found: {error.strerror}; mend that, try again") from error
        return self.entry(name)

    def _rule(self, name: str) -> Path:
        if "/" in name or name.startswith("."):
            raise BadCall(f"expected the name of a rule, found {name!r}; see `ringfence rules list`")
        return self.place / f"{name}{RULE}"

    def _decisions(self, name: str) -> tuple[RuleDecision, ...]:
        path = self.place / f"{name}{DECISIONS}"
        if not path.exists():
            return ()
        found = []
        for number, line in enumerate(_read(path).splitlines(), 1):
            try:
                found.append(msgspec.json.decode(line, type=RuleDecision))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise BadCall(
                    f"expected a decision in line {number} of {path}, found: {error}; mend the line"
                ) from error
        return tuple(found)


def _refuse(entry: RuleEntry, decision: RuleDecision) -> None:
    name, stage = entry.rule.name, entry.stage(decision.ts)
    if not decision.by:
        raise BadCall("expected who decides, found nobody; give --by NAME")
    if stage in (RuleStage.REJECTED, RuleStage.RETIRED, RuleStage.EXPIRED):
        raise BadCall(f"expected a rule that has not ended, found {name} {stage.value}; propose a new one")
    if decision.act is RuleAct.APPROVE:
        if decision.by == entry.rule.proposed_by:
            raise BadCall(
                f"expected another person than {decision.by}, who proposed {name}; ask somebody else"
            )
        if decision.by in entry.approvers(decision.ts):
            raise BadCall(f"expected a new approval of {name}, found one by {decision.by}; nothing to do")
        if stage is not RuleStage.PROPOSED:
            raise BadCall(f"expected a proposed rule, found {name} {stage.value}; it needs no more approvals")
    if decision.act is RuleAct.REJECT and stage is not RuleStage.PROPOSED:
        raise BadCall(f"expected a proposed rule, found {name} {stage.value}; retire it instead")
    if decision.act is RuleAct.RETIRE and stage is RuleStage.PROPOSED:
        raise BadCall(f"expected a rule in force, found {name} proposed; reject it instead")


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadCall(f"expected at most {LARGEST_FILE:,} bytes in {path}, found more; shorten it")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Missing(
            f"expected the rule {path.stem} in {path.parent}, found none; see `ringfence rules list`"
        ) from error
    except OSError as error:
        raise BadCall(f"expected a readable {path}, found: {error.strerror}; check the path") from error
