"""The race file: there, right, and with sensors in it."""

from collections.abc import Iterator

from kickcue.cli.doctoring.finding import Finding, Patient, fault, ok


def race(patient: Patient) -> Iterator[Finding]:
    """Tell which race is set up, and whose sensors are its."""
    if patient.race_file is None:
        yield fault("race file", "there is none", "`kickcue init` writes one")
        return
    if patient.settings is None:
        yield fault("race file", str(patient.mistake))
        return
    course = patient.settings.course()
    laps = "on the road" if course.lap_m is None else f"in laps of {course.lap_m:.10g} m"
    yield ok("race file", f"{patient.race_file}: {course.event} {laps}")
    pins = patient.settings.sensors
    if pins:
        yield ok("sensors", "; ".join(f"{name} is {' '.join(pin.pin)} ({pin.profile})" for name, pin in pins.items()))
    else:
        yield fault("sensors", "the race file names none, and kickcue does not guess whose they are", "`kickcue pair` finds yours")
