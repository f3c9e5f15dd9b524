import { type Noun, nouns, type Role, roles, type Verb, verbs } from '@pilothouse/contract';
import { isAppError } from '@pilothouse/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Grant, Principal } from '../../platform/http/principal.ts';
import { createAuthorizer } from './authorizer.ts';
import { ruleFor } from './policy.ts';

let now = 1000;
const authorizer = createAuthorizer({ clock: { now: () => now, sleep: async () => {} } });

function principalWith(grants: Grant[], scope: 'read' | 'write' = 'write'): Principal {
  return {
    kind: 'session',
    userId: 'u1',
    email: 'ann@example.org',
    name: 'Ann',
    credentialId: 's1',
    scope,
    grants,
    accessEnd: new AbortController().signal,
  };
}

/**
 * What each binding gives, written down apart from the policy. The columns are the binding; each letter is the least role that may, or `-`.
 * Places asked about: P the installation, C cluster `a` as a whole, N namespace `shop` of cluster `a`.
 *
 *   right                    on everything: P C N   on cluster a: P C N   on a/shop: P C N
 */
const expected = `
  cluster list               vvv  -vv  -vv
  cluster read               vvv  -vv  -vv
  cluster create             aaa  ---  ---
  cluster update             aaa  -aa  ---
  cluster delete             aaa  -aa  ---
  cluster-credentials update aaa  -aa  ---
  cluster-share list         aaa  -aa  ---
  cluster-share create       aaa  -aa  ---
  cluster-share delete       aaa  -aa  ---
  resource list              vvv  -vv  --v
  resource read              vvv  -vv  --v
  resource create            ooo  -oo  --o
  resource update            ooo  -oo  --o
  resource delete            ooo  -oo  --o
  resource operate           ooo  -oo  --o
  secret reveal              aaa  -aa  --a
  log read                   vvv  -vv  --v
  exec use                   ooo  -oo  --o
  user list                  aaa  ---  ---
  user read                  aaa  ---  ---
  user create                aaa  ---  ---
  user update                aaa  ---  ---
  user delete                aaa  ---  ---
  role-binding list          aaa  ---  ---
  role-binding create        aaa  ---  ---
  role-binding delete        aaa  ---  ---
  audit read                 aaa  ---  ---
  event read                 vvv  -vv  -vv
  dead-letter list           aaa  ---  ---
  dead-letter operate        aaa  ---  ---
  metrics read               vvv  ---  ---
`;
const rows = new Map(
  expected
    .trim()
    .split('\n')
    .map((line) => {
      const [noun, verb, ...columns] = line.trim().split(/\s+/);
      return [`${noun} ${verb}`, columns] as const;
    }),
);
const scopes: { name: string; grant: Omit<Grant, 'role'> }[] = [
  { name: 'on everything', grant: {} },
  { name: 'on cluster a', grant: { clusterId: 'a' } },
  { name: 'on a/shop', grant: { clusterId: 'a', namespaces: ['shop'] } },
];
const places = [{}, { clusterId: 'a' }, { clusterId: 'a', namespace: 'shop' }];
const elsewhere = [{ clusterId: 'b' }, { clusterId: 'b', namespace: 'shop' }];
const letters = { v: 'viewer', o: 'operator', a: 'admin' } as const;

function mayByTable(role: Role, letter: string | undefined): boolean {
  return letter === 'v' || letter === 'o' || letter === 'a'
    ? roles.indexOf(role) >= roles.indexOf(letters[letter])
    : false;
}

