import { between, hexDigits } from '../../runtime/chance.ts';

/** The images each node has. */
export type ImageStore = {
  has(node: string, image: string): boolean;
  add(node: string, image: string): void;
};

export function createImageStore(): ImageStore {
  const byNode = new Map<string, Set<string>>();
  return {
    has: (node, image) => byNode.get(node)?.has(image) === true,
    add(node, image) {
      const images = byNode.get(node) ?? new Set();
      byNode.set(node, images.add(image));
    },
  };
}

const imageName =
  /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/i;

export function isImageName(image: string): boolean {
  return imageName.test(image);
}

/** `nginx` as the node's runtime knows it: `docker.io/library/nginx:latest`. */
export function fullImageName(image: string): string {
  const first = image.split('/')[0] ?? '';
  const named =
    /[.:]|^localhost$/.test(first) && image.includes('/')
      ? image
      : image.includes('/')
        ? `docker.io/${image}`
        : `docker.io/library/${image}`;
  return /:[^/]+$/.test(named) ? named : `${named}:latest`;
}

export function imageDigest(image: string): string {
  return `${fullImageName(image).replace(/[:@][^/]*$/, '')}@sha256:${hexDigits(image, 64)}`;
}

export function imageBytes(image: string): number {
  return Math.round(between(`${image}/size`, 12e6, 280e6));
}

/** What containerd says when an image cannot be pulled. */
export function pullError(image: string, why: 'missing' | 'denied'): string {
  const full = fullImageName(image);
  const head = `failed to pull and unpack image "${full}": failed to resolve reference "${full}": `;
  if (why === 'missing') return `rpc error: code = NotFound desc = ${head}${full}: not found`;
  const host = full.split('/')[0];
  return `rpc error: code = Unknown desc = ${head}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token: 403 Forbidden`;
}
