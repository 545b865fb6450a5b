"""The other end of the radio: virtual sensors that play a recording's bytes.

They are for ``kickcue simulate --ble`` and the tests. ``description`` is what a sensor offers,
``sensor.virtual_sensor`` puts it on any Bluetooth controller that bumble can drive, and
``playback.play`` gives it notifications to send. Only ``sensor`` and ``transport`` need bumble (the
extra ``simulate``).
"""
