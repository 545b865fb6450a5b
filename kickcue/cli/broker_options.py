"""The options that choose the broker, shared by the commands that talk to one that runs already."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from kickcue.config.broker_form import URL_FORM
from kickcue.config.broker_secret import password_from_environment
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
        help=f"{URL_FORM}, or mqtts:// (default: kickcue's own broker on this machine)",
    )
    parser.add_argument(
        "--ca",
        type=Path,
        metavar="FILE",
        help="with mqtts://: the certificates to trust (default: the system's)",
    )
    parser.add_argument(
        "--athlete",
        metavar="NAME",
        help="whose race: topics below kickcue/NAME (default: runner)",
    )


@dataclass(frozen=True, slots=True)
class ChosenBroker:
    """Where to connect, as ``watch`` takes it."""

    address: Address | PrivateBrokerFinder
    topics: Topics | None
    """None: those of the private broker that is found."""

    @property
    def is_private(self) -> bool:
        """Whether it is one of kickcue's own, which comes and goes with its run: wait for it."""
        return isinstance(self.address, PrivateBrokerFinder)

    def now(self) -> "ChosenBroker":
        """Return it as it is at this moment; UsageError where there is none."""
        if isinstance(self.address, Address):
            return self
        try:
            address = self.address()
        except BrokerError:
            raise UsageError(
                "no kickcue broker is running on this machine: start one with `kickcue run`, or "
                "give the URL of another one"
            ) from None
        return ChosenBroker(address, Topics.of(address.prefix, None))


def chosen_address(args: argparse.Namespace) -> Address | None:
    """Return where ``--broker`` is, None unless given.

    A password that its URL does not hold comes from the environment.
    """
    if args.broker is None:
        return None
    return parse_address(args.broker, password=password_from_environment(), ca_file=args.ca)


def chosen_broker(args: argparse.Namespace) -> ChosenBroker:
    """Return the broker that the options name, or this machine's private one, once it comes."""
    address = chosen_address(args)
    if address is not None:
        return ChosenBroker(address, Topics.of(address.prefix, args.athlete))
    private_brokers()  # UsageError where nobody may look for one
    return ChosenBroker(
        PrivateBrokerFinder(None if args.athlete is None else Topics.of(None, args.athlete).prefix),
        None,
    )
