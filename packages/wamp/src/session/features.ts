import type { Roles } from '../messages/roles.ts';

/** The roles that sessions of clients announce, and what they can do. */
export const CLIENT_FEATURES: Roles = {
  subscriber: {
    features: {
      publisher_identification: true,
      pattern_based_subscription: true,
      subscription_revocation: true,
      payload_transparency: true,
      payload_encryption_cryptobox: true,
    },
  },
  publisher: {
    features: {
      publisher_identification: true,
      subscriber_blackwhite_listing: true,
      publisher_exclusion: true,
      payload_transparency: true,
      x_acknowledged_event_delivery: true,
      payload_encryption_cryptobox: true,
    },
  },
  caller: {
    features: {
      caller_identification: true,
      call_canceling: true,
      call_timeout: true,
      progressive_call_results: true,
      payload_transparency: true,
      payload_encryption_cryptobox: true,
    },
  },
  callee: {
    features: {
      caller_identification: true,
      pattern_based_registration: true,
      shared_registration: true,
      call_canceling: true,
      progressive_call_results: true,
      registration_revocation: true,
      payload_transparency: true,
      payload_encryption_cryptobox: true,
    },
  },
};
