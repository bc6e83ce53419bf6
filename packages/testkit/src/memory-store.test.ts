import { sessionStoreContract } from './contracts/session-store.test-helpers.ts';
import { MemoryStore } from './memory-store.ts';

sessionStoreContract('MemoryStore', async () => new MemoryStore());
