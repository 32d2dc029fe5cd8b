"""Conditions shared out among spaces: as few as there can be, none of them too large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from forbear.columns.spaces import MOST_CELLS, Reading, Sets, Space, space_of


@frozen
class Group:
    """Some conditions by their numbers, ascending; without a space there is one, too large for any."""

    numbers: tuple[int, ...]
    space: Space | None


def groups(conditions: Sequence[Reading], sets: Sets) -> list[Group]:
    """All conditions in one space if it will hold them, else those that read the same together."""
    whole = space_of(conditions, sets)
    if whole is not None:
        return [Group(tuple(range(len(conditions))), whole)]
    alike: dict[frozenset[object], list[int]] = {}
    for n, one in enumerate(conditions):
        alike.setdefault(frozenset(one.atoms), []).append(n)
    parted = [group for numbers in alike.values() for group in _parted(numbers, conditions, sets)]
    return list(_joined(parted, conditions, sets))


def _parted(numbers: Sequence[int], conditions: Sequence[Reading], sets: Sets) -> Iterator[Group]:
    """Halved, those with the nearest values together, until each part has room."""
    space = space_of([conditions[n] for n in numbers], sets)
    if space is not None or len(numbers) == 1:
        yield Group(tuple(numbers), space)
        return
    ordered = sorted(numbers, key=lambda n: _first_values(conditions[n], sets))
    half = len(ordered) // 2
    yield from _parted(sorted(ordered[:half]), conditions, sets)
    yield from _parted(sorted(ordered[half:]), conditions, sets)


def _first_values(one: Reading, sets: Sets) -> tuple[int, ...]:
    """By variable, where the atoms first hold; variables with the fewest classes first."""
    keys = sorted(one.atoms, key=lambda key: (sets.variables[key].size, sets.variables[key].column))
    return tuple(min(_lowest(sets.held(key, atom)) for atom in one.atoms[key]) for key in keys)


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length()


def _joined(parted: Sequence[Group], conditions: Sequence[Reading], sets: Sets) -> Iterator[Group]:
    """Neighbours that fit into one space."""
    last: Group | None = None
    for group in parted:
        if last is None:
            last = group
            continue
        numbers = tuple(sorted((*last.numbers, *group.numbers)))
        small = last.space is not None and group.space is not None and last.space.size * group.space.size <= MOST_CELLS
        space = space_of([conditions[n] for n in numbers], sets) if small else None
        if space is None:
            yield last
            last = group
        else:
            last = Group(numbers, space)
    if last is not None:
        yield last
