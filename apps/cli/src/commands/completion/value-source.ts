import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster, listClusters } from '../../runtime/cluster-choice.ts';
import { chooseNamespace, namespacesOf } from '../../runtime/namespace-choice.ts';
import { contextsToAdd } from '../cluster/kubeconfig-source.ts';
import type { ValueSource } from './complete-words.ts';

const mostNames = 1000;
/** What a shell could take for something else is not offered. */
const safe = /^[\w.@:/-]+$/;

/** Values for completion, from the cluster and the namespace that the words so far mean. */
export function createValueSource(context: CliContext, words: readonly string[]): ValueSource {
  const several = givenValue(words, '--clusters') !== undefined || words.includes('--all-clusters');
  const clusters = async () =>
    several ? givenValue(words, '--clusters') : await chooseCluster(context, givenValue(words, '--cluster', '-c'));
  const clusterQuery = async () => {
    const names = await clusters();
    return names ? { clusters: names } : {};
  };
  return {
    clusters: async () => (await listClusters(context)).map(({ name }) => name).filter(isSafe),
    async namespaces() {
      const { items } = await context.api().call(routes.listNamespaces, { query: await clusterQuery() });
      return items.map(({ name }) => name).filter(isSafe);
    },
    async kinds() {
      const { items } = await context.api().call(routes.listKinds, { query: await clusterQuery() });
      const known = new Set<string>();
      const shortest = items.map((kind) => ({
        text: known.has(kind.plural) ? kind.resource : kind.plural,
        about: kind.kind,
        add: known.add(kind.plural),
      }));
      return shortest.filter(({ text }) => isSafe(text)).map(({ text, about }) => ({ text, about }));
    },
    async names(resource) {
      const everywhere = words.includes('-A') || words.includes('--all-namespaces');
      const namespace = everywhere ? undefined : chooseNamespace(context, optionalNamespace(words));
      const namespaces = namespacesOf(resource, namespace);
      const query = { ...(await clusterQuery()), limit: mostNames, wait: 1500, ...(namespaces ? { namespaces } : {}) };
      const { items } = await context.api().call(routes.listResources, { params: { resource }, query });
      return [...new Set(items.map(({ name }) => name))].filter(isSafe);
    },
    async contexts() {
      const source = await contextsToAdd(context, givenValue(words, '--kubeconfig'));
      return source.contexts.map(({ name }) => name).filter(isSafe);
    },
    async users() {
      const { items } = await context.api().call(routes.listUsers, { query: { limit: 1000 } });
      return items.map(({ email }) => email).filter(isSafe);
    },
  };
}

const isSafe = (text: string) => safe.test(text);

function optionalNamespace(words: readonly string[]): { namespace?: string } {
  const namespace = givenValue(words, '--namespace', '-n');
  return namespace ? { namespace } : {};
}

/** The value an option was given among the words, `--cluster x` or `--cluster=x`. */
function givenValue(words: readonly string[], ...flags: string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (flags.includes(word) && index < words.length - 2) return words[index + 1];
    const flag = flags.find((each) => word.startsWith(`${each}=`));
    if (flag) return word.slice(flag.length + 1);
  }
  return undefined;
}
