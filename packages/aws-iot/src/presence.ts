import { parseObject, type EpochSeconds } from './json.ts';
import type { Granted, Messenger } from './messenger.ts';
import { Stream, type StreamOptions } from './stream.ts';
import { watchConnection } from './watch-connection.ts';

/** Whether somebody is there. */
export interface PresenceStatus {
  readonly status: 'online' | 'offline';
  /** Of `online`: when it was announced. A will cannot know when it is sent. */
  readonly since?: EpochSeconds;
}

/** Announces that a client is there, by a retained message, and that it is gone, by its will. */
export interface Presence {
  /** For the option `will` of the client. */
  readonly will: { readonly topic: string; readonly payload: string; readonly qos: 1; readonly retain: true };
  /**
   * Announces the client whenever it is connected, from now on. What cannot be published is told to `onError`.
   *
   * Returns a function that says goodbye. Call it before `stop()`: a server sends no will when a client takes its leave.
   * A tab that is closed does that without saying goodbye.
   */
  announce(messenger: Messenger, onError?: (error: unknown) => void): () => Promise<void>;
}

/** Presence on a topic of its own. Over IoT Core the policy needs `iot:RetainPublish` and the attribute `LastWill`. */
export function createPresence({ topic }: { readonly topic: string }): Presence {
  const offline = JSON.stringify({ status: 'offline' } satisfies PresenceStatus);
  const say = async (messenger: Messenger, payload: string): Promise<void> => {
    await messenger.publish(topic, payload, { qos: 1, retain: true });
  };
  return {
    will: { topic, payload: offline, qos: 1, retain: true },
    announce: (messenger, onError = () => {}) => {
      const sayOnline = (): void => {
        const since = Math.floor(Date.now() / 1_000);
        say(messenger, JSON.stringify({ status: 'online', since } satisfies PresenceStatus)).catch(onError);
      };
      let stage: 'beginning' | 'here' | 'ended' | 'left' = 'beginning';
      let own: Promise<Granted> | undefined;
      const begin = async (): Promise<void> => {
        stage = 'beginning';
        // The will of a lost connection may be sent after the next one has been announced: then it is announced again.
        own = messenger.subscribe(topic, { qos: 1 }, ({ payload }) => {
          if (stage === 'here' && parseObject<PresenceStatus>(payload)?.status === 'offline') sayOnline();
        });
        await own;
        if (stage !== 'beginning') return;
        stage = 'here';
        sayOnline();
      };
      const stopWatching = watchConnection(messenger, {
        onConnect: () => {
          if (stage === 'here') sayOnline();
          if (stage === 'ended') begin().catch(onError);
        },
        // Subscriptions end with the client, which may be started again.
        onEnd: () => {
          stage = 'ended';
        },
      });
      begin().catch(onError);
      return async () => {
        stage = 'left';
        stopWatching();
        own?.then((granted) => granted.unsubscribe()).catch(() => {});
        await say(messenger, offline);
      };
    },
  };
}

/** Follows somebody's presence. IoT Core sends what it has retained for an exact topic only, for no wildcard. */
export function watchPresence(
  messenger: Messenger,
  { topic, ...options }: { readonly topic: string } & StreamOptions,
): Stream<PresenceStatus> {
  return new Stream(messenger, [topic], ({ payload }) => parseObject<PresenceStatus>(payload), options);
}
