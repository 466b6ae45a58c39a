"""Kept days: the figures of the last ninety days that counted, packed: they are looked at once a day."""

import base64
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEPT_DAYS = 90


class KeptDays:
    """`figures`: how many each day has. In half precision: minutes of the day in tens, and counts up to two thousand,
    are exact. NaN where a day could not tell one.
    """

    __slots__ = ("_count", "_figures", "_packed")

    def __init__(self, figures: int) -> None:
        self._figures, self._count = figures, 0
        self._packed = b""

    def __len__(self) -> int:
        return self._count

    def numbers(self) -> list[int]:
        """Of the days."""
        return [int(number) for number in self._unpacked()[0]]

    def of(self, figure: int) -> list[float]:
        """By day."""
        return [float(value) for value in self._unpacked()[1][figure]]

    def add(self, number: int, figures: Sequence[float]) -> None:
        """After all others."""
        numbers, values = self._unpacked()
        today = np.asarray(figures, np.float16)[:, None]
        self._pack(np.append(numbers, np.int32(number)), np.concatenate([values, today], axis=1))

    def keep(self, numbers: Sequence[int], values: Sequence[Sequence[float]]) -> None:
        """These and no others. `values`: by figure and day."""
        self._pack(np.asarray(numbers, np.int32), np.asarray(values, np.float16))

    def snapshot(self) -> str:
        return base64.b64encode(self._packed).decode("ascii")

    def restore(self, body: str) -> None:
        self._packed = base64.b64decode(body)
        self._count = len(zlib.decompress(self._packed)) // (4 + 2 * self._figures) if self._packed else 0

    def _pack(self, numbers: NDArray[np.int32], values: NDArray[np.float16]) -> None:
        numbers, values = numbers[-KEPT_DAYS:], values[:, -KEPT_DAYS:]
        self._count = len(numbers)
        self._packed = zlib.compress(np.diff(numbers, prepend=np.int32(0)).tobytes() + values.tobytes(), 1)

    def _unpacked(self) -> tuple[NDArray[np.int32], NDArray[np.float16]]:
        raw = zlib.decompress(self._packed) if self._packed else b""
        numbers = np.cumsum(np.frombuffer(raw, np.int32, count=self._count), dtype=np.int32)
        return numbers, np.frombuffer(raw, np.float16, offset=4 * self._count).reshape(self._figures, self._count)
