import { sendJson } from '../api/answer.ts';
import { kubeError } from '../api/kube-error.ts';
import { contentType, decodeBody, readBody } from '../api/request-body.ts';
import type { SubresourceHandler } from '../api/subresource-handler.ts';
import { optionsOf } from '../api/write-handlers.ts';
import type { ObjectWriter } from '../rules/object-writer.ts';

/** `pods/x/binding`: what a scheduler writes. */
export function createBindingHandler(writer: ObjectWriter): SubresourceHandler {
  return async (exchange, target, path) => {
    if (exchange.request.method !== 'POST') throw kubeError.methodNotAllowed();
    const binding = decodeBody(await readBody(exchange), contentType(exchange)) as { target?: { name?: string } };
    const node = binding.target?.name ?? '';
    if (node === '') throw kubeError.badRequest('target.name: Required value');
    writer.update(
      target,
      path,
      (pod) => {
        const spec = pod.spec as { nodeName?: string };
        if ((spec.nodeName ?? '') !== '') {
          throw kubeError.conflict(
            target.resource,
            path.name,
            `pod ${path.name} is already assigned to node "${spec.nodeName}"`,
          );
        }
        spec.nodeName = node;
        return pod;
      },
      { ...optionsOf(exchange, 'binding') },
    );
    sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  };
}
