"""A sensor whose link is lost again in the moment in which it comes back."""

from typing import Final

import pytest

from tests.browser.page import PHONE, Watched
from tests.page.conftest import until
from tests.standalone.conftest import Hosted

pytestmark = pytest.mark.chromium

OPEN: Final = """
async () => {
  const { SensorGateway } = await import("/js/sensor_gateway.js");
  window.followed = 0;
  window.lostAgain = 0;
  const char = Object.assign(new EventTarget(), {
    properties: { notify: true }, async startNotifications() { followed += 1; },
  });
  const lose = () => {
    pod.gatt.connected = false;
    pod.dispatchEvent(new Event("gattserverdisconnected"));
  };
  const service = {
    uuid: "00001814-0000-1000-8000-00805f9b34fb",
    async getCharacteristic() {
      if (followed === 0 || lostAgain > 0) return char;
      lostAgain += 1;
      lose();
      throw new DOMException("GATT Server is disconnected.", "NetworkError");
    },
  };
  const pod = Object.assign(new EventTarget(), { id: "pod", name: "Pod", gatt: {
    connected: false,
    async connect() {
      this.connected = true;
      return { getPrimaryServices: async () => [service] };
    },
    disconnect() {},
  } });
  Object.defineProperty(navigator, "bluetooth", { value: { requestDevice: async () => pod } });
  window.gateway = new SensorGateway({ publish() {} });
  await gateway.add();
  lose();
}
"""


async def test_it_is_won_back_all_the_same(browser: Watched, quick: Hosted) -> None:
    """GIVEN a pod that is lost WHEN it is lost once more while the page looks for what it measures
    THEN it is not called connected, and the page tries again until it hears it.
    """
    page = await browser.visit(f"{quick.origin}/", PHONE, origin=quick.origin)
    await page.evaluate(OPEN)
    await until(page, "gateway.shown[0].connected")
    assert (1, 2) == tuple(await page.evaluate("[lostAgain, followed]"))
