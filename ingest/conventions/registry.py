"""Which conventions there are: our own, and those that other packages register under `anxin.conventions`."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from types import MappingProxyType

from ingest.conventions.aliyun_alink import AliyunAlink
from ingest.conventions.aqara_gateway import AqaraGateway
from ingest.conventions.chirpstack import ChirpStack
from ingest.conventions.ctwing import Ctwing
from ingest.conventions.custom_json import CustomJson
from ingest.conventions.decoded import Convention
from ingest.conventions.dlt645 import Dlt645
from ingest.conventions.esphome import EspHome
from ingest.conventions.homeassistant_discovery import HomeAssistantDiscovery
from ingest.conventions.homie import Homie
from ingest.conventions.huawei_iotda import HuaweiIotda
from ingest.conventions.native import Native
from ingest.conventions.onenet import OneNet
from ingest.conventions.rtl433 import Rtl433
from ingest.conventions.shelly import Shelly
from ingest.conventions.sparkplug_b import SparkplugB
from ingest.conventions.tasmota import Tasmota
from ingest.conventions.the_things_stack import TheThingsStack
from ingest.conventions.tuya import Tuya
from ingest.conventions.yolink import YoLink
from ingest.conventions.zigbee2mqtt import Zigbee2Mqtt

GROUP = "anxin.conventions"

OWN: tuple[Callable[[], Convention], ...] = (
    AliyunAlink,
    AqaraGateway,
    Ctwing,
    Dlt645,
    EspHome,
    Homie,
    HuaweiIotda,
    OneNet,
    Rtl433,
    Tuya,
    YoLink,
    ChirpStack,
    Shelly,
    TheThingsStack,
    SparkplugB,
    HomeAssistantDiscovery,
    CustomJson,
    Native,
    Tasmota,
    Zigbee2Mqtt,
)


def installed(group: str = GROUP) -> Mapping[str, Convention]:
    """Every convention by name. A foreign one may not take the name of another: ValueError says whose it is."""
    found: dict[str, Convention] = {}
    for convention in (make() for make in OWN):
        found[convention.name] = convention
    for entry in entry_points(group=group):
        convention = entry.load()()
        if convention.name in found:
            raise ValueError(f"{entry.value} calls itself {convention.name!r}, which is taken")
        found[convention.name] = convention
    return MappingProxyType(found)
