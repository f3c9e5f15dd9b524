import type { EventVisibility } from '../../platform/events/event-visibility.ts';
import type { Authorizer } from '../identity/authorizer.ts';

const identityNouns = ['user', 'session', 'token', 'roleBinding'];

/**
 * Who may read an event of the platform's log; the list and the live stream ask the same.
 * - Of users, sessions, tokens and roles: administrators, and those whose own they are (`data.userId`).
 * - Of a cluster (subject `cluster/<id>`, or `data.clusterId`): who may read the cluster's events, and, where the event names a
 *   `data.namespace`, may list what is in it.
 * - All else: who may read events of the installation.
 */
export function createEventVisibility({ authorizer }: { authorizer: Authorizer }): EventVisibility {
  return (principal, { subject, data }) => {
    const slash = subject.indexOf('/');
    const noun = subject.slice(0, slash);
    if (identityNouns.includes(noun)) {
      return data.userId === principal.userId || authorizer.can(principal, { noun: 'user', verb: 'list' });
    }
    const clusterId = noun === 'cluster' ? subject.slice(slash + 1) : data.clusterId;
    if (typeof clusterId !== 'string') return authorizer.can(principal, { noun: 'event', verb: 'read' });
    if (!authorizer.can(principal, { noun: 'event', verb: 'read', clusterId })) return false;
    const { namespace } = data;
    if (typeof namespace !== 'string' || namespace === '') return true;
    return authorizer.can(principal, { noun: 'resource', verb: 'list', clusterId, namespace });
  };
}
