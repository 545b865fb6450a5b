"""The options that say which broker, shared by the commands that talk to one that runs already."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from kickcue.config.broker_form import URL_FORM
from kickcue.config.broker_secret import password_told
from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address, parse_address
from kickcue.edges.mqtt.broker_discovery import PrivateBrokerFinder, private_brokers
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.topics import Topics


def add_broker_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--broker",
        metavar="URL",
        help=f"{URL_FORM}, or mqtts:// (kickcue's own broker on this machine unless told)",
    )
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="with mqtts://: the certificates to trust (the system's unless told)",
    )
    parser.add_argument(
        "--athlete",
        metavar="NAME",
        help="whose race: topics below kickcue/NAME (runner unless told)",
    )


@dataclass(frozen=True, slots=True)
class ToldBroker:
    """Where to connect, as ``watch`` takes it."""

    address: Address | PrivateBrokerFinder
    topics: Topics | None
    """None: those of the private broker that is found."""

    @property
    def is_private(self) -> bool:
        """Whether it is one of kickcue's own, which comes and goes with its run: wait for it."""
        return isinstance(self.address, PrivateBrokerFinder)

    def now(self) -> "ToldBroker":
        """Return it as it is at this moment; UsageError where there is none."""
        if isinstance(self.address, Address):
            return self
        try:
            address = self.address()
        except BrokerError:
            raise UsageError(
                "no broker of kickcue's own runs on this machine: start one with `kickcue run`, "
                "or name one with --broker URL"
            ) from None
        return ToldBroker(address, Topics.of(address.prefix, None))


def told_address(args: argparse.Namespace) -> Address | None:
    """Return where ``--broker`` is, None unless told.

    A password that its URL does not hold comes from the environment.
    """
    if args.broker is None:
        return None
    return parse_address(args.broker, password=password_told(), ca_file=args.ca)


def told_broker(args: argparse.Namespace) -> ToldBroker:
    """Return the broker that the options name, or this machine's private one, once it comes."""
    address = told_address(args)
    if address is not None:
        return ToldBroker(address, Topics.of(address.prefix, args.athlete))
    private_brokers()  # UsageError where nobody may look for one
    return ToldBroker(
        PrivateBrokerFinder(None if args.athlete is None else Topics.of(None, args.athlete).prefix),
        None,
    )
