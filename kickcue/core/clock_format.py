"""Times as runners write them, for people: ``15:42.7``, ``1:02:03``; before the gun ``-0:12``."""


def clock(seconds: float, digits: int = 0) -> str:
    """Return hours (where there are any), minutes and seconds, with so many decimals."""
    units = 10**digits
    count = round(seconds * units)
    whole, part = divmod(abs(count), units)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    end = f".{part:0{digits}}" if digits else ""
    return f"{'-' if count < 0 else ''}{start}:{rest:02}{end}"


def brief_clock(seconds: float) -> str:
    """Return a time with its tenth, without it where that is 0: ``3:58.5``, ``15:30``."""
    return clock(seconds, 1).removesuffix(".0")
