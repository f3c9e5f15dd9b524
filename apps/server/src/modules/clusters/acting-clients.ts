import { appError, type Clock } from '@pilothouse/core';
import type { AccessReview, ClusterConnection, KubeClient } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import { strongestRole } from './cluster-view.ts';

/** Reaches a cluster in the name of one person. */
export type ActingClient = {
  readonly client: KubeClient;
  /** Whether the cluster lets the person do it; an answer is good for half a minute. What is read from a shared cache is asked here first. */
  may(review: AccessReview): Promise<boolean>;
};

export type ActingClients = {
  /** The same client for the same person while it is in use. */
  of(principal: Principal): ActingClient;
  close(): Promise<void>;
};

export type ActingClientsDeps = {
  clusterId: string;
  connection: ClusterConnection;
  createClient(connection: ClusterConnection): KubeClient;
  clock: Clock;
};

const mostPeople = 100;
const reviewLifetime = 30_000;

/** Clients that impersonate (the cluster's RBAC then decides about each person). Nobody is ever impersonated without a name: that would be us. */
export function createActingClients({ clusterId, connection, createClient, clock }: ActingClientsDeps): ActingClients {
  const people = new Map<string, ActingClient>();

  function create(principal: Principal, role: string): ActingClient {
    const user = principal.email.trim();
    if (user === '') throw appError('permission_denied', 'You have no e-mail address to reach this cluster under.');
    const client = createClient({
      ...connection,
      impersonate: { user, groups: ['pilothouse:users', `pilothouse:${role}`] },
    });
    const reviews = new Map<string, { at: number; answer: Promise<boolean> }>();
    return {
      client,
      may(review) {
        const key = JSON.stringify(review);
        const known = reviews.get(key);
        if (known && clock.now() - known.at < reviewLifetime) return known.answer;
        if (reviews.size > 1000) reviews.clear();
        const answer = client.canI(review).then(({ allowed }) => allowed);
        reviews.set(key, { at: clock.now(), answer });
        answer.catch(() => reviews.delete(key));
        return answer;
      },
    };
  }

  return {
    of(principal) {
      const role = strongestRole(clusterId, principal);
      const key = `${principal.userId} ${principal.email} ${role}`;
      const acting = people.get(key) ?? create(principal, role);
      people.delete(key);
      people.set(key, acting);
      const [oldest] = people.keys();
      if (people.size > mostPeople && oldest !== undefined) {
        void people.get(oldest)?.client.close();
        people.delete(oldest);
      }
      return acting;
    },
    async close() {
      await Promise.all([...people.values()].map(({ client }) => client.close()));
      people.clear();
    },
  };
}
