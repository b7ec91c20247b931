# An echo server of Python's Autobahn that agrees to permessage-deflate and permessage-bzip2.
import asyncio

from autobahn.asyncio.websocket import WebSocketServerFactory, WebSocketServerProtocol
from autobahn.websocket.compress import (
    PerMessageBzip2Offer,
    PerMessageBzip2OfferAccept,
    PerMessageDeflateOffer,
    PerMessageDeflateOfferAccept,
)


class Echo(WebSocketServerProtocol):
    def onMessage(self, payload, isBinary):
        self.sendMessage(payload, isBinary)


def accept(offers):
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(offer)
        if isinstance(offer, PerMessageBzip2Offer):
            return PerMessageBzip2OfferAccept(offer)
    return None


async def main():
    factory = WebSocketServerFactory("ws://127.0.0.1:9000")
    factory.protocol = Echo
    factory.setProtocolOptions(failByDrop=False, perMessageCompressionAccept=accept)
    # The port of the URL is only what the server says of itself.
    factory.isSecure = False
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


asyncio.run(main())
