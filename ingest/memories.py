"""The memories of all devices. Most devices are quiet most of the time: what is known of those lies folded.

A device is unfolded when it speaks, and folded again when it has been quiet from one snapshot to the next.
"""

from collections.abc import Callable, Iterator, Mapping
from sys import intern
from typing import Any

from ingest.memory import DeviceMemory, folded


class Memories:
    """By platform-wide device id. What `get` and `of` give out is good until `changed` goes on."""

    def __init__(self) -> None:
        self._open: dict[str, DeviceMemory] = {}
        self._folded: dict[str, bytes] = {}

    def __len__(self) -> int:
        return len(self._open) + len(self._folded)

    def get(self, device: str) -> DeviceMemory | None:
        """None where nothing is known of it."""
        memory = self._open.get(device)
        if memory is None and (lying := self._folded.pop(device, None)) is not None:
            memory = self._open[device] = DeviceMemory.unfolded(lying)
        return memory

    def of(self, device: str) -> DeviceMemory:
        """Begun where nothing is known of it yet."""
        memory = self.get(device)
        if memory is None:
            memory = self._open[intern(device)] = DeviceMemory()
        return memory

    def awake(self, device: str) -> DeviceMemory | None:
        """The memory if it lies open: one that is folded has no unsettled readings and is not dirty."""
        return self._open.get(device)

    def take_up(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """Snapshots, in place of what is known. Raises ValueError for a layout that is not known, and takes none."""
        lying = {intern(device): folded(body) for device, body in bodies.items()}
        for device in lying:
            self._open.pop(device, None)
        self._folded |= lying

    def forget(self, device: str) -> None:
        self._open.pop(device, None)
        self._folded.pop(device, None)

    def bodies(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Of every device without unsettled readings."""
        for device, memory in self._open.items():
            if not memory.unsettled:
                yield device, memory.body()
        for device, lying in self._folded.items():
            yield device, DeviceMemory.unfolded(lying).body()

    def changed(self, *, keep: Callable[[str], bool]) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Bodies of those that changed since they were last in here; None for one with unsettled readings.

        Devices may go on speaking between two of them. Who did not change is folded, unless it is to be kept at hand.
        """
        for device, memory in list(self._open.items()):
            if self._open.get(device) is not memory:
                continue
            if memory.dirty:
                yield device, None if memory.unsettled else memory.noted()
            elif not memory.unsettled and not keep(device):
                self._folded[device] = self._open.pop(device).fold()
