# Reads {name: {"json": text, ...}} from standard input: what another implementation has written, as hex.
# Writes {name: {serializer id: hex}}: the same messages, read and written again by Autobahn|Python.
import json
import sys

import txaio

txaio.use_asyncio()
from autobahn.wamp import serializer  # noqa: E402

MAKERS = [
    serializer.JsonSerializer,
    serializer.MsgPackSerializer,
    serializer.CBORSerializer,
]
by_id = {}
for make in MAKERS:
    for batched in (False, True):
        made = make(batched=batched)
        by_id[made.SERIALIZER_ID] = made

answer = {}
for name, written in json.load(sys.stdin).items():
    answer[name] = {}
    for id, hexadecimal in written.items():
        payload = bytes.fromhex(hexadecimal)
        if name == 'EVENT_RECEIVED':
            # It has a class for this, but its serializers do not know it.
            (raw,) = by_id[id]._serializer.unserialize(payload)
            answer[name][id] = by_id[id]._serializer.serialize(raw).hex()
            continue
        is_binary = not id.startswith('json')
        (message,) = by_id[id].unserialize(payload, is_binary)
        message.uncache()
        answer[name][id] = by_id[id].serialize(message)[0].hex()
json.dump(answer, sys.stdout)
