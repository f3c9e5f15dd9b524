import { configSchema, environmentName, flagName } from './config-schema.ts';

type KeySchema = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  items?: { enum?: string[] };
  minimum?: number;
  maximum?: number;
};

/** docs/reference/config.md, from the schema. */
export function configReference(): string {
  const lines = [
    '# Configuration of the server',
    '',
    'A key can be given in a YAML file (`--config <file>` or `PILOTHOUSE_CONFIG`), in the environment, or as a flag; a later one wins. Lists are separated by',
    'commas in the environment and in flags. All faults are reported together and end the server with exit code 2; no bad value is replaced by a default.',
  ];
  for (const [key, schema] of Object.entries(configSchema.properties) as [string, KeySchema][]) {
    lines.push('', `## \`${key}\``, '', schema.description ?? '', '');
    lines.push(`- environment \`${environmentName(key)}\`, flag \`${flagName(key)}\``);
    lines.push(`- ${typeText(schema)}; ${defaultText(schema.default)}`);
  }
  return `${lines.join('\n')}\n`;
}

function typeText({ type, enum: values, items, minimum, maximum }: KeySchema): string {
  const choices = values ?? items?.enum;
  if (choices) return `${type === 'array' ? 'list of' : 'one of'} ${choices.map((each) => `\`${each}\``).join(', ')}`;
  if (minimum !== undefined && maximum !== undefined) return `integer from ${minimum} to ${maximum}`;
  return type === 'array' ? 'list' : (type ?? 'text');
}

function defaultText(value: unknown): string {
  if (value === undefined) return 'no default';
  if (Array.isArray(value)) return value.length === 0 ? 'default: none' : `default \`${value.join(',')}\``;
  return `default \`${String(value)}\``;
}