describe('the policy, role by noun by verb by scope', () => {
  test('has a row for every rule of the table and no other', () => {
    const rules = nouns.flatMap((noun) => verbs.filter((verb) => ruleFor(noun, verb)).map((verb) => `${noun} ${verb}`));
    expect(rules.sort()).toEqual([...rows.keys()].sort());
  });

  for (const noun of nouns) {
    test(`${noun}: each verb for each role on each scope`, () => {
      for (const verb of verbs) {
        for (const role of roles) {
          for (const [column, scope] of scopes.entries()) {
            const principal = principalWith([{ role, ...scope.grant }]);
            const answers = places.map((place) => authorizer.can(principal, { noun, verb, ...place }));
            const wanted = places.map((_, place) => mayByTable(role, rows.get(`${noun} ${verb}`)?.[column]?.[place]));
            expect(answers, `${role} ${scope.name}: ${noun} ${verb}`).toEqual(wanted);
            if (scope.grant.clusterId) {
              for (const place of elsewhere) expect(authorizer.can(principal, { noun, verb, ...place })).toBe(false);
            }
          }
        }
      }
    });
  }

  test('names of Object.prototype are no rules', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(ruleFor(name, 'read')).toBeUndefined();
      expect(ruleFor('cluster', name)).toBeUndefined();
      expect(ruleFor(name, name)).toBeUndefined();
    }
  });
});

describe('a role binding', () => {
  test('that has expired is as good as absent, at the very millisecond', () => {
    const principal = principalWith([{ role: 'admin', expiresAt: 5000 }]);
    now = 4999;
    expect(authorizer.can(principal, { noun: 'user', verb: 'list' })).toBe(true);
    now = 5000;
    expect(authorizer.can(principal, { noun: 'user', verb: 'list' })).toBe(false);
    expect(authorizer.visibleClusters(principal)).toEqual([]);
    now = 1000;
  });

  test('on another namespace does not help', () => {
    const principal = principalWith([{ role: 'admin', clusterId: 'a', namespaces: ['shop'] }]);
    for (const namespace of ['', 'shop2', 'sho', 'Shop', '*', undefined]) {
      expect(authorizer.can(principal, { noun: 'resource', verb: 'read', clusterId: 'a', namespace })).toBe(false);
    }
  });

  test('with a limit to namespaces but no cluster gives nothing', () => {
    const principal = principalWith([{ role: 'admin', namespaces: ['shop'] }]);
    for (const noun of nouns) {
      for (const verb of verbs) {
        for (const place of places) expect(authorizer.can(principal, { noun, verb, ...place })).toBe(false);
      }
    }
    expect(authorizer.visibleClusters(principal)).toEqual([]);
  });
});

describe('a credential of read scope', () => {
  test('lists and reads what its user may, and does nothing else', () => {
    const full = principalWith([{ role: 'admin' }]);
    const readOnly = principalWith([{ role: 'admin' }], 'read');
    for (const noun of nouns) {
      for (const verb of verbs) {
        const safe = verb === 'list' || verb === 'read';
        expect(authorizer.can(readOnly, { noun, verb })).toBe(safe && authorizer.can(full, { noun, verb }));
      }
    }
  });
});

describe('the places a principal may know of', () => {
  const principal = principalWith([
    { role: 'viewer', clusterId: 'a', namespaces: ['shop', 'blog'] },
    { role: 'operator', clusterId: 'a', namespaces: ['shop'] },
    { role: 'viewer', clusterId: 'b' },
    { role: 'admin', clusterId: 'c', expiresAt: 1 },
  ]);

  test('are the clusters of its current bindings', () => {
    expect(authorizer.visibleClusters(principal)).toEqual(['a', 'b']);
    expect(authorizer.visibleClusters(principalWith([{ role: 'viewer' }]))).toBe('all');
    expect(authorizer.visibleClusters(principalWith([]))).toEqual([]);
  });

  test.each<[string, Noun, Verb, 'all' | string[]]>([
    ['a', 'resource', 'list', ['blog', 'shop']],
    ['a', 'resource', 'update', ['shop']],
    ['a', 'secret', 'reveal', []],
    ['b', 'resource', 'list', 'all'],
    ['b', 'resource', 'update', []],
    ['c', 'resource', 'list', []],
    ['unknown', 'resource', 'list', []],
  ])('in cluster %s %s:%s holds in %j', (clusterId, noun, verb, wanted) => {
    expect(authorizer.namespacesFor(principal, { clusterId, noun, verb })).toEqual(wanted);
    expect(authorizer.canSomewhere(principal, { clusterId, noun, verb })).toBe(wanted.length > 0);
  });

  function refusal(
    request: Parameters<typeof authorizer.demand>[1],
  ): { code: string; message: string; extra: unknown } | undefined {
    try {
      authorizer.demand(principal, request);
      return undefined;
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { code: error.code, message: error.message, extra: error.extra };
    }
  }

  test('answer 403 with the missing permission inside them and the very same 404 outside of them', () => {
    const read = { noun: 'resource', verb: 'read' } as const;
    expect(refusal({ ...read, clusterId: 'a', namespace: 'shop' })).toBeUndefined();
    expect(refusal({ noun: 'exec', verb: 'use', clusterId: 'a', namespace: 'blog' })).toMatchObject({
      code: 'permission_denied',
      extra: { permission: 'exec:use' },
    });
    expect(refusal({ noun: 'user', verb: 'list' })).toMatchObject({ code: 'permission_denied' });
    const foreign = refusal({ ...read, clusterId: 'c', namespace: 'shop' });
    expect(foreign?.code).toBe('not_found');
    expect(refusal({ ...read, clusterId: 'does-not-exist', namespace: 'shop' })).toEqual(foreign);
    expect(refusal({ ...read, clusterId: 'a', namespace: 'foreign' })).toEqual(foreign);
  });
});

