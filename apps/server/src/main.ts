import { enableCompileCache } from 'node:module';

enableCompileCache();
// Loaded after the cache is on, so that everything else comes out of it.
const { runServer } = await import('./run-server.ts');
await runServer();
