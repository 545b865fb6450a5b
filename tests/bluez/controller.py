"""bumble's virtual controller and air, with what a Linux host needs put right.

Every class here overrides what was seen to be wrong in bumble 0.0.236; a newer bumble may need
less. What is wrong is named at each.
"""

from collections.abc import Iterator

from bumble import hci
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink
from bumble.ll import TerminateInd


class Air(LocalLink):
    """The air between controllers.

    bumble names a sender by its present random address. Linux changes that while it scans, and
    everything an adapter sends on a link that it made under another address gets lost: connecting
    during a scan timed out 5 times out of 5.
    """

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver to the other end of the link, under the address that the link was made with."""
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is None or receiver is None:
            return
        receiver.on_link_acl_data(connection.self_address, transport, data)


class VirtualController(Controller):
    """A Bluetooth LE controller for the air above."""

    # bumble offers privacy in the controller and extended advertising, but then sends the plain
    # Connection Complete event where Linux waits for the enhanced one
    # (https://github.com/google/bumble/issues/841).
    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
    )

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Cancel. bumble's says that it has, but does not: an abandoned connection came about by
        itself later.
        """
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_reset_command(
        self, _command: hci.HCI_Reset_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Forget links, scan and attempts. bumble's goes on with them, so that a sensor never
        learns that the adapter went away.
        """
        self.go_silent()
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def go_silent(self) -> None:
        """Be gone from the air; the other ends notice it, as they would after the supervision
        timeout.
        """
        self.pending_le_connection = None
        self.le_scan_enable = False
        self.le_legacy_advertiser.stop()
        for address in list(self.le_connections):
            connection = self.le_connections.pop(address)
            for other in self._others():
                if connection.self_address in other.le_connections:
                    other.on_ll_control_pdu(
                        connection.self_address,
                        TerminateInd(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR),
                    )

    def _others(self) -> Iterator[Controller]:
        return (other for other in self.link.controllers if other is not self)
