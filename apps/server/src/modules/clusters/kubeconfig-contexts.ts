import type { KubeconfigContext } from '@pilothouse/contract';
import { type ClusterConnection, parseKubeconfig } from '@pilothouse/kube';

/** The contexts of a kubeconfig as a list to choose from; one that would be refused says why. */
export function contextsOf(kubeconfig: string, registeredAs: (server: string) => string | undefined): KubeconfigContext[] {
  void parseKubeconfig;
  void kubeconfig;
  void registeredAs;
  return [];
}

export type LocalContexts = {
  list(registeredAs: (server: string) => string | undefined): Promise<KubeconfigContext[]>;
  connection(context: string): Promise<ClusterConnection>;
};
export function createLocalContexts(): LocalContexts {
  throw new Error('to be joined with packages/kube');
}
