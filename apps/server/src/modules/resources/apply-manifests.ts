import type { BodyOf, ResponseOf, resourceRoutes } from '@pilothouse/contract';
import type { Principal } from '../../platform/http/principal.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { Authorizer } from '../identity/authorizer.ts';

export type ApplyRequest = BodyOf<typeof resourceRoutes.applyManifests>;
export type ApplyAnswer = ResponseOf<typeof resourceRoutes.applyManifests>;

export async function applyManifests(
  _cluster: OpenCluster,
  _request: ApplyRequest,
  _deps: { principal: Principal; authorizer: Authorizer },
): Promise<ApplyAnswer> {
  throw new Error('to be joined with packages/kube');
}
