import { parseArgs } from 'node:util';
import { systemClock } from '@pilothouse/core';
import { seedScale } from './scale/seed-scale.ts';
import { createSimulatedCluster } from './simulated-cluster.ts';

const demos = ['empty', 'shop', 'scale'] as const;

/** `node packages/kubesim/src/main.ts --port 0 --demo empty|shop|scale --objects N`: prints one JSON line when it listens. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      demo: { type: 'string', default: 'empty' },
      objects: { type: 'string', default: '10000' },
    },
  });
  const demo = demos.find((one) => one === values.demo);
  if (demo === undefined) throw new Error(`--demo is one of ${demos.join(', ')}`);
  const cluster = createSimulatedCluster({ controllers: demo !== 'scale' });
  if (demo === 'scale') await seedScale(cluster.store, Number(values.objects), systemClock.now());
  await cluster.listen(Number(values.port));
  process.stdout.write(`${JSON.stringify({ url: cluster.url, kubeconfig: cluster.kubeconfig() })}\n`);
  endWithParent(() => cluster.close());
}

/** Ends on SIGTERM and SIGINT, and when whoever started it is gone. */
function endWithParent(close: () => Promise<void>): void {
  const stop = () => void close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (process.connected) process.once('disconnect', stop);
  if (!process.stdin.isTTY) process.stdin.once('end', stop).once('error', stop).resume();
}

await main();
