import asyncio
import os

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol


class Echo(WebSocketServerProtocol):
    def onConnect(self, request):
        print(f"{request.path} from {request.peer}", flush=True)

    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)

    def onClose(self, wasClean, code, reason):
        print(f"closed: {code}", flush=True)


async def main():
    factory = WebSocketServerFactory()
    factory.protocol = Echo
    factory.setProtocolOptions(autoPingInterval=20, autoPingTimeout=20, openHandshakeTimeout=5)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", int(os.environ.get("PORT", "9000")))
    print(f"listening on port {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
