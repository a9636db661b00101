r"""The search language, from text to a tree.

    jane doe            both words, in name, e-mail, phone, UID or id
    "jane doe"          exactly this text; \" is a quote and \\ a backslash within it
    email:acme.com      in one field: name, email, phone, uid, id, picture, notes
    name:"de la"        the same with a text
    tag:Merchant        has the tag, by name or id
    tag:Merchant=Gold   with this value; both sides may be in quotes, "" is the empty value
    has:phone no:email  has or lacks a field, or tags
    created:2025-01     and updated:, with what `moments` reads
    -word  -(a b)       not that; also before digits: -5 is everyone without a 5
    a OR b              either; binds weaker than words side by side
    (a OR b) c          brackets
    sort:name           order by name, email, phone, uid, id, created or updated; sort:-name turns
    sort:tag:Merchant   it round, sort:tag: orders by the value of a tag; once, outside brackets

Words compare without case, accents and widths. A lone `-` is a word, as are `http://x`, `12:30`
and e-mail addresses; brackets within a word, as in `+36(30)`, belong to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from aicx_tui.errors import QueryError
from aicx_tui.numerals import grouped
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.terms import Known, read_sort, read_term
from aicx_tui.storage.query.tree import (
    EVERYBODY,
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_TERMS,
    All,
    Either,
    Node,
    Not,
    Query,
)
from aicx_tui.storage.query.words import Sign, Term, Token, take_apart


def parse(
    text: str,
    *,
    now: datetime,
    zone: tzinfo,
    tags: Mapping[str, str] | None = None,
    takes_ids: bool = False,
) -> Query:
    """Read what a person typed.

    Args:
        text: The search.
        now: The present, aware; ages count back from it.
        zone: Where days begin and end.
        tags: Names of tags by id; None where they are not known, and then any name is taken.
        takes_ids: Whether there may be other tags too, so that no name can be wrong.

    Raises:
        QueryError: It cannot be read; says where, why and what to write instead.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            f"The search has {grouped(len(text))} characters; {grouped(MAX_CHARACTERS)} are read. "
            "Shorten it.",
            start=MAX_CHARACTERS,
            end=len(text),
        )
    reading = _Reading(take_apart(text), Known(now, zone, tags, takes_ids))
    return Query(reading.whole(), reading.sort, text)


@dataclass
class _Reading:
    """Reads tokens from the first to the last; every method leaves behind what it read."""

    tokens: list[Token]
    known: Known
    sort: Sort | None = None
    _next: int = 0
    _terms: int = 0
    _brackets: list[Sign] = field(default_factory=list)
    _depth: int = 0

    def whole(self) -> Node:
        if not self.tokens:
            return EVERYBODY
        node = self._either()
        if self._is_at(")"):
            raise _refuse(
                "This bracket closes nothing. Take it out, or put it in quotes.", self._take()
            )
        return node

    def _either(self) -> Node:
        branches = self._spread(self._all(after=None), Either)
        while self._is_at("OR"):
            sign = self._take()
            branches += self._spread(self._all(after=sign), Either)
        return branches[0] if len(branches) == 1 else Either(tuple(branches))

    def _all(self, *, after: Token | None) -> Node:
        """What stands side by side, up to an `OR`, a closing bracket or the end."""
        nodes: list[Node] = []
        is_ordered = False
        while self._next < len(self.tokens) and not self._is_at("OR", ")"):
            token = self._take()
            if isinstance(token, Term) and token.prefix == "sort":
                self._read_sort(token)
                is_ordered = True
            else:
                nodes += self._spread(self._one(token), All)
        is_only_an_order = is_ordered and not after and not self._is_at("OR")
        if not nodes and not is_only_an_order:
            self._refuse_nothing(after)
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _refuse_nothing(self, after: Token | None) -> None:
        if after:
            raise _refuse(
                "Something is missing after OR. Write a term, as in anna OR jane, or "
                '"OR" in quotes for the word.',
                after,
            )
        if self._is_at("OR"):
            raise _refuse(
                "Something is missing before OR. Write a term, as in anna OR jane, or "
                '"OR" in quotes for the word.',
                self._take(),
            )
        if self._brackets and self._is_at(")"):
            raise _refuse(
                "There is nothing between these brackets. Write terms, as in (anna OR jane).",
                self._brackets[-1],
                self._take(),
            )
        if self._brackets:
            raise _not_closed(self._brackets[-1])

    def _one(self, token: Token) -> Node:
        """A term, a negation or a bracket that begins with a token."""
        if isinstance(token, Term):
            return self._term(token)
        if self._depth >= MAX_DEPTH:
            raise _refuse(f"Brackets and minus signs go {MAX_DEPTH} deep. Take some out.", token)
        self._depth += 1
        node = self._within_brackets(token) if token.sign == "(" else self._negated(token)
        self._depth -= 1
        return node

    def _within_brackets(self, opening: Sign) -> Node:
        self._brackets.append(opening)
        node = self._either()
        if not self._is_at(")"):
            raise _not_closed(opening)
        self._take()
        self._brackets.pop()
        return node

    def _negated(self, minus: Sign) -> Node:
        if self._next == len(self.tokens) or self._is_at("OR", ")"):
            raise _refuse(
                "Something is missing after this minus. Write what to leave out, as in -jane, or "
                '"-" in quotes for the sign.',
                minus,
            )
        return Not(self._one(self._take()))

    def _term(self, term: Term) -> Node:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise _refuse(f"A search has at most {MAX_TERMS} terms. Take some out.", term)
        if term.prefix == "sort":
            raise _inside(term)
        return read_term(term, self.known)

    def _read_sort(self, term: Term) -> None:
        if self._depth:
            raise _inside(term)
        if self.sort:
            raise _refuse("There is an order already. Take one of the two out.", term)
        self.sort = read_sort(term, self.known)

    def _take(self) -> Token:
        self._next += 1
        return self.tokens[self._next - 1]

    def _is_at(self, *signs: str) -> bool:
        if self._next == len(self.tokens):
            return False
        token = self.tokens[self._next]
        return isinstance(token, Sign) and token.sign in signs

    @staticmethod
    def _spread(node: Node, kind: type[All] | type[Either]) -> list[Node]:
        """Brackets that change nothing leave no trace in the tree."""
        return list(node.nodes) if isinstance(node, kind) else [node]


def _not_closed(opening: Sign) -> QueryError:
    return _refuse("This bracket is not closed. Write ) where the terms within it end.", opening)


def _inside(order: Term) -> QueryError:
    return _refuse(
        "An order stands outside brackets and without a minus before it. Write it at the end, as "
        "in jane sort:-updated.",
        order,
    )


def _refuse(message: str, token: Token, last: Token | None = None) -> QueryError:
    return QueryError(message, start=token.start, end=(last or token).end)
