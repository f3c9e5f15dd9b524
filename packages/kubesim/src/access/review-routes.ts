import { sendJson } from '../api/answer.ts';
import type { Exchange } from '../api/exchange.ts';
import { kubeError } from '../api/kube-error.ts';
import { contentType, decodeBody, readBody } from '../api/request-body.ts';
import type { ResourcePath } from '../api/request-info.ts';
import type { Access, AccessQuestion } from './access.ts';
import type { AccessRule, SimulatedUser } from './simulated-user.ts';

type Attributes = {
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
};
type ReviewSpec = {
  resourceAttributes?: Attributes;
  nonResourceAttributes?: { verb?: string; path?: string };
  namespace?: string;
  token?: string;
  user?: string;
  groups?: string[];
};

const reviews = new Set([
  'selfsubjectaccessreviews',
  'localsubjectaccessreviews',
  'subjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
  'tokenreviews',
]);

/** The reviews of authorization.k8s.io and authentication.k8s.io: questions, posted like objects. */
export function createReviewRoutes(access: Access) {
  return async (exchange: Exchange, path: ResourcePath): Promise<boolean> => {
    const known = path.group === 'authorization.k8s.io' || path.group === 'authentication.k8s.io';
    if (!known || path.version !== 'v1' || !reviews.has(path.resource) || path.name !== '') return false;
    if (exchange.request.method !== 'POST') throw kubeError.methodNotAllowed();
    const review = decodeBody(await readBody(exchange), contentType(exchange));
    const spec = (review.spec ?? {}) as ReviewSpec;
    sendJson(exchange, 201, {
      ...review,
      metadata: {},
      spec: review.spec ?? {},
      status: answer(exchange, path.resource, spec),
    });
    return true;
  };

  function answer(exchange: Exchange, resource: string, spec: ReviewSpec): unknown {
    if (resource === 'selfsubjectrulesreviews') return rulesOf(exchange.user, spec.namespace ?? '');
    if (resource === 'selfsubjectreviews') return { userInfo: userInfo(exchange.user) };
    if (resource === 'tokenreviews') return tokenStatus(spec.token ?? '');
    const who = resource === 'selfsubjectaccessreviews' ? exchange.user : access.userNamed(spec.user ?? '');
    if (who === undefined) return { allowed: false };
    const allowed = access.allows(who, questionOf(spec));
    return allowed && who.rules === undefined
      ? { allowed, reason: 'the simulated cluster allows this user everything' }
      : { allowed };
  }

  function tokenStatus(token: string): unknown {
    const user = access.userOf(token);
    return user === undefined
      ? { authenticated: false, user: {}, error: 'invalid bearer token' }
      : { authenticated: true, user: userInfo(user) };
  }
}

function questionOf(spec: ReviewSpec): AccessQuestion {
  if (spec.nonResourceAttributes !== undefined) {
    const { verb = '', path = '' } = spec.nonResourceAttributes;
    return { verb, nonResourcePath: path };
  }
  const {
    verb = '',
    group = '',
    resource = '',
    subresource = '',
    namespace = '',
    name = '',
  } = spec.resourceAttributes ?? {};
  if (spec.resourceAttributes === undefined) {
    throw kubeError.invalid(
      { group: 'authorization.k8s.io', plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview' },
      '',
      [
        {
          reason: 'FieldValueInvalid',
          message: 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
          field: 'spec.resourceAttributes',
        },
      ],
    );
  }
  return { verb, group, resource, subresource, namespace, name };
}

function userInfo(user: SimulatedUser) {
  return { username: user.name, groups: [...(user.groups ?? ['system:authenticated'])] };
}

/** What every authenticated user may do (system:basic-user, system:discovery). */
const everyone: readonly AccessRule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
];

const openPaths = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
];

function rulesOf(user: SimulatedUser, namespace: string): unknown {
  const own = user.rules ?? [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ];
  const here = own.filter((rule) => rule.namespaces === undefined || rule.namespaces.includes(namespace));
  return {
    resourceRules: [...here, ...everyone]
      .filter((rule) => rule.resources !== undefined)
      .map(({ verbs, apiGroups = [''], resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: [
      ...here
        .filter((rule) => rule.nonResourceURLs !== undefined)
        .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      { verbs: ['get'], nonResourceURLs: openPaths },
    ],
    incomplete: false,
  };
}
