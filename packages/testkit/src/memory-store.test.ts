import { sessionStoreContract } from './contracts/session-store.ts';
import { MemoryStore } from './memory-store.ts';

sessionStoreContract('MemoryStore', async () => new MemoryStore());
