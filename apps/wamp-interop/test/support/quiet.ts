// Autobahn|JS has much to say of connections that close. It keeps what it finds when it is loaded: to be imported before.

console.warn = () => {};

export {};
