"""The wire format as documents, generated from the models.

They are JSON Schemas, an AsyncAPI 3.0 document and the tables of ``docs/wire.md``.

``python -m kickcue.edges.mqtt.schema_docs`` writes them; a test fails when they have drifted.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kickcue.config.broker_form import TOPIC_LEVEL
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Cue, CueKind, Estimate, LegBegin, LegKind, Mode, Phase
from kickcue.core.watch.state_machine import CueAck
from kickcue.edges.mqtt.messages import (
    MODELS,
    WIRE,
    AckMessage,
    ArmMessage,
    CommandMessage,
    CueMessage,
    DisarmMessage,
    HealthMessage,
    LapsMessage,
    LapTime,
    LegMessage,
    Message,
    PartState,
    PresenceMessage,
    RaceMessage,
    SensorMessage,
    StateMessage,
    StatusMessage,
    touch_message,
)
from kickcue.edges.mqtt.topics import RULES, Side

DOCS: Final = Path("docs")
WIRE_MD: Final = DOCS / "wire.md"
ASYNCAPI: Final = DOCS / "asyncapi.json"
SCHEMAS: Final = DOCS / "schemas"
_BLOCK: Final = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

WITH_A_WILL: Final = ("status", "presence")
_RUN: Final = "5f3a9c01"
_WATCH: Final = "b7e2d410"
_LAST_LAP: Final = Cue(
    t_ns=0,
    id="last_lap-1",
    kind=CueKind.LAST_LAP,
    text="Last lap: turnover up, stay relaxed",
    say="Last lap. Turnover up, stay relaxed.",
    pulses=((500, 150, 1.0), (150, 150, 1.0), (150, 0, 1.0)),
    urgency=3,
    ttl_ms=2000,
    to_go_m=400.0,
    sd_m=2.1,
)
EXAMPLES: Final[Mapping[str, Message]] = {
    "status": StatusMessage(
        run_id=_RUN, sent_ms=812_000, status="online", version="0.1.0", phase=Phase.BODY
    ),
    "state": StateMessage.of(
        Estimate(0, 4571.3, 2.1, 5.62, 184.0, 176.0, 12, 428.7, 5.1, Mode.MARKS, 12, 12, 0.4),
        _RUN,
        812_250,
    ),
    "leg": LegMessage(
        run_id=_RUN,
        sent_ms=812_250,
        **LegMessage.values(LegBegin(0, LegKind.REP, 4, 6, 2, 3, 0, "200 m")),
    ),
    "race": RaceMessage(
        run_id=_RUN,
        sent_ms=1_000,
        kind="race",
        name="5000m",
        distance_m=5000.0,
        lap_m=400.0,
        marker_m=400.0,
        kick_m=400.0,
        reps=None,
        rules=Rules.TIMETRIAL,
        language="en",
    ),
    "laps": LapsMessage(
        run_id=_RUN,
        sent_ms=812_300,
        gun_ms=21_000,
        over_ms=None,
        rate=1.0,
        laps=(LapTime(lap=12, race_s=791.2, lap_s=70.4, error_s=0.0),),
    ),
    "health": HealthMessage(
        run_id=_RUN,
        sent_ms=812_400,
        parts=(PartState(name="pod", state="ok", text="connected"),),
    ),
    "arm": touch_message(ArmMessage, _LAST_LAP, _RUN, 812_251, due_in_ms=5100, ttl_ms=2000),
    "disarm": DisarmMessage(
        run_id=_RUN, sent_ms=814_000, id="last_lap-1", why="the runner stopped"
    ),
    "cue": touch_message(CueMessage, _LAST_LAP, _RUN, 817_330, due_in_ms=0, ttl_ms=1998),
    "ack": AckMessage.of(
        CueAck(_RUN, "last_lap-1", felt=True, why=None, latency_ms=4), _WATCH, 65_020
    ),
    "presence": PresenceMessage(run_id=_WATCH, sent_ms=65_500, status="online", kind="esp32-mqtt"),
    "command": CommandMessage.model_validate(
        {"run_id": _WATCH, "sent_ms": 66_910, "id": "c41", "kind": "lap"}
    ),
    "sensor": SensorMessage(run_id="gateway-2", sent_ms=120_400, hex="0780035ae90039300000"),
}


def documents(root: Path) -> Mapping[Path, str]:
    """Return the text of each document by its path.

    ``docs/wire.md`` below ``root`` keeps what is not generated.
    """
    schemas = {SCHEMAS / f"{name}.json": _pretty(schema(name)) for name in MODELS}
    return {
        **schemas,
        ASYNCAPI: _pretty(asyncapi()),
        WIRE_MD: _wire_md((root / WIRE_MD).read_text(encoding="utf-8")),
    }


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a message.

    Keys it does not name are allowed: a later version may add some, receivers pass over them.
    """
    found = MODELS[name].model_json_schema()
    del found["additionalProperties"]
    if RULES[name].side is Side.DAEMON:
        # Of what we send every key is there; what we receive may leave out what has a default.
        found["required"] = [key for key in found["properties"] if key != "wire"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "examples": [_example(name)],
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document, from the sender's point of view."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "kickcue on MQTT",
            "version": str(WIRE),
            "description": (
                "Cues to a runner's wrist, acks back. docs/wire.md specifies what a watch must do."
            ),
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name) for name in RULES},
        "operations": {
            f"{_action(name)}_{name}": {
                "action": _action(name),
                "channel": {"$ref": f"#/channels/{name}"},
                "summary": rule.what,
                "bindings": {
                    "mqtt": {"qos": rule.qos, "retain": rule.retained, "bindingVersion": "0.2.0"}
                },
            }
            for name, rule in RULES.items()
        },
        "components": {
            "messages": {
                name: {
                    "name": name,
                    "summary": RULES[name].what,
                    "contentType": "application/json",
                    "payload": {"$ref": f"schemas/{name}.json"},
                    "examples": [{"payload": _example(name)}],
                }
                for name in MODELS
            },
        },
    }


