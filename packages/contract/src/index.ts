export { type ApiClient, type ApiClientOptions, type CallInput, createApiClient, urlOf } from './api-client.ts';
export * from './clusters.ts';
export { readEventStream, readLines, type ServerSentEvent } from './event-stream.ts';
export * from './identity.ts';
export { type Noun, nouns, type Role, roles, type Verb, verbs } from './permission.ts';
export { Problem } from './problem.ts';
export * from './resources.ts';
export {
  type BodyOf,
  defineRoute,
  type HttpMethod,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
  type Route,
  type RoutePermission,
} from './route.ts';
export { allRoutes, routes } from './routes.ts';
export { Closed, CommaList, Id, OneOf, Page, pageQuery, Timestamp } from './schema.ts';
export * from './streams.ts';
