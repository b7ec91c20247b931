"""Serves with trio-websocket; what it sees of each connection is a line of JSON."""
import json
import sys

import trio
import trio_websocket


def tell(**fields):
    print(json.dumps(fields), flush=True)


async def echo(websocket):
    while True:
        await websocket.send_message(await websocket.get_message())


async def handler(request):
    path = request.path
    if path == '/reject':
        await request.reject(401, extra_headers=[(b'X-Why', b'because')], body=b'not you')
        return
    proposed = request.proposed_subprotocols
    websocket = await request.accept(
        subprotocol='superchat' if 'superchat' in proposed else None,
        extra_headers=[(b'X-Answer', b'you')],
    )
    try:
        if path == '/ping':
            await websocket.ping(b'hello')
            await websocket.send_message('ponged')
        elif path.startswith('/close/'):
            await websocket.aclose(int(path[len('/close/'):]), 'because')
        else:
            await echo(websocket)
    except trio_websocket.ConnectionClosed as error:
        reason = error.reason
        tell(path=path, code=reason.code, reason=reason.reason)


async def main():
    async with trio.open_nursery() as nursery:
        server = await nursery.start(trio_websocket.serve_websocket, handler, '127.0.0.1', 0, None)
        tell(port=server.port)
        # Until the other side has enough.
        await trio.to_thread.run_sync(sys.stdin.read, cancellable=True)
        nursery.cancel_scope.cancel()


trio.run(main)