def _channel(name: str) -> dict[str, Any]:
    parameters = {
        "prefix": {
            "description": f"kickcue/<athlete> unless configured; each level matches {TOPIC_LEVEL}",
            "default": "kickcue/runner",
        }
    }
    if name == "sensor":
        parameters |= {
            "id": {"description": "the sensor's name in the race's setup, such as pod or strap"},
            "char": {
                "description": (
                    "the characteristic's 16-bit UUID, four lower-case hex digits, such as 2a53"
                )
            },
        }
    address = "{prefix}/sensor/{id}/{char}" if name == "sensor" else f"{{prefix}}/{name}"
    return {
        "address": address,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": parameters,
    }


def _action(name: str) -> str:
    return "send" if RULES[name].side is Side.DAEMON else "receive"


def _wire_md(text: str) -> str:
    """Return ``docs/wire.md`` with its generated blocks made anew."""

    def block(match: re.Match[str]) -> str:
        name = match[2]
        content = _topic_table() if name == "topics" else _message_section(name)
        return f"{match[1]}{content}\n{match[3]}"

    return _BLOCK.sub(block, text)


def _topic_table() -> str:
    rows = ["| topic | from | QoS | retained | what |", "|---|---|---|---|---|"]
    for name, rule in RULES.items():
        topic = "sensor/<id>/<char>" if name == "sensor" else name
        sender = (
            "sender" if rule.side is Side.DAEMON else "gateway" if name == "sensor" else "watch"
        )
        rows.append(
            f"| `{topic}` | {sender} | {rule.qos} | {'yes' if rule.retained else 'no'} | "
            f"{rule.what} |"
        )
    return "\n".join(rows)


def _message_section(name: str) -> str:
    rows = ["| key | type | what |", "|---|---|---|", *_key_rows(name)]
    example = "\n".join(["```json", json.dumps(_example(name), ensure_ascii=False), "```"])
    return "\n".join([*rows, "", example])


def _key_rows(name: str) -> Iterator[str]:
    found = schema(name)
    for key, value in found["properties"].items():
        if key not in Message.model_fields or (name in WITH_A_WILL and key == "sent_ms"):
            yield (
                f"| `{key}` | {_type(value, found.get('$defs', {}))} | "
                f"{value.get('description', '')} |"
            )


def _type(value: Mapping[str, Any], named: Mapping[str, Any]) -> str:
    """Return a JSON Schema's type in words; ``named`` are the schemas that it may refer to."""
    if "anyOf" in value:
        return " or ".join(_type(each, named) for each in value["anyOf"])
    if "$ref" in value:
        return _type(named[value["$ref"].rpartition("/")[2]], named)
    if "enum" in value:
        return ", ".join(f'`"{each}"`' for each in value["enum"])
    return "list" if value["type"] == "array" else str(value["type"])


def _example(name: str) -> Any:
    return json.loads(EXAMPLES[name].to_json())


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the documents below the current folder, which must be a checkout."""
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for path, text in documents(Path()).items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
