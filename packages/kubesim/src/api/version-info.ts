/** The release whose behaviour is simulated; the suffix tells providers apart. */
export const versionInfo = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0-pilothouse-sim',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2025-08-27T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch}`,
};
