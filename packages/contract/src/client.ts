/** The light entrance, `@pilothouse/contract/client`: calls and streams without loading any schema. */
export { type ApiClient, type ApiClientOptions, type CallInput, createApiClient, urlOf } from './api-client.ts';
export { readEventStream, readLines, type ServerSentEvent } from './event-stream.ts';
export { routeTable } from './route-table.ts';
