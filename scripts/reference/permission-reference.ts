import { policy } from '../../apps/server/src/modules/identity/policy.ts';

const meaningOfReach = {
  platform: 'a role on the whole installation',
  cluster: 'a role on the cluster, or on the installation',
  presence: 'any role that touches the cluster, also in one namespace of it',
  namespace: 'a role in the namespace, on the cluster, or on the installation',
} as const;

/** docs/reference/permissions.md, from the policy table. */
export function permissionReference(): string {
  const lines = [
    '# Permissions',
    '',
    'Roles are `viewer`, `operator` and `admin`, each including the one before it. A role binding gives one on the whole installation, on a cluster, or in some',
    'namespaces of a cluster, for ever or until a time. What is not in this table is allowed to nobody. The cluster’s own RBAC decides after us, on what its credentials may do.',
    '',
    '| noun | verb | least role | where it must be held |',
    '|---|---|---|---|',
  ];
  for (const [noun, rules] of Object.entries(policy)) {
    for (const [verb, rule] of Object.entries(rules)) {
      lines.push(`| ${noun} | ${verb} | ${rule.role} | ${meaningOfReach[rule.reach]} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
