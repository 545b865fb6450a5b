"""From a cue to what a certain watch can play.

Pure, so that every byte can be tested without a watch.

The three calls that a bridge, a firmware author or a local player needs:

``encode(profile, touch)`` (``encode.py``)
    The steps that give the cue now: GATT writes, programs to start, a document to hand over, or
    sounds (``steps.py``).
``encode_arm(profile, touch, due_in_ms)`` and ``encode_disarm(profile, cue_id)`` (``encode.py``)
    The same for a watch that keeps timers itself; None for all others: their sender keeps them.
``profile.timing.lead_after_ms(idle_s)`` (``watch.py``)
    How much earlier than it is to be felt the first step has to be taken.

In between stand ``lower`` (``lowering.py``: what of the canonical pulses the motor can play, and
what was lost, by name) and ``alike`` (``collapse.py``: which cues cannot be told apart by what is
felt). Profiles are read by ``kickcue.config.watch_files``.
"""
