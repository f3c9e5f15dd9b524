import { appError, type Logger } from '@pilothouse/core';
import type { ClusterConnection, KubeClient, ObjectRef, PatchType } from '../kube-client.ts';
import type { KubeObject } from '../kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import { type ClientTimeouts, createClusterTransport, type TransportRequest } from './cluster-transport.ts';
import { openExec } from './exec-session.ts';
import { listPages } from './list-pages.ts';
import { collectionPath, objectPath, segment, withQuery } from './resource-path.ts';
import { watchEvents } from './watch-events.ts';

const patchTypes: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** The server closes a watch after this many seconds, spread so that a fleet of watches does not come back at once. */
function watchSeconds(): number {
  return 300 + Math.floor(Math.random() * 300);
}

/**
 * A client of one cluster as one identity (see KubeClient). Throws `address_refused` at once when the server is a literal address
 * that the policy refuses, `invalid_input` when it is no URL. Nothing is sent before the first call.
 */
export function createKubeClient(
  connection: ClusterConnection,
  options: { log?: Logger; timeouts?: ClientTimeouts } = {},
): KubeClient {
  const transport = createClusterTransport(connection, options);

  async function json<T>(request: TransportRequest): Promise<T> {
    const text = await transport.text(request);
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw appError('cluster_bad_answer', `The cluster's answer to ${request.path} is not JSON.`, { cause: error });
    }
  }

  async function object(request: TransportRequest): Promise<KubeObject> {
    const answer = await json<KubeObject>(request);
    if (typeof answer !== 'object' || answer === null || typeof answer.kind !== 'string') {
      throw appError('cluster_bad_answer', `The cluster's answer to ${request.path} is not a Kubernetes object.`);
    }
    return answer;
  }

  function write(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown, contentType?: string) {
    return object({ method, path, body: JSON.stringify(body), contentType: contentType ?? 'application/json' });
  }

  function collectionOf(type: ResourceType, subject: KubeObject): string {
    if (type.namespaced && !subject.metadata.namespace) {
      throw appError('invalid_input', `A ${type.kind} lives in a namespace; none was given.`);
    }
    return collectionPath(type, subject.metadata.namespace);
  }

  async function review<T>(kind: string, spec: object): Promise<T> {
    const answer = await write('POST', `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`, {
      apiVersion: 'authorization.k8s.io/v1',
      kind,
      spec,
    });
    return (answer.status ?? {}) as T;
  }

  const client: KubeClient = {
    connection,
    async getJson(path, { signal, accept, timeout } = {}) {
      return json({ path, signal, timeout, ...(accept ? { accept } : {}) });
    },
    async getText(path, { signal, timeout } = {}) {
      return transport.text({ path, signal, timeout, accept: '*/*' });
    },
    async getStream(path, { signal, accept, timeout, idleTimeout, bulk = false } = {}) {
      const answer = await transport.send({
        path,
        signal,
        timeout,
        idleTimeout,
        bulk,
        longLived: !bulk,
        accept: accept ?? 'application/json',
      });
      return answer.body;
    },
    get: async (ref) => object({ path: objectPath(ref) }),
    list: (type, listOptions) => listPages(client, type, listOptions),
    async *watch(type, { namespace, labelSelector, fieldSelector, resourceVersion, signal }) {
      const seconds = watchSeconds();
      const path = withQuery(collectionPath(type, namespace), {
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds: seconds,
        labelSelector,
        fieldSelector,
        resourceVersion,
      });
      // The server ends it in its time; one that is silent for longer has lost its connection.
      const answer = await transport.send({ path, signal, idleTimeout: (seconds + 60) * 1000, longLived: true });
      yield* watchEvents(answer.body);
    },
    async create(type, subject, { dryRun, fieldManager } = {}) {
      return write('POST', withQuery(collectionOf(type, subject), { ...dry(dryRun), fieldManager }), subject);
    },
    async replace(type, subject, { dryRun, fieldManager, subresource } = {}) {
      const path = objectPath(refOf(type, subject), subresource);
      return write('PUT', withQuery(path, { ...dry(dryRun), fieldManager }), subject);
    },
    async patch(ref, { type, body }, { dryRun, fieldManager, force, subresource } = {}) {
      const path = withQuery(objectPath(ref, subresource), { ...dry(dryRun), fieldManager, force });
      return write('PATCH', path, body, patchTypes[type]);
    },
    async apply(type, subject, { fieldManager, force, dryRun, signal, onWarning }) {
      return object({
        method: 'PATCH',
        path: withQuery(objectPath(refOf(type, subject)), { ...dry(dryRun), fieldManager, force }),
        body: JSON.stringify(subject),
        contentType: patchTypes.apply,
        signal,
        onWarning,
      });
    },
    async delete(ref, { propagationPolicy, gracePeriodSeconds, preconditions, dryRun } = {}) {
      // All in the body: the API server does not look at the query once there is one, and would delete for good in a "dry run".
      const answer = await write('DELETE', objectPath(ref), {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy,
        gracePeriodSeconds,
        preconditions,
        ...(dryRun ? { dryRun: ['All'] } : {}),
      });
      return answer.kind === 'Status' ? undefined : answer;
    },
    async scale(ref, replicas, { dryRun } = {}) {
      const answer = await write(
        'PATCH',
        withQuery(objectPath(ref, 'scale'), dry(dryRun)),
        { spec: { replicas } },
        patchTypes.merge,
      );
      return { replicas: (answer.spec as { replicas?: number } | undefined)?.replicas ?? 0 };
    },
    async logs({ namespace, pod, signal, ...rest }) {
      const path = `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log`;
      const answer = await transport.send({
        path: withQuery(path, rest),
        accept: '*/*',
        signal,
        longLived: true,
        ...(rest.follow ? { idleTimeout: 0 } : {}),
      });
      return answer.body;
    },
    exec: (execOptions) => openExec(transport, connection, execOptions),
    async canI({ verb, group, resource, subresource, namespace, name }) {
      const resourceAttributes = { verb, group, resource, subresource, namespace, name };
      const status = await review<{ allowed?: boolean; reason?: string }>('SelfSubjectAccessReview', {
        resourceAttributes,
      });
      return { allowed: status.allowed === true, ...(status.reason ? { reason: status.reason } : {}) };
    },
    async rules(namespace) {
      type Rules = Awaited<ReturnType<KubeClient['rules']>>;
      const status = await review<Partial<Rules>>('SelfSubjectRulesReview', { namespace });
      return { incomplete: status.incomplete === true, resourceRules: status.resourceRules ?? [] };
    },
    version: () => json({ path: '/version' }),
    close: () => transport.close(),
  };
  return client;
}

function dry(dryRun: boolean | undefined): { dryRun: string | undefined } {
  return { dryRun: dryRun ? 'All' : undefined };
}

function refOf(type: ResourceType, subject: KubeObject): ObjectRef {
  const { namespace, name } = subject.metadata;
  if (subject.apiVersion !== apiVersionOf(type) && subject.kind !== type.kind) {
    throw appError('invalid_input', `The object is a ${subject.apiVersion} ${subject.kind}, not a ${type.kind}.`);
  }
  return { type, name, ...(namespace ? { namespace } : {}) };
}