const grant: fc.Arbitrary<Grant> = fc
  .record({
    role: fc.constantFrom(...roles),
    clusterId: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    namespaces: fc.option(fc.subarray(['shop', 'blog', 'kube-system']), { nil: undefined }),
    expiresAt: fc.option(fc.constantFrom(1, 1000, 1001, 9_000_000), { nil: undefined }),
  })
  .map(({ role, clusterId, namespaces, expiresAt }) => ({
    role,
    ...(clusterId === undefined ? {} : { clusterId }),
    ...(namespaces === undefined ? {} : { namespaces }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }));
const request = fc.record({
  noun: fc.constantFrom(...nouns),
  verb: fc.constantFrom(...verbs),
  clusterId: fc.constantFrom(undefined, 'a', 'b', 'c'),
  namespace: fc.constantFrom(undefined, 'shop', 'blog', 'default'),
});

describe('whatever the bindings are', () => {
  test('taking some away, or narrowing the scope of the credential, never gives a right', () => {
    fc.assert(
      fc.property(
        fc.array(grant, { maxLength: 6 }),
        fc.infiniteStream(fc.boolean()),
        request,
        (grants, keep, asked) => {
          const fewer = grants.filter(() => keep.next().value);
          const may = authorizer.can(principalWith(grants), asked);
          if (authorizer.can(principalWith(fewer), asked)) expect(may).toBe(true);
          if (authorizer.can(principalWith(grants, 'read'), asked)) expect(may).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a smaller role or an earlier end never gives a right', () => {
    fc.assert(
      fc.property(grant, request, fc.nat(5000), (held, asked, end) => {
        const smaller = { ...held, role: roles[Math.max(0, roles.indexOf(held.role) - 1)] ?? 'viewer' };
        const earlier = { ...held, expiresAt: Math.min(end, held.expiresAt ?? end) };
        const may = authorizer.can(principalWith([held]), asked);
        if (authorizer.can(principalWith([smaller]), asked)) expect(may).toBe(true);
        if (authorizer.can(principalWith([earlier]), asked)) expect(may).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('the lists agree with the single answers', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 6 }), request, (grants, asked) => {
        const principal = principalWith(grants);
        const { clusterId = 'a', noun, verb } = asked;
        const visible = authorizer.visibleClusters(principal);
        const isVisible = visible === 'all' || visible.includes(clusterId);
        expect(authorizer.can(principal, { noun: 'cluster', verb: 'read', clusterId })).toBe(isVisible);
        const namespaces = authorizer.namespacesFor(principal, { clusterId, noun, verb });
        for (const namespace of ['shop', 'blog', 'kube-system', 'default']) {
          const listed = namespaces === 'all' || namespaces.includes(namespace);
          expect(authorizer.can(principal, { noun, verb, clusterId, namespace })).toBe(listed);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
