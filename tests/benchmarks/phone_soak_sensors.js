// A strap at 1 Hz and a pod at 2 Hz, in the order in which the runner asks for them.
{
  const devices = [];
  const device = (name, service, char, each, value) => {
    const notifying = Object.assign(new EventTarget(), {
      properties: { notify: true },
      async startNotifications() {
        setInterval(() => {
          this.value = value();
          this.dispatchEvent(new Event("characteristicvaluechanged"));
        }, each);
      },
    });
    const offered = {
      uuid: `0000${service}-0000-1000-8000-00805f9b34fb`,
      async getCharacteristic(uuid) {
        if (uuid !== char) throw new Error("none");
        return notifying;
      },
    };
    devices.push(Object.assign(new EventTarget(), {
      id: name,
      name,
      gatt: { async connect() { return { async getPrimaryServices() { return [offered]; } }; }, disconnect() {} },
    }));
  };
  let beats = 0;
  device("Strap", "180d", 0x2a37, 1000, () => {
    beats += 1;
    const heartRate = 150 + Math.round(10 * Math.sin(beats / 60));
    const rr = Math.round((60 / heartRate) * 1024);
    return new DataView(new Uint8Array([0x10, heartRate, rr & 255, rr >> 8, rr & 255, rr >> 8]).buffer);
  });
  let decimetres = 0;
  device("Pod", "1814", 0x2a53, 500, () => {
    decimetres += 20;
    const view = new DataView(new ArrayBuffer(8));
    view.setUint8(0, 2);
    view.setUint16(1, 1024, true); // 4 m/s
    view.setUint8(3, 90);
    view.setUint32(4, decimetres, true);
    return view;
  });
  Object.defineProperty(navigator, "bluetooth", { value: {
    async getAvailability() { return true; }, async requestDevice() { return devices.shift(); },
  } });
}
