import type { ConnectionTest } from '@pilothouse/contract';
import { type ErrorCodeName, isAppError, messageOf } from '@pilothouse/core';
import type { KubeClient } from '@pilothouse/kube';

type Step = ConnectionTest['steps'][number];
type StepName = Step['name'];

/** The step at which each failure of a client shows; anything else fails the step that ran. */
const stepOfCode: Record<string, StepName> = {
  address_refused: 'address',
  cluster_unreachable: 'reachable',
  cluster_timeout: 'reachable',
  cluster_tls: 'tls',
  cluster_unauthorized: 'credentials',
};

const hintOfCode: Record<string, string> = {
  address_refused: 'An administrator can allow private addresses for this cluster.',
  cluster_unreachable: 'Check the address and the port, and that a firewall lets this server through.',
  cluster_timeout: 'The address does not answer. Check that a firewall lets this server through.',
  cluster_tls:
    'Give the certificate authority of the cluster, and the TLS server name when the certificate names another host.',
  cluster_unauthorized: 'The token or certificate is wrong or has expired. Make a new one and try again.',
  cluster_bad_answer: 'Something other than a Kubernetes API server answers at this address.',
  cluster_denied: 'The credentials are valid but may do little. Bind a role such as `view` to this identity.',
};

/** The codes that a failed step may carry. */
export const testFailureCodes = [
  'address_refused',
  'cluster_unreachable',
  'cluster_timeout',
  'cluster_tls',
  'cluster_unauthorized',
  'cluster_denied',
  'cluster_bad_answer',
  'cluster_busy',
  'cluster_error',
  'invalid_kubeconfig',
  'kubeconfig_refused',
  'invalid_input',
  'not_found',
] as const satisfies readonly ErrorCodeName[];

const order: readonly StepName[] = ['address', 'reachable', 'tls', 'credentials', 'version', 'permissions'];

/** A person waits for the answer. */
const testTimeout = 8000;

/** Tests a connection step by step and stops at the first step that fails. Never throws for what the cluster does. */
export async function testConnection(client: KubeClient, namespace = 'default'): Promise<ConnectionTest> {
  const steps: Step[] = [];
  const secure = client.connection.server.startsWith('https:');
  const pass = (name: StepName, message: string) => steps.push({ name, ok: true, message });
  const failed = (error: unknown, running: StepName): ConnectionTest => {
    const code = isAppError(error) ? error.code : '';
    const at = stepOfCode[code] ?? running;
    for (const name of order.slice(
      order.indexOf(steps.at(-1)?.name ?? 'address') + (steps.length > 0 ? 1 : 0),
      order.indexOf(at),
    ))
      if (name !== 'tls' || secure) pass(name, passedMessage(name, client));
    const hint = hintOfCode[code];
    steps.push({
      name: at,
      ok: false,
      message: messageOf(error),
      ...(hint ? { hint } : {}),
      ...(code ? { code } : {}),
    });
    return { ok: false, steps };
  };

  const startedAt = performance.now();
  let version: Awaited<ReturnType<KubeClient['version']>>;
  try {
    version = await client.getJson('/version', { timeout: testTimeout });
  } catch (error) {
    return failed(error, 'version');
  }
  const latencyMs = Math.round((performance.now() - startedAt) * 10) / 10;
  for (const name of ['address', 'reachable', 'tls'] as const)
    if (name !== 'tls' || secure) pass(name, passedMessage(name, client));
  if (typeof version.gitVersion !== 'string')
    return {
      ...failed(new Error('The answer to /version is not that of a Kubernetes API server'), 'version'),
      latencyMs,
    };

  // Most clusters tell anyone their version: only a review shows that the credentials are taken.
  let rules: Awaited<ReturnType<KubeClient['rules']>>;
  try {
    rules = await client.rules(namespace);
  } catch (error) {
    return { ...failed(error, 'credentials'), latencyMs, version: version.gitVersion };
  }
  pass('credentials', passedMessage('credentials', client));
  pass('version', `Kubernetes ${version.gitVersion}`);
  const everything = rules.resourceRules.some(
    (rule) => rule.verbs.includes('*') && rule.apiGroups.includes('*') && rule.resources.includes('*'),
  );
  const mayRead = everything || rules.resourceRules.some((rule) => reads(rule, 'pods'));
  steps.push({
    name: 'permissions',
    ok: mayRead,
    message: permissionMessage(everything, mayRead, namespace),
    ...(mayRead ? {} : { hint: 'Bind a role such as `view` to this identity.' }),
  });
  // Few rights are worth a word, but the connection works: the identity may be at home in another namespace.
  return {
    ok: true,
    steps,
    latencyMs,
    version: version.gitVersion,
    permissions: {
      incomplete: rules.incomplete,
      everything,
      rules: rules.resourceRules.map(({ verbs, apiGroups, resources }) => ({ verbs, apiGroups, resources })),
    },
  };
}

/** The result where the connection could not even be prepared. */
export function failedTest(error: unknown): ConnectionTest {
  const code = isAppError(error) ? error.code : '';
  const hint = hintOfCode[code];
  const name = stepOfCode[code] ?? 'reachable';
  return {
    ok: false,
    steps: [{ name, ok: false, message: messageOf(error), ...(hint ? { hint } : {}), ...(code ? { code } : {}) }],
  };
}

function reads(rule: { verbs: string[]; resources: string[] }, resource: string): boolean {
  const verb = rule.verbs.includes('*') || rule.verbs.includes('list');
  return verb && (rule.resources.includes('*') || rule.resources.includes(resource));
}

function permissionMessage(everything: boolean, mayRead: boolean, namespace: string): string {
  if (everything) return 'May do everything';
  return mayRead ? `May list pods in the namespace ${namespace}` : `May not list pods in the namespace ${namespace}`;
}

function passedMessage(name: StepName, client: KubeClient): string {
  const { server } = client.connection;
  switch (name) {
    case 'address':
      return `${new URL(server).host} resolves to an address we may use`;
    case 'reachable':
      return 'The address answers';
    case 'tls':
      return client.connection.insecureSkipTlsVerify
        ? 'Encrypted, but the certificate is not checked'
        : 'The certificate is valid';
    case 'credentials':
      return 'The credentials are accepted';
    case 'version':
      return 'The version is known';
    case 'permissions':
      return 'The permissions are known';
  }
}
