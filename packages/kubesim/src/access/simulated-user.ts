export type AccessRule = {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
  /** Limits the rule to these namespaces; absent means everywhere. */
  namespaces?: readonly string[];
};

/** Who a token stands for. `rules` undefined means everything is allowed. */
export type SimulatedUser = {
  name: string;
  groups?: readonly string[];
  token?: string;
  rules?: readonly AccessRule[];
};

export const adminUser: SimulatedUser = {
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};
