import type { BodyOf, resourceRoutes, Verb } from '@pilothouse/contract';
import { findResourceType, resourceName } from '@pilothouse/kube';
import type { Principal } from '../../platform/http/principal.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { AccessRequest, Authorizer } from '../identity/authorizer.ts';

type Review = BodyOf<typeof resourceRoutes.reviewAccess>['reviews'][number];
type ReviewResult = { allowed: boolean; by: 'policy' | 'cluster'; reason: string };

/** Our own right for a Kubernetes verb on a resource. What is in no row is asked as an update, the strictest of the common ones. */
function ourRight({ verb, subresource }: Review, resource: string): Pick<AccessRequest, 'noun' | 'verb'> {
  if (resource === 'pods' && subresource === 'log') return { noun: 'log', verb: 'read' };
  if (resource === 'pods' && (subresource === 'exec' || subresource === 'attach' || subresource === 'portforward'))
    return { noun: 'exec', verb: 'use' };
  if (subresource === 'scale' && verb !== 'get') return { noun: 'resource', verb: 'operate' };
  const verbs: Record<string, Verb> = {
    get: 'read',
    list: 'list',
    watch: 'list',
    create: 'create',
    delete: 'delete',
    deletecollection: 'delete',
  };
  return { noun: 'resource', verb: verbs[verb] ?? 'update' };
}

/** May I? First our policy, which is quick and never leaves the process, then the cluster, who has the last word. */
export async function reviewAccess(
  cluster: OpenCluster,
  reviews: readonly Review[],
  { principal, authorizer }: { principal: Principal; authorizer: Authorizer },
): Promise<ReviewResult[]> {
  return Promise.all(
    reviews.map(async (review): Promise<ReviewResult> => {
      const type = findResourceType(await cluster.types(), review.resource);
      if (!type)
        return { allowed: false, by: 'cluster', reason: `The cluster serves no resource "${review.resource}".` };
      const resource = resourceName(type);
      const right = ourRight(review, resource);
      const namespace = resource === 'namespaces' ? review.name : review.namespace;
      if (
        !authorizer.can(principal, {
          ...right,
          clusterId: cluster.id,
          namespace: type.namespaced || resource === 'namespaces' ? namespace : undefined,
        })
      )
        return { allowed: false, by: 'policy', reason: `Your role here does not give ${right.noun}:${right.verb}.` };
      const { allowed, reason } = await cluster.client.canI({
        verb: review.verb,
        group: type.group,
        resource: type.plural,
        ...(review.subresource ? { subresource: review.subresource } : {}),
        ...(type.namespaced && review.namespace ? { namespace: review.namespace } : {}),
        ...(review.name ? { name: review.name } : {}),
      });
      return {
        allowed,
        by: 'cluster',
        reason: reason ?? (allowed ? '' : 'The cluster does not allow it to the credentials it is registered with.'),
      };
    }),
  );
}
