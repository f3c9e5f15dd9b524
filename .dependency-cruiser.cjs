/**
 * The dependency rules of docs/architecture.md. Arrows point down this list only, with no exemption list:
 *   apps -> contract | fleet | workflow | topology | transfer | kubesim -> kube -> core
 * `scripts/check.ts` also asserts that modules were read, so that a parser that reads nothing cannot pass.
 */
const packagesAbove = {
  core: ['kube', 'kubesim', 'contract', 'topology', 'workflow', 'fleet', 'transfer'],
  kube: ['kubesim', 'contract', 'topology', 'workflow', 'fleet', 'transfer'],
  contract: ['kubesim'],
  kubesim: ['contract'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'No cycle exists at run time. Two files of one room may name each other’s types.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    { name: 'packages-never-import-apps', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    ...Object.entries(packagesAbove).map(([name, above]) => ({
      name: `${name}-imports-only-below`,
      severity: 'error',
      from: { path: `^packages/${name}/` },
      to: { path: `^packages/(${above.join('|')})/` },
    })),
    {
      name: 'core-imports-nothing',
      severity: 'error',
      from: { path: '^packages/core/src', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules|^packages/(?!core)' },
    },
    {
      name: 'packages-only-by-their-root',
      comment: 'Other packages are imported by name through their index, never by a path into their folders.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/(?!(index|client)\\.ts$|.*main\\.ts$)', pathNot: '^$1/$2/' },
    },
    {
      name: 'a-module-asks-another-through-its-read-model',
      comment: 'A store belongs to its module. Others ask the read model or the service.',
      severity: 'error',
      from: { path: '^apps/server/src/modules/([^/]+)/' },
      to: { path: '^apps/server/src/modules/([^/]+)/.*-store\\.ts$', pathNot: '^apps/server/src/modules/$1/' },
    },
    {
      name: 'platform-knows-no-module',
      severity: 'error',
      from: { path: '^apps/server/src/platform/' },
      to: { path: '^apps/server/src/modules/' },
    },
    {
      name: 'nothing-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/|\\.d\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
