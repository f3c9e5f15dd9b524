import { describe, expect, it } from 'vitest';
import { serverUrl } from './server-url.ts';

describe('serverUrl', () => {
  it.each([
    ['https://pilothouse.example.com', 'https://pilothouse.example.com'],
    ['https://pilothouse.example.com/', 'https://pilothouse.example.com'],
    ['pilothouse.example.com', 'https://pilothouse.example.com'],
    ['localhost:8080', 'http://localhost:8080'],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
  ])('takes %s as %s', (text, url) => {
    expect(serverUrl(text)).toBe(url);
  });

  it.each(['ftp://x', 'https://user:secret@x', 'https://x/path', 'https://', 'not a url'])('refuses %s', (text) => {
    expect(() => serverUrl(text)).toThrow();
  });

  it('does not repeat a password in its message', () => {
    expect(() => serverUrl('https://user:secret@x')).not.toThrow(/secret/);
  });
});
