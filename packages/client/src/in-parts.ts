import type { SubackPacket, SubscriptionRequest } from '@mqtide/codec';

/** A list in pieces of `size` at most. */
export function pieces<Item>(items: readonly Item[], size: number): Item[][] {
  const least = Math.max(1, Math.min(size, items.length));
  const count = Math.ceil(items.length / least);
  return Array.from({ length: count }, (_, index) => items.slice(index * least, (index + 1) * least));
}

/**
 * Subscribes with SUBSCRIBEs of at most `size` filters, and makes one answer of theirs. Rejects as the first that fails,
 * once all are over.
 */
export async function subscribeInParts(
  requests: readonly SubscriptionRequest[],
  size: number,
  subscribe: (part: readonly SubscriptionRequest[]) => Promise<SubackPacket>,
): Promise<SubackPacket> {
  if (requests.length <= size) return subscribe(requests);
  const parts = pieces(requests, size).map(subscribe);
  await Promise.allSettled(parts);
  const packets = await Promise.all(parts);
  return { ...(packets[0] as SubackPacket), reasonCodes: packets.flatMap(({ reasonCodes }) => reasonCodes) };
}
