import type { SessionConfig } from '../config.ts';
import { config } from './driver.test-helpers.ts';
import { METHOD } from './authentication.test-helpers.ts';
import type { SeededRandom } from './random.test-helpers.ts';
import { ALLOWED } from './redirect-checks.test-helpers.ts';

/** Options such that everything happens soon. */
export function randomConfig(random: SeededRandom): SessionConfig {
  const protocolVersion = random.pick([5, 5, 4, 'auto'] as const);
  const behavior = random.pick(['clean', 'rejoinPostSuccess', 'rejoinAlways'] as const);
  return config({
    protocolVersion,
    // A page that has lost its store cannot know which identifiers such a session has in use.
    isDurable: random.chance(0.6) && !(protocolVersion !== 5 && behavior === 'rejoinAlways'),
    keepAliveSeconds: random.pick([10, 60]),
    connectTimeoutMs: random.pick([2_000, 15_000]),
    pingTimeoutMs: random.pick([2_000, 20_000]),
    ackTimeoutMs: random.pick([5_000, 30_000, 60_000]),
    session: {
      ...(random.chance(0.8) && { behavior }),
      expirySeconds: random.pick([0, 300, 300]),
      onLost: random.pick(['republishQos1', 'republish', 'fail'] as const),
    },
    reconnect: random.chance(0.05)
      ? false
      : {
          minDelayMs: random.pick([0, 100, 1_000]),
          maxDelayMs: random.pick([1_000, 20_000]),
          jitter: random.pick(['full', 'decorrelated', 'none'] as const),
          minConnectedTimeToResetMs: random.pick([0, 30_000]),
        },
    offlineQueue: {
      behavior: random.pick([
        'failQos0PublishOnDisconnect',
        'failQos0PublishOnDisconnect',
        'failNonQos1PublishOnDisconnect',
        'failAllOnDisconnect',
      ] as const),
      maxOperations: random.pick([3, 1_000]),
      maxBytes: random.pick([100, 1_000_000, 100_000_000]),
      maxAgeMs: random.pick([20_000, 300_000]),
      overflow: random.pick(['reject', 'reject', 'dropOldest', 'dropNewest'] as const),
    },
    brokerProfile: {
      ...(random.chance(0.3) && { hangsUpOnDeniedPublish: true }),
      ...(random.chance(0.2) && {
        publishesPerSecond: random.pick([0.5, 1, 5]),
        countsReceived: random.chance(0.5),
        bytesPerSecond: random.pick([50, 1_000]),
        connectsPerSecond: random.pick([0.2, 1]),
      }),
    },
    limits: { receiveMaximum: 1 + random.below(5) },
    topicAliasing: {
      outbound: random.pick(['lru', 'lru', 'manual', 'none'] as const),
      outboundMaximum: random.pick([1, 3, 16]),
      inboundMaximum: random.pick([0, 2, 16]),
    },
    ...(protocolVersion === 5 && random.chance(0.4) && { authenticationMethod: METHOD }),
    ...(random.chance(0.5) && { redirect: ALLOWED }),
    credentialsChange: random.chance(0.5),
    urlChanges: random.chance(0.5),
  });
}
