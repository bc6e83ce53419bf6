import type { PropertiesOf, SubscriptionRequest } from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';

interface Waiting {
  /** Absent when nobody waits for the outcome any more. */
  op: number | undefined;
  /** When it fails: at the end of the caller's own timeout, and once transmitted, of the time for an answer. */
  deadline: number;
  /** Names what the journal has stored of a publish. */
  record?: number;
}

export interface PublishOperation extends Waiting {
  readonly kind: 'publish';
  readonly message: OutgoingMessage;
}

export interface SubscribeOperation extends Waiting {
  readonly kind: 'subscribe';
  /** Made by the session itself, for subscriptions that the server lost. */
  readonly renews?: true;
  readonly subscriptions: readonly SubscriptionRequest[];
  readonly properties?: PropertiesOf<'subscribe'>;
}

export interface UnsubscribeOperation extends Waiting {
  readonly kind: 'unsubscribe';
  readonly filters: readonly string[];
  readonly properties?: PropertiesOf<'unsubscribe'>;
}

/** Something the application asked for. */
export type Operation = PublishOperation | SubscribeOperation | UnsubscribeOperation;
