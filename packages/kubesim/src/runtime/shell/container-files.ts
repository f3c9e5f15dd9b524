import type { Container, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { ObjectStorePort } from '../../object-store-port.ts';
import { programs } from './command-table.ts';
import { decode } from './container-environment.ts';
import type { PodParts } from './container-world.ts';

type Data = { data?: Record<string, string> };
type Files = Record<string, string>;

/** The files a container starts with, by absolute path: a small image, what Kubernetes writes into it, and its mounts. */
export function containerFiles(store: ObjectStorePort, pod: PodParts, container: Container): Files {
  const { name } = pod.metadata;
  const address = pod.status?.podIP ?? '10.244.0.2';
  const image = container.image ?? '';
  const files: Files = {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${address}\t${name}\n`,
    '/etc/resolv.conf': `search ${pod.metadata.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`,
    '/etc/os-release': osRelease(image),
    '/etc/passwd':
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\napp:x:10001:10001:app:/app:/bin/sh\n',
    '/proc/version': 'Linux version 6.12.48-sim (sim@kubesim) #1 SMP PREEMPT_DYNAMIC\n',
    '/proc/loadavg': '0.42 0.38 0.35 2/611 53\n',
    '/proc/1/cmdline': [...(container.command ?? []), ...(container.args ?? [])].join('\0') || container.name,
    '/dev/null': '',
    '/root/': '',
    '/tmp/': '',
    '/var/log/': '',
    '/usr/bin/': '',
    '/home/': '',
    '/run/': '',
  };
  for (const program of Object.keys(programs)) if (program !== 'sh') files[`/bin/${program}`] = '\u007fELF';
  files['/bin/sh'] = '\u007fELF';
  Object.assign(files, applicationFiles(image, container.name));
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  if (pod.spec.automountServiceAccountToken !== false) {
    files[`${account}/namespace`] = pod.metadata.namespace ?? 'default';
    files[`${account}/token`] = 'simulated-token';
    files[`${account}/ca.crt`] = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
  }
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((one) => one.name === mount.name);
    if (volume !== undefined)
      mountVolume(files, { store, pod, volume, at: mount.mountPath.replace(/\/+$/, ''), subPath: mount.subPath });
  }
  return files;
}

type Mount = { store: ObjectStorePort; pod: PodParts; volume: Volume; at: string; subPath: string | undefined };

function mountVolume(files: Files, { store, pod, volume, at, subPath }: Mount): void {
  const { namespace } = pod.metadata;
  const content: Files = {};
  const config =
    volume.configMap?.name === undefined
      ? undefined
      : (store.get('configmaps', namespace, volume.configMap.name) as Data | undefined);
  const secret =
    volume.secret?.secretName === undefined
      ? undefined
      : (store.get('secrets', namespace, volume.secret.secretName) as Data | undefined);
  for (const [key, value] of Object.entries(config?.data ?? {})) content[key] = value;
  for (const [key, value] of Object.entries(secret?.data ?? {})) content[key] = decode(value);
  if (volume.name.startsWith('kube-api-access')) return;
  if (subPath !== undefined && content[subPath] !== undefined) {
    files[at] = content[subPath];
    return;
  }
  files[`${at}/`] = '';
  const items = volume.configMap?.items ?? volume.secret?.items;
  for (const [key, value] of Object.entries(content)) {
    const item = items?.find((one) => one.key === key);
    if (items === undefined || item !== undefined) files[`${at}/${item?.path ?? key}`] = value;
  }
}

function osRelease(image: string): string {
  if (/alpine|redis|busybox/.test(image))
    return 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\n';
  return 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n';
}

function applicationFiles(image: string, name: string): Files {
  const version = /:v?([^/:@]+)(?:@|$)/.exec(image)?.[1] ?? 'latest';
  if (/nginx|storefront/.test(image)) {
    return {
      '/usr/share/nginx/html/index.html': `<!doctype html>\n<title>Lantern shop</title>\n<div id="root" data-version="${version}"></div>\n`,
      '/usr/share/nginx/html/50x.html': '<!doctype html>\n<title>Error</title>\n',
      '/etc/nginx/nginx.conf':
        'worker_processes auto;\nevents { worker_connections 1024; }\nhttp { include /etc/nginx/conf.d/*.conf; }\n',
    };
  }
  if (/postgres/.test(image))
    return { '/var/lib/postgresql/data/PG_VERSION': '17\n', '/var/lib/postgresql/data/base/': '' };
  if (/redis/.test(image)) return { '/data/dump.rdb': 'REDIS0011', '/data/appendonlydir/': '' };
  if (/busybox|alpine|debian|ubuntu/.test(image)) return {};
  return {
    '/app/package.json': `${JSON.stringify({ name, version, type: 'module', main: 'src/main.js' }, undefined, 2)}\n`,
    '/app/src/main.js': "import { start } from './server.js';\n\nawait start();\n",
    '/app/src/server.js': '',
    '/app/node_modules/': '',
  };
}
