import type { Target } from '../rules/object-writer.ts';
import type { Exchange } from './exchange.ts';
import type { ResourcePath } from './request-info.ts';

/** Answers a request for one subresource of one object (`pods/x/log`). */
export type SubresourceHandler = (exchange: Exchange, target: Target, path: ResourcePath) => Promise<void>;
