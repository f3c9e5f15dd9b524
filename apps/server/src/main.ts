import { enableCompileCache } from 'node:module';
import { keepYoungSpaceSmall } from './startup-memory.ts';

const settle = 3000;

enableCompileCache();
const letYoungSpaceGrow = keepYoungSpaceSmall();
// Loaded after the cache is on, so that everything else comes out of it.
const { runServer } = await import('./run-server.ts');
await runServer();
setTimeout(letYoungSpaceGrow, settle).unref();
