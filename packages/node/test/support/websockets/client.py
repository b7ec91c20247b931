"""Connects with the client of websockets, once for each line: url, parameters, messages. Prints what came back."""
import asyncio
import json
import sys

from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.legacy.client import connect


async def talk(url, parameters, messages):
    extensions = [ClientPerMessageDeflateFactory(**parameters)]
    async with connect(url, extensions=extensions, compression=None) as websocket:
        echoed = []
        for message in messages:
            await websocket.send(message)
            echoed.append(await websocket.recv())
        return {'extensions': [extension.name for extension in websocket.extensions], 'echoed': echoed == messages}


async def main():
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        try:
            result = await talk(**json.loads(line))
        except Exception as error:
            result = {'error': repr(error)}
        print(json.dumps(result), flush=True)


asyncio.run(main())
