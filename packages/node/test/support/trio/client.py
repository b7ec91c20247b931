"""Talks to a server with trio-websocket; what comes of it is one line of JSON."""
import json
import sys

import trio
import trio_websocket

URL = sys.argv[1]
results = {}


def open_websocket(path, **options):
    return trio_websocket.open_websocket_url(URL + path, **options)


async def closed(websocket):
    """How the server closed it."""
    try:
        await websocket.get_message()
    except trio_websocket.ConnectionClosed as error:
        return [error.reason.code, error.reason.reason]


async def main():
    async with open_websocket('/echo', subprotocols=['chat', 'superchat'], extra_headers=[(b'X-Ask', b'me')]) as ws:
        results['subprotocol'] = ws.subprotocol
        results['headers'] = dict((name.decode(), value.decode()) for name, value in ws.handshake_headers)
        await ws.send_message('grüße 🎉')
        results['text'] = await ws.get_message()
        await ws.send_message(bytes(range(256)))
        results['binary'] = list(await ws.get_message())
        large = bytes(i % 251 for i in range(2**20))
        await ws.send_message(large)
        results['large'] = await ws.get_message() == large
        await ws.send_message('x' * 2**20)
        results['long'] = await ws.get_message() == 'x' * 2**20
        await ws.ping(b'hello')
        results['ping'] = True
        await ws.aclose(4002, 'my reason')
        results['echoed'] = [ws.closed.code, ws.closed.reason]
    async with open_websocket('/ping') as ws:
        results['pinged'] = await ws.get_message()
        results['returned'] = await closed(ws)
    async with open_websocket('/close') as ws:
        results['closed'] = await closed(ws)
    async with open_websocket('/throw') as ws:
        results['thrown'] = await closed(ws)
    async with open_websocket('/limit') as ws:
        await ws.send_message('x' * (2**20 + 1))
        results['limited'] = (await closed(ws))[0]
    try:
        async with open_websocket('/reject'):
            pass
    except trio_websocket.ConnectionRejected as error:
        headers = dict((name.decode(), value.decode()) for name, value in error.headers)
        results['rejected'] = [error.status_code, headers.get('x-why'), error.body.decode()]


trio.run(main)
print(json.dumps(results))
