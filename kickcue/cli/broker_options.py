"""The options that say which broker, shared by the commands that talk to one that runs already."""

import argparse
from pathlib import Path

from kickcue.core.errors import AskedWronglyError
from kickcue.edges.mqtt.address import FORM, Address, parse_address
from kickcue.edges.mqtt.runtime import find_private_broker


def add_broker_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--broker", metavar="URL", help=f"{FORM}, or mqtts:// (kickcue's own broker on this machine unless told)")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="with mqtts://: the certificates to trust (the system's unless told)")
    parser.add_argument("--athlete", metavar="NAME", help="whose race: topics below kickcue/NAME (runner unless told)")


def told_broker(args: argparse.Namespace) -> Address:
    """Return the broker that the options name, else the private one of this machine; AskedWronglyError where there is none."""
    if args.broker is not None:
        return parse_address(args.broker, ca_file=args.ca)
    found = find_private_broker()
    if found is None:
        raise AskedWronglyError(
            "no broker of kickcue's own runs on this machine: start one with `kickcue replay FILE --publish`, or name one with --broker URL"
        )
    return found
