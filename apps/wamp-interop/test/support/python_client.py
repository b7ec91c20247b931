# Clients of Autobahn|Python: one for each argument `realm:serializer[:method:authid:secret]`. Each offers procedures
# by which a test has it call, publish, subscribe and tell what it has heard. Ends with its standard input.
import asyncio
import sys

import txaio

txaio.use_asyncio()
from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession  # noqa: E402
from autobahn.wamp import auth, cryptosign  # noqa: E402
from autobahn.wamp.exception import ApplicationError  # noqa: E402
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer  # noqa: E402
from autobahn.wamp.types import CallOptions, CallResult, PublishOptions, RegisterOptions, SubscribeOptions  # noqa: E402

SERIALIZERS = {'json': JsonSerializer, 'msgpack': MsgPackSerializer, 'cbor': CBORSerializer}


def session_class(realm, method=None, authid=None, secret=None):
    class Client(ApplicationSession):
        def onConnect(self):
            extra = {'pubkey': self.key().public_key(), 'channel_binding': None} if method == 'cryptosign' else None
            self.join(realm, [method] if method else None, authid, authextra=extra)

        def key(self):
            return cryptosign.CryptosignKey.from_bytes(bytes.fromhex(secret))

        def onChallenge(self, challenge):
            if challenge.method == 'ticket':
                return secret
            if challenge.method == 'cryptosign':
                return self.key().sign_challenge(challenge)
            key = secret.encode()
            if 'salt' in challenge.extra:
                extra = challenge.extra
                key = auth.derive_key(secret, extra['salt'], extra['iterations'], extra['keylen'])
            return auth.compute_wcs(key, challenge.extra['challenge'].encode()).decode('ascii')

        async def onJoin(self, details):
            if method:
                print('joined', realm, details.authid, details.authrole, flush=True)
                return
            heard = []

            async def call(procedure, *args, **kwargs):
                try:
                    result = await self.call(procedure, *args, **kwargs)
                except ApplicationError as error:
                    return {'error': error.error, 'args': list(error.args), 'kwargs': error.kwargs}
                if isinstance(result, CallResult):
                    return {'results': list(result.results), 'kwresults': result.kwresults}
                return result

            async def publish(topic, *args, **kwargs):
                options = PublishOptions(acknowledge=True, exclude_me=False)
                return (await self.publish(topic, *args, options=options, **kwargs)).id

            async def subscribe(topic, match='exact'):
                def on_event(*args, **kwargs):
                    event = kwargs.pop('details')
                    heard.append([event.topic or topic, list(args), kwargs])

                options = SubscribeOptions(match=match, details_arg='details')
                return (await self.subscribe(on_event, topic, options=options)).id

            async def progressive(count, details=None):
                for number in range(count):
                    details.progress(number)
                    await asyncio.sleep(0)
                return count

            async def call_progressive(procedure, *args):
                seen = []
                options = CallOptions(on_progress=lambda *progress: seen.append(list(progress)))
                result = await self.call(procedure, *args, options=options)
                return [seen, result]

            def fail(*args, **kwargs):
                raise ApplicationError('com.python.error', *args, **kwargs)

            await self.register(lambda a, b: a + b, 'com.python.add')
            await self.register(lambda *args, **kwargs: CallResult(*args, **kwargs), 'com.python.echo')
            await self.register(fail, 'com.python.fail')
            await self.register(call, 'com.python.call')
            await self.register(publish, 'com.python.publish')
            await self.register(subscribe, 'com.python.subscribe')
            await self.register(lambda: heard, 'com.python.heard')
            await self.register(call_progressive, 'com.python.call_progressive')
            options = RegisterOptions(details_arg='details')
            await self.register(progressive, 'com.python.progressive', options=options)
            print('joined', realm, details.authid, details.authrole, flush=True)

        def onLeave(self, details):
            print('left', realm, details.reason, flush=True)
            self.disconnect()

    return Client


async def main(url, clients):
    loop = asyncio.get_running_loop()
    for client in clients:
        realm, serializer, *proof = client.split(':')
        runner = ApplicationRunner(url, realm, serializers=[SERIALIZERS[serializer]()])
        made = session_class(realm, *proof)
        await runner.run(lambda _config, made=made: made(), start_loop=False, log_level='error')
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main(sys.argv[1], sys.argv[2:]))
