/** A program: node openocp-chains.ts INSTANCE DATABASE_URL */
import { openDatabase } from '../../packages/server/src/store/database.ts';
import { createTaskStore } from '../../packages/server/src/store/task-store.ts';
import { startEngineChains } from './engine-chains.ts';
import { serveChains } from './serve-chains.ts';

const [, , instance = '', url = ''] = process.argv;
const database = await openDatabase(url);
serveChains(await startEngineChains(createTaskStore(database), instance));
