import { parseArgs } from 'node:util';
import { createSimulatedCluster } from './simulated-cluster.ts';

/** `node packages/kubesim/src/main.ts --port 0 --demo shop|empty|scale --objects N`: one JSON line when it listens. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      demo: { type: 'string', default: 'empty' },
      objects: { type: 'string', default: '10000' },
    },
  });
  const cluster = createSimulatedCluster();
  await cluster.listen(Number(values.port));
  process.stdout.write(`${JSON.stringify({ url: cluster.url, kubeconfig: cluster.kubeconfig() })}\n`);
  const stop = () => void cluster.close().then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('disconnect', stop);
  process.stdin.on('end', stop).resume();
}

await main();
