import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

/** Run as a process: `bare-fastify.ts FILE` serves the bytes of a file as JSON and prints its address. */
const bytes = readFileSync(process.argv[2] ?? '');
const app = Fastify();
app.get('/', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(bytes));
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
