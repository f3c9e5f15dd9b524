import { parseArgs } from 'node:util';
import { systemClock } from '@pilothouse/core';
import { createDemoCluster, demoProfiles } from './demo/demo-cluster.ts';
import { seedScale } from './scale/seed-scale.ts';
import { createSimulatedCluster, type SimulatedCluster } from './simulated-cluster.ts';

const demos = [...demoProfiles, 'scale'] as const;

/** `node packages/kubesim/src/main.ts --port 0 --demo empty|shop|staging|scale --objects N [--tls]`: prints one JSON line when it listens. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      demo: { type: 'string', default: 'empty' },
      objects: { type: 'string', default: '10000' },
      tls: { type: 'boolean', default: false },
    },
  });
  const demo = demos.find((one) => one === values.demo);
  if (demo === undefined) throw new Error(`--demo is one of ${demos.join(', ')}`);
  const cluster =
    demo === 'scale' ? await scaleCluster(Number(values.objects), values.tls) : await createDemoCluster(demo);
  await cluster.listen(Number(values.port));
  process.stdout.write(`${JSON.stringify({ url: cluster.url, kubeconfig: cluster.kubeconfig() })}\n`);
  endWithParent(() => cluster.close());
}

/** Many objects that stay as they are. */
async function scaleCluster(objects: number, tls: boolean): Promise<SimulatedCluster> {
  const cluster = createSimulatedCluster({ controllers: false, ...(tls ? { tls } : {}) });
  await seedScale(cluster.store, objects, systemClock.now());
  return cluster;
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
