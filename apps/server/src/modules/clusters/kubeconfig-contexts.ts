import type { KubeconfigContext } from '@pilothouse/contract';
import { appError, messageOf } from '@pilothouse/core';
import { type ClusterConnection, type Kubeconfig, loadLocalKubeconfig, parseKubeconfig } from '@pilothouse/kube';

type RegisteredAs = (server: string) => string | undefined;

/**
 * The contexts of a kubeconfig that a person sent, as a list to choose from; one that would be refused says why. Private addresses are no
 * reason here: an administrator may allow them, and the test of the chosen context says so.
 */
export function contextsOf(text: string, registeredAs: RegisteredAs): KubeconfigContext[] {
  return listContexts(parseKubeconfig(text, { mode: 'api', addresses: 'any' }), registeredAs);
}

/** Contexts of the kubeconfig of the person whose machine this is, read anew each time. In local mode only. */
export type LocalContexts = {
  list(registeredAs: RegisteredAs): KubeconfigContext[];
  connection(context: string): ClusterConnection;
};

export function createLocalContexts(paths?: readonly string[]): LocalContexts {
  return {
    list(registeredAs) {
      const kubeconfig = loadLocalKubeconfig(paths);
      return kubeconfig ? listContexts(kubeconfig, registeredAs) : [];
    },
    connection(context) {
      const kubeconfig = loadLocalKubeconfig(paths);
      if (!kubeconfig) throw appError('not_found', 'There is no kubeconfig on this machine.');
      return kubeconfig.connectionFor(context);
    },
  };
}

function listContexts(kubeconfig: Kubeconfig, registeredAs: RegisteredAs): KubeconfigContext[] {
  return kubeconfig.contexts.map(({ name, server, user, namespace, refusal }) => {
    const registered = registeredAs(server);
    return {
      name,
      server,
      user,
      current: name === kubeconfig.current,
      ...(namespace === undefined ? {} : { namespace }),
      ...(refusal ? { refusal: messageOf(refusal) } : {}),
      ...(registered === undefined ? {} : { registeredAs: registered }),
    };
  });
}
