import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { measureSync } from './measure-sync.ts';

const caData = Buffer.from(process.env.BENCH_AUTHORITY ?? '').toString('base64');
const config = new KubeConfig();
config.loadFromOptions({
  clusters: [{ name: 'bench', server: `https://127.0.0.1:${process.argv[2]}`, caData, skipTLSVerify: false }],
  users: [{ name: 'bench' }],
  contexts: [{ name: 'bench', cluster: 'bench', user: 'bench' }],
  currentContext: 'bench',
});
const api = config.makeApiClient(CoreV1Api);

await measureSync(async () => {
  const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
  informer.on('error', (error: unknown) => console.error(error));
  await informer.start();
  return () => informer.list().length;
});
process.exit(0);
