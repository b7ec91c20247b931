"""Echoes with the server of websockets. The query of the URL says how it negotiates, as JSON."""
import asyncio
import json
import sys
import urllib.parse

from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.legacy.server import WebSocketServerProtocol, serve


class Negotiating(WebSocketServerProtocol):
    async def process_request(self, path, headers):
        self.parameters = json.loads(urllib.parse.unquote(path.partition('?')[2]))

    def process_extensions(self, headers, available):
        return super().process_extensions(headers, [ServerPerMessageDeflateFactory(**self.parameters)])


async def echo(websocket):
    async for message in websocket:
        await websocket.send(message)


async def main():
    async with serve(echo, '127.0.0.1', 0, create_protocol=Negotiating, compression=None) as server:
        print(json.dumps({'port': server.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
