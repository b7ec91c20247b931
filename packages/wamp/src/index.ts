/** WAMP v2 over WebSockets. Serializers, WAMP-CRA and cryptosign have entries of their own. */
export { anonymousAuth, type ChallengeAnswer, type IAuthenticator, ticketAuth } from './auth/authenticator.ts';
export type { Check, Forwarder, OptionRows, RawDict, RawMessage } from './checks.ts';
export { CloseUri, ErrorUri } from './error-uris.ts';
export {
  ApplicationError,
  type Args,
  InvalidUriError,
  type Kwargs,
  ProtocolError,
  SerializationError,
  SessionNotReady,
  TransportLost,
  TypeCheckError,
  type WampErrorCode,
} from './errors.ts';
export { Authenticate, Challenge } from './messages/auth-messages.ts';
export {
  Call,
  Cancel,
  type CancelMode,
  type CancelOptions,
  Result,
  type ResultDetails,
} from './messages/call-messages.ts';
export { type ErrorDetails, ErrorMessage } from './messages/error-message.ts';
export {
  Interrupt,
  type InterruptOptions,
  Invocation,
  type InvocationDetails,
  Yield,
} from './messages/invocation-messages.ts';
export { type IMessage, type IObjectSerializer, MessageType, WampMessage } from './messages/message.ts';
export { type AnyMessage, MESSAGE_TYPE_MAP, type MessageClass, parseMessage } from './messages/message-types.ts';
export { type EncodingOptions, type PayloadArgs, PayloadMessage } from './messages/payload.ts';
export { Event, EventReceived, Publish, Published } from './messages/publish-messages.ts';
export {
  type InvocationPolicy,
  Register,
  Registered,
  Unregister,
  Unregistered,
  type UnregisteredDetails,
  type UnregisterOptions,
} from './messages/register-messages.ts';
export type { Features, Roles } from './messages/roles.ts';
export {
  Abort,
  type AbortDetails,
  Goodbye,
  type GoodbyeDetails,
  Hello,
  type HelloDetails,
  Welcome,
  type WelcomeDetails,
} from './messages/session-messages.ts';
export { EndedMessage, type EndOptions, EndRequest, StandingRequest } from './messages/standing-messages.ts';
export {
  Subscribe,
  Subscribed,
  Unsubscribe,
  Unsubscribed,
  type UnsubscribedDetails,
  type UnsubscribeOptions,
} from './messages/subscribe-messages.ts';
export {
  type AuthChallenge,
  type AuthDecision,
  type Authenticate as AuthenticateHook,
  type AuthGrant,
  type AuthRequest,
  type TicketUser,
  ticketChallenge,
} from './router/authentication.ts';
export type { Authorize as AuthorizeHook, Permission, RouterAction } from './router/authorization.ts';
export type { BusConnection, BusListener, RouterBus } from './router/bus.ts';
export type { RouterLimitOptions, RouterLimits } from './router/limits.ts';
export type { SessionInfo } from './router/member.ts';
export { createMemoryBus } from './router/memory-bus.ts';
export { createRouter, type Router, type RouterOptions } from './router/router.ts';
export { type JsonOptions, JsonSerializer } from './serializers/json.ts';
export { type ISerializer, Serializer, type SerializerFormat } from './serializers/serializer.ts';
export type {
  DetailedSerializerStats,
  SerializerStats,
  StatsListener,
  TrafficCounts,
} from './serializers/statistics.ts';
export type { Abortable } from './session/abortable.ts';
export { ApplicationSession } from './session/application-session.ts';
export { CallResult } from './session/arguments.ts';
export type { CallDetails, Endpoint, Registration } from './session/callee.ts';
export type { JoinOptions, SessionConfig } from './session/config.ts';
export type { CloseDetails, SessionDetails } from './session/details.ts';
export type { ErrorClass } from './session/error-classes.ts';
export type { CallOptions, PublishOptions, RegisterOptions, SubscribeOptions } from './session/options.ts';
export type { EncodedPayload, IPayloadCodec } from './session/payload-codec.ts';
export type { Publication } from './session/publisher.ts';
export { SessionHooks } from './session/session-hooks.ts';
export type { EventDetails, EventHandler, Subscription } from './session/subscriber.ts';
export { WampWebSocketClientFactory, WampWebSocketClientProtocol } from './transport/client.ts';
export type { ITransport, ITransportHandler, SessionFactory } from './transport/interfaces.ts';
export type { WampOptions } from './transport/options.ts';
export { WampWebSocketServerFactory, WampWebSocketServerProtocol } from './transport/server.ts';
export { parseSubprotocolIdentifier, type SubprotocolParts } from './transport/subprotocol.ts';
export { isRealmName, isUri, type MatchPolicy } from './uri.ts';
