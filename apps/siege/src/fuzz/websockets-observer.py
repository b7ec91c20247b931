"""Reads lines of "masked|unmasked HEX", writes a line of JSON for each: what the package websockets makes of them.

Its engine yields frames; messages are joined here as its own connections do it: fragments, then UTF-8.
"""

import json
import sys

try:
    from websockets.protocol import Protocol, Side, State
except ImportError:  # before 11.0
    from websockets.connection import Connection as Protocol, Side, State

LIMIT = 2000


def observe(is_masked, data):
    protocol = Protocol(Side.SERVER if is_masked else Side.CLIENT, state=State.OPEN, max_size=LIMIT)
    events, parts, kind, failure = [], [], None, None
    protocol.receive_data(data)
    for frame in protocol.events_received():
        opcode = int(frame.opcode)
        if opcode == 9:
            events.append("ping " + frame.data.hex())
        elif opcode == 10:
            events.append("pong " + frame.data.hex())
        elif opcode == 8:
            code = int.from_bytes(frame.data[:2], "big") if frame.data else 1005
            events.append("close %d" % code)
        else:
            if opcode != 0:
                kind, parts = opcode, []
            parts.append(bytes(frame.data))
            if frame.fin:
                payload = b"".join(parts)
                if kind == 1:
                    try:
                        payload.decode()
                    except UnicodeDecodeError:
                        failure = 1007
                        break
                events.append(("text " if kind == 1 else "binary ") + payload.hex())
    if failure is None and protocol.parser_exc is not None:
        failure = protocol.close_sent.code if protocol.close_sent is not None else -1
    return {"events": events, "failure": failure}


for line in sys.stdin:
    role, _, digits = line.strip().partition(" ")
    print(json.dumps(observe(role == "masked", bytes.fromhex(digits))))
