import type { IncomingMessage } from 'node:http';
import { stringify } from 'yaml';
import { kubeError } from '../api/kube-error.ts';
import { type AccessRule, adminUser, type SimulatedUser } from './simulated-user.ts';

export type AccessQuestion =
  | { verb: string; group: string; resource: string; subresource: string; namespace: string; name: string }
  | { verb: string; nonResourcePath: string };

export type Access = {
  /** The user behind the bearer token; throws 401. */
  authenticate(request: IncomingMessage): SimulatedUser;
  allows(user: SimulatedUser, question: AccessQuestion): boolean;
  userNamed(name: string): SimulatedUser | undefined;
  userOf(token: string): SimulatedUser | undefined;
  kubeconfig(given: { url: string; certificate: string | undefined; user: string | undefined }): string;
};

/** Authentication by token and a small evaluation of RBAC-like rules. Without users, everyone is an administrator. */
export function createAccess(users: readonly SimulatedUser[]): Access {
  /** Acting as another user needs the right to (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation). */
  function actingAs(request: IncomingMessage, real: SimulatedUser): SimulatedUser {
    const name = request.headers['impersonate-user'];
    if (typeof name !== 'string') return real;
    const question = { verb: 'impersonate', group: '', resource: 'users', subresource: '', namespace: '', name };
    if (real.rules !== undefined && !real.rules.some((rule) => ruleAllows(rule, question)))
      throw kubeError.forbiddenPath(`User "${real.name}" cannot impersonate the user "${name}"`);
    const groups = [request.headers['impersonate-group'] ?? []].flat().flatMap((each) => each.split(/, */));
    return users.find((user) => user.name === name) ?? { name, groups, rules: [] };
  }

  const byToken = new Map(users.flatMap((user) => (user.token === undefined ? [] : [[user.token, user] as const])));

  return {
    authenticate(request) {
      if (byToken.size === 0) return actingAs(request, adminUser);
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      const user = token === undefined ? undefined : byToken.get(token.trim());
      if (user === undefined) throw kubeError.unauthorized();
      return actingAs(request, user);
    },
    allows(user, question) {
      return user.rules === undefined || user.rules.some((rule) => ruleAllows(rule, question));
    },
    userNamed: (name) => (byToken.size === 0 ? adminUser : users.find((one) => one.name === name)),
    userOf: (token) => byToken.get(token),
    kubeconfig({ url, certificate, user }) {
      const chosen = users.find((one) => one.name === user) ?? users[0];
      const cluster = {
        server: url,
        ...(certificate === undefined
          ? {}
          : { 'certificate-authority-data': Buffer.from(certificate).toString('base64') }),
      };
      const name = chosen?.name ?? 'admin';
      return stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'simulated', cluster }],
        users: [{ name, user: chosen?.token === undefined ? {} : { token: chosen.token } }],
        contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: name } }],
        'current-context': 'simulated',
      });
    },
  };
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list?.includes('*') === true || list?.includes(value) === true;
}

function ruleAllows(rule: AccessRule, question: AccessQuestion): boolean {
  if (!has(rule.verbs, question.verb)) return false;
  if ('nonResourcePath' in question) {
    return (rule.nonResourceURLs ?? []).some((pattern) =>
      pattern.endsWith('*')
        ? question.nonResourcePath.startsWith(pattern.slice(0, -1))
        : pattern === question.nonResourcePath,
    );
  }
  if (rule.namespaces !== undefined && !rule.namespaces.includes(question.namespace)) return false;
  if (!has(rule.apiGroups ?? [''], question.group)) return false;
  const resource = question.subresource === '' ? question.resource : `${question.resource}/${question.subresource}`;
  const named = has(rule.resources, resource) || rule.resources?.includes(`*/${question.subresource}`) === true;
  return named && (rule.resourceNames === undefined || rule.resourceNames.includes(question.name));
}
