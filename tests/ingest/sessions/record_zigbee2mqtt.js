// Runs a genuine Zigbee2MQTT whose radio is replaced by one that hands over ZCL frames, and plays a few of them.
// How zigbee2mqtt-2.14.1.json was recorded:
//   npm install zigbee2mqtt@2.14.1 --ignore-scripts, and a Mosquitto on port 18899 with a subscriber that writes down all;
//   a data folder with configuration.yaml (serial.adapter ember, mqtt.server mqtt://127.0.0.1:18899, last_seen ISO_8601,
//   availability and homeassistant enabled, device_options.qos 1) and a database.db with the devices below;
//   ZIGBEE2MQTT_DATA=folder node record_zigbee2mqtt.js < lines of "<device> <status>", ended by "quit" or a kill.
const path = require("path");
const herdsman = path.dirname(require.resolve("zigbee-herdsman/package.json"));
const { Adapter } = require(`${herdsman}/dist/adapter/adapter.js`);
const { Header } = require(`${herdsman}/dist/zspec/zcl`);

let radio;
class SilentRadio extends Adapter {
  constructor(...given) { super(...given); radio = this; }
  async start() { return "resumed"; }
  async stop() {}
  async getCoordinatorIEEE() { return "0x00124b0000000001"; }
  async getCoordinatorVersion() { return { type: "silent", meta: { revision: 1 } }; }
  async supportsBackup() { return false; }
  async getNetworkParameters() { return { panID: 6754, extendedPanID: "0xdddddddddddddddd", channel: 11, nwkUpdateID: 0 }; }
  waitFor() { return { promise: new Promise(() => {}), cancel() {} }; }
  async sendZdo() { return [0, {}]; }
  async permitJoin() {}
  async sendZclFrameToEndpoint() {}
  async sendZclFrameToGroup() {}
  async sendZclFrameToAll() {}
}
Adapter.create = async (...given) => new SilentRadio(...given);

let number = 0;
function hear(address, cluster, control, command, payload) {
  number = (number + 1) & 255;
  const data = Buffer.concat([Buffer.from([control, number, command]), payload]);
  const where = { address, endpoint: 1, destinationEndpoint: 1, groupID: 0, wasBroadcast: false, linkquality: 120 };
  radio.emit("zclPayload", { ...where, clusterID: cluster, header: Header.fromBuffer(data), data });
}
const IAS_ZONE = 0x500, IAS_ACE = 0x501, POWER = 0x0001, ELECTRICAL = 0x0b04;
const zone = (address) => (status) => hear(address, IAS_ZONE, 0x19, 0x00, Buffer.from([status, 0, 0, 0, 0, 0]));
const FRAMES = {
  door: zone(0x1001), // HEIMAN DoorSensor-EM
  pir: zone(0x1002), // eWeLink MS01
  sos: zone(0x1003), // HEIMAN SOS-EM: becomes action "single" and "off"
  leak: zone(0x1004), // HEIMAN WaterSensor-EM
  smoke: zone(0x1006), // HEIMAN SmokeSensor-EM
  help: zone(0x1007), // Feibit FNB56-SOS03FB1.5: becomes a standing "sos": true
  alarm: () => hear(0x1008, IAS_ACE, 0x11, 0x02, Buffer.alloc(0)), // Tuya TS0215A _TZ3000_ssp0maqm: "emergency"
  battery: (half) => hear(0x1001, POWER, 0x18, 0x0a, Buffer.from([0x21, 0, 0x20, half])),
  plug: (watts) => hear(0x1005, ELECTRICAL, 0x18, 0x0a, Buffer.from([0x0b, 0x05, 0x29, watts & 255, watts >> 8])),
};

(async () => {
  require("zigbee2mqtt/dist/util/settings.js").reRead();
  const { Controller } = require("zigbee2mqtt/dist/controller.js");
  const controller = new Controller(async () => {}, async (code) => process.exit(code));
  await controller.start();
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    const [what, status] = line.trim().split(" ");
    if (what === "quit") { await controller.stop(); process.exit(0); }
    FRAMES[what]?.(Number(status));
  }
})();
