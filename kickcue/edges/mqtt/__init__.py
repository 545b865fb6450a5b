"""The MQTT edge: cues to the wrist; acknowledgements, commands and sensors read elsewhere back.

On the wire: ``docs/wire.md``.

``delivery.deliver`` is the sender's side, ``broker.private_broker`` a broker of one's own,
``session.connect`` a connection that comes back.
"""
