# mypy: ignore-errors
"""Plays schedules to ``kickcue_wrist``, under MicroPython and CPython alike; see
``test_wrist_alike.py``.

A step is [what, run_id, sent_ms, received_ms, cue_id, ttl_ms, due_in_ms]; what it led to is the
list of actions and the next due time.
"""


def play(kickcue_wrist, steps, over):
    wrist = kickcue_wrist.Wrist([kickcue_wrist.Answer(*over)])
    return [step_of(kickcue_wrist, wrist, *step) for step in steps]


def step_of(module, wrist, what, run_id, sent_ms, received_ms, cue_id, ttl_ms, due_in_ms):
    touch = {"id": cue_id, "ttl_ms": ttl_ms}
    actions = []
    if what == "hear":
        wrist.hear(run_id, sent_ms, received_ms)
    elif what == "tick":
        actions = wrist.tick(received_ms)
    elif what == "arm":
        actions = wrist.arm(run_id, sent_ms, received_ms, touch, due_in_ms)
    elif what == "disarm":
        actions = wrist.disarm(run_id, sent_ms, received_ms, cue_id)
    else:
        actions = wrist.cue(run_id, sent_ms, received_ms, touch)
    return [[plain(module, action) for action in actions], wrist.next_due_ms()]


def plain(module, action):
    if isinstance(action, module.Play):
        return [
            "play",
            action.touch["id"],
            action.touch["ttl_ms"],
            action.late_ms,
            action.from_timer,
        ]
    return ["answer", action.run_id, action.cue_id, action.felt, action.why, action.latency_ms]
