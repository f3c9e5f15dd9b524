import { run, tools } from './run-command.ts';

// Unit, contract and server tests. What needs a binary that is not on this machine is skipped with a printed reason.
const { code } = await run(tools.vitest, ['run', ...process.argv.slice(2)]);
process.exitCode = code;
