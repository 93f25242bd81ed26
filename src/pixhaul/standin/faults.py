"""Chosen answers go wrong, the same ones in every run with the same seed.

The grammar, in full:

    SPEC   = RULE ("," RULE)*
    RULE   = NAME ["=" SHARE] (":" OPTION)*
    SHARE  = 5% | 3/20 | 0.15 | ID("+"ID)*        absent: all
    OPTION = once | times=N | skip=N | an option of that fault, such as retry-after=1

`404=5%,503=10%:once,cut=3/20:after=1000,429=Ab3dE5f:times=2:retry-after=1` makes one picture in twenty answer 404 for
ever, one in ten answer 503 the first time it is asked for, and so on. No picture has two faults: their shares add up to
at most 100 %. Faults whose names begin with `api-` befall answers of the API, by the number of the request, and have
100 % of their own. `once` is `times=1`: for each picture (for the API: of all requests) only the first so many go
wrong; `skip=N` lets the first N pass. Shares are kept closely in every stretch of the catalogue, not only on average.
`describe()` lists the names.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import NamedTuple

from .faults_api import API_FAULTS
from .faults_content import CONTENT_FAULTS
from .faults_picture import PICTURE_FAULTS, Case, Fault
from .faults_wire import WIRE_FAULTS
from .messages import Reply, Request, Steps, encode

SWITCHES = {
    "random-gone": "gallery/random answers 404",
    "random-empty": "gallery/random answers an empty list",
}
"""Faults that are simply on."""

FAULTS_OF_PICTURES: dict[str, Fault] = PICTURE_FAULTS | WIRE_FAULTS | CONTENT_FAULTS
"""Name to fault: all that can befall a picture."""

_GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, fill the unit interval evenly (Weyl)."""


class Rule(NamedTuple):
    """One fault and whom it befalls."""

    name: str
    fault: Fault
    share: float
    """0 to 1."""
    ids: frozenset[str]
    """Befalls these and nobody else."""
    options: dict[str, float]


class Plan:
    """All rules of one stand-in, and how often each has struck."""

    def __init__(self, rules: list[Rule], switches: frozenset[str], seed: int) -> None:
        self.pictures = [rule for rule in rules if not rule.name.startswith("api-")]
        self.calls = [rule for rule in rules if rule.name.startswith("api-")]
        self.switches = switches
        self.offset = int.from_bytes(hashlib.blake2b(f"{seed}/faults".encode(), digest_size=4).digest()) / 2**32
        self.struck: Counter[tuple[str, str]] = Counter()
        self.answered = 0

    def clear(self) -> None:
        """Forget what has struck: everything goes wrong again as it did from the start."""
        self.struck.clear()
        self.answered = 0

    def picture(self, identity: str, number: int, reply: Reply, request: Request) -> Steps:
        """The steps of a picture's answer; `number` is its place in the catalogue."""
        rule = self._chosen(self.pictures, identity, number)
        return self._struck(rule, identity, reply, request)

    def api(self, reply: Reply, request: Request) -> Steps:
        """The steps of an answer of the API."""
        self.answered += 1
        rule = self._chosen(self.calls, "", self.answered)
        return self._struck(rule, "", reply, request)

    def _chosen(self, rules: list[Rule], identity: str, number: int) -> Rule | None:
        place, low = (self.offset + number * _GOLDEN) % 1.0, 0.0
        for rule in rules:
            if identity in rule.ids:
                return rule
        for rule in rules:
            if not rule.ids and low <= place < low + rule.share:
                return rule
            low += rule.share
        return None

    def _struck(self, rule: Rule | None, identity: str, reply: Reply, request: Request) -> Steps:
        if rule is None:
            return [encode(reply, request)]
        self.struck[rule.name, identity] += 1
        turn, skip = self.struck[rule.name, identity], rule.options["skip"]
        if not skip < turn <= skip + rule.options["times"]:
            return [encode(reply, request)]
        return rule.fault.act(Case(reply, request, rule.options, turn))


def plan(text: str, seed: int = 0) -> Plan:
    """The plan that a SPEC describes; raises ValueError with one clear line where it is not in the grammar."""
    items = [item.strip() for item in text.split(",") if item.strip()]
    switches = frozenset(item for item in items if item in SWITCHES)
    rules = [_rule(item) for item in items if item not in SWITCHES]
    for is_api in (False, True):
        total = sum(rule.share for rule in rules if rule.name.startswith("api-") is is_api)
        if total > 1.000001:
            raise ValueError(f"the shares of the faults add up to {total:.0%}: 100% is all there is")
    return Plan(rules, switches, seed)


def describe() -> str:
    """Every fault with its options and what it does, a line each."""
    lines = [f"{name}: {text}" for name, text in SWITCHES.items()]
    for name, fault in (FAULTS_OF_PICTURES | API_FAULTS).items():
        options = "".join(f":{option}={value:g}" for option, value in fault.options.items())
        lines.append(f"{name}{options}: {fault.says}")
    return "\n".join(lines)


def _rule(item: str) -> Rule:
    head, *texts = item.split(":")
    name, equals, share = head.partition("=")
    fault = (FAULTS_OF_PICTURES | API_FAULTS).get(name)
    if fault is None:
        known = ", ".join([*SWITCHES, *FAULTS_OF_PICTURES, *API_FAULTS])
        raise ValueError(f"there is no fault {name!r}; there are {known}")
    options = {"times": float("inf"), "skip": 0.0, **fault.options}
    for text in texts:
        key, value = _option(name, text, options)
        options[key] = value
    part, ids = _share(name, share) if equals else (1.0, frozenset())
    return Rule(name, fault, part, ids, options)


def _option(name: str, text: str, known: dict[str, float]) -> tuple[str, float]:
    if text == "once":
        return "times", 1.0
    key, _, value = text.partition("=")
    if key not in known:
        raise ValueError(f"the fault {name} has no option {key!r}; it has once, {', '.join(known)}")
    if not re.fullmatch(r"\d+(\.\d+)?", value, re.ASCII):
        raise ValueError(f"the option {key} of the fault {name} wants a number, not {value!r}")
    return key, float(value)


def _share(name: str, text: str) -> tuple[float, frozenset[str]]:
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", text, re.ASCII):
        return _checked(name, float(match.group(1)) / 100), frozenset()
    if match := re.fullmatch(r"(\d+)/([1-9]\d*)", text, re.ASCII):
        return _checked(name, int(match.group(1)) / int(match.group(2))), frozenset()
    if re.fullmatch(r"[01]?\.\d+", text, re.ASCII):
        return _checked(name, float(text)), frozenset()
    ids = text.split("+")
    if all(re.fullmatch(r"[0-9A-Za-z]{5,8}", each, re.ASCII) for each in ids):
        return 0.0, frozenset(ids)
    raise ValueError(f"whom does {name}={text} befall? Write a share (5%, 1/20, 0.05) or ids joined by +")


def _checked(name: str, share: float) -> float:
    if share > 1:
        raise ValueError(f"the fault {name} cannot befall more than 100%")
    return share
